"""Runs of a directory: asked for, taken by a worker, finished, released.

One worker at a time holds a directory, by a lease in the database and a fence that
counts up with each taking. Whoever finds another fence stops before the next write: a
worker that slept through its lease changes nothing any more.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext

from console.core import audit, jobs
from console.core.actor import Actor, system
from console.core.audit import Change
from console.core.exceptions import ConflictError, NotFoundError
from console.core.transactions import writing
from directory import selectors
from directory.exceptions import LeaseLostError
from directory.models import Directory, RunState, SyncRun
from directory.models.runs import GIVEN_UP, MANUAL, MAX_ATTEMPTS, SCHEDULE, UNDER_WAY
from directory.providers import pushed
from directory.sync.guard import GONE, Recent
from namespaces.selectors import get_root

LEASE = timedelta(minutes=2)
WINDOW = timedelta(hours=1)
FULL_EVERY = timedelta(days=1)
PUSH = "push"
BUSY = "another run of this directory was under way"


def start_sync(
    directory_id: UUID | str, *, actor: Actor, now: datetime, is_dry_run: bool = False
) -> SyncRun:
    """Let a worker read a directory now.

    Raises:
        NotFoundError: it isn't there for the actor: only admins of the root see it.
        ConflictError: it has no account, or a run is under way.
    """
    with writing():
        directory = selectors.get_directory(directory_id, actor=actor)
        if directory.account_id is None and directory.provider != pushed.CODE:
            raise ConflictError(gettext("this directory is not read from a provider"))
        if directory.runs.filter(state__in=UNDER_WAY).exists():
            raise ConflictError(gettext("a run of this directory is under way already"))
        run = queue(directory, MANUAL, actor=actor, now=now, is_dry_run=is_dry_run)
        record("run-asked", run, {"dry run": is_dry_run}, actor=actor, now=now)
    return run


def queue(
    directory: Directory,
    trigger: str,
    *,
    actor: Actor,
    now: datetime,
    is_dry_run: bool = False,
) -> SyncRun:
    """Let a worker read a directory; for services that have checked everything."""
    run = SyncRun.objects.create(
        directory=directory,
        state=RunState.QUEUED,
        trigger=trigger,
        started_by=actor.label[:255],
        is_dry_run=is_dry_run,
        created_at=now,
        modified_at=now,
    )
    jobs.run_after_commit("directory.sync", run_id=str(run.pk))
    return run


@writing()
def start_due_syncs(*, now: datetime) -> int:
    """Start what is due, and hand on what a stopped worker left; return how many."""
    started = 0
    actor = system("directory schedule")
    due = Directory.objects.filter(
        Q(account__isnull=False) | Q(provider=pushed.CODE),
        is_enabled=True,
        next_run_at__lte=now,
    )
    for directory in due:
        is_under_way = directory.runs.filter(state__in=UNDER_WAY).exists()
        if is_under_way and directory.provider == pushed.CODE:
            continue  # what was pushed since is read after it
        directory.next_run_at = now + timedelta(seconds=directory.interval_seconds)
        directory.save(update_fields=["next_run_at"])
        if not is_under_way:
            queue(directory, SCHEDULE, actor=actor, now=now)
            started += 1
    left = SyncRun.objects.filter(state__in=UNDER_WAY, modified_at__lt=now - LEASE)
    for run in left.select_related("directory"):
        if run.attempts >= MAX_ATTEMPTS:
            end(run, RunState.FAILED, now=now, failure=GIVEN_UP)
            continue
        run.modified_at = now
        run.save(update_fields=["modified_at"])
        jobs.run_after_commit("directory.sync", run_id=str(run.pk))
        started += 1
    return started


@writing()
def take(run_id: UUID | str, *, now: datetime) -> SyncRun | None:
    """Take the directory of a run; None when there is nothing to do."""
    run = SyncRun.objects.select_related("directory").filter(pk=run_id).first()
    if run is None or run.state not in UNDER_WAY:
        return None
    directory = run.directory
    is_held = directory.lease_until is not None and directory.lease_until > now
    if is_held:
        if run.state == RunState.QUEUED:
            end(run, RunState.SUPERSEDED, now=now, failure=BUSY)
        return None
    directory.fence += 1
    directory.lease_until = now + LEASE
    directory.save(update_fields=["fence", "lease_until"])
    run.state, run.fence = RunState.RUNNING, directory.fence
    run.attempts += 1
    run.started_at = run.started_at or now
    run.modified_at = now
    run.progress = {}
    run.save()
    return run


def keep(run: SyncRun, *, now: datetime, progress: dict[str, Any]) -> None:
    """Prolong the lease, and show how far the run is.

    Raises:
        LeaseLostError: another worker has taken the directory.
    """
    held = Directory.objects.filter(pk=run.directory_id, fence=run.fence)
    if not held.update(lease_until=now + LEASE):
        raise LeaseLostError
    SyncRun.objects.filter(pk=run.pk, fence=run.fence).update(
        progress=progress, modified_at=now, log=run.log
    )


def check_fence(run: SyncRun) -> Directory:
    """Return the directory, if the run still holds it; for inside `writing`.

    Raises:
        LeaseLostError: another worker has taken it.
    """
    directory = Directory.objects.filter(pk=run.directory_id, fence=run.fence).first()
    if directory is None or run.state not in {RunState.RUNNING, RunState.HELD}:
        raise LeaseLostError
    return directory


def is_full_due(directory: Directory, *, now: datetime) -> bool:
    """Answer whether rows are to be compared in full again, not by their digests.

    Digests tell what was written once, not what stands there now.
    """
    last = directory.compared_at
    return last is None or not timedelta(0) <= now - last < FULL_EVERY


def end(run: SyncRun, state: str, *, now: datetime, failure: str = "") -> None:
    """Close a run, and give the directory back if the run holds it."""
    run.state, run.failure = state, failure
    run.finished_at = run.modified_at = now
    run.save()
    run.kept_answers.all().delete()
    Directory.objects.filter(pk=run.directory_id, fence=run.fence).update(
        lease_until=None
    )


def get_held(run_id: UUID | str, *, actor: Actor) -> SyncRun:
    """Return a held run, for whoever may decide about it.

    Raises:
        NotFoundError: it isn't there for the actor: only admins of the root see it.
        ConflictError: it is not held any more.
    """
    run = selectors.get_run(run_id, actor=actor)
    if run.state != RunState.HELD:
        raise ConflictError(gettext("this run is not held any more"))
    return run


def recent_changes(directory: Directory, *, now: datetime) -> Recent:
    """Return what the runs of the last hour have changed that nobody looked at.

    What a person released is theirs, and so is all that came before it.
    """
    counts: Counter[str] = Counter()
    gains: Counter[str] = Counter()
    runs = directory.runs.filter(
        state=RunState.APPLIED, finished_at__gt=now - WINDOW
    ).defer("plan")
    for run in runs:
        if run.reasons:
            break
        counts.update({name: run.counts.get(name, 0) for name in GONE})
        gains.update(run.gains)
    return Recent(counts, gains)


@writing()
def discard_run(run_id: UUID | str, *, actor: Actor, now: datetime) -> SyncRun:
    """Throw away what a held run would write; what is there stays in force.

    Raises:
        NotFoundError, ConflictError
    """
    run = get_held(run_id, actor=actor)
    run.plan = None
    end(run, RunState.DISCARDED, now=now)
    record("run-discarded", run, {"reasons": run.reasons}, actor=actor, now=now)
    return run


@writing()
def record_effect(run_id: UUID | str, effect: dict[str, Any]) -> None:
    """Keep what a run does to access; worked out above, where routes are known.

    Raises:
        NotFoundError: there is no such run.
    """
    if not SyncRun.objects.filter(pk=run_id).update(effect=effect):
        raise NotFoundError(gettext("there is no such run"))


def record(
    verb: str, run: SyncRun, facts: dict[str, Any], *, actor: Actor, now: datetime
) -> Any:
    """Append an event about a run to the audit log."""
    return audit.record(
        Change(
            action=f"directory.{verb}",
            target_type="directory",
            target_id=run.directory_id,
            target_label=run.directory.name,
            namespace_id=get_root().id,
            after={"run": str(run.pk), **facts},
        ),
        actor=actor,
        now=now,
    )
