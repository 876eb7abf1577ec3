"""Readings of external data: asked for, taken by a worker, finished, decided about.

One worker at a time holds a source, by a lease in the database and a fence that counts
up with each taking, as for directories.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from console.core import jobs
from console.core.actor import Actor, system
from console.core.exceptions import ConflictError
from console.core.transactions import writing
from directory import selectors
from directory.exceptions import LeaseLostError
from directory.models import DataRun, ExternalDataSource, RunState
from directory.models.runs import GIVEN_UP, MANUAL, MAX_ATTEMPTS, SCHEDULE, UNDER_WAY
from directory.services.data_sources import record

LEASE = timedelta(minutes=5)
KEPT = 200  # runs of a source
BUSY = "another run of this source was under way"


@writing()
def start_read(
    source_id: UUID | str, *, actor: Actor, now: datetime, is_dry_run: bool = False
) -> DataRun:
    """Let a worker read a source now.

    Raises:
        NotFoundError: it isn't there for the actor: only admins of the root see it.
        ConflictError: a run is under way.
    """
    source = selectors.get_data_source(source_id, actor=actor)
    if source.runs.filter(state__in=UNDER_WAY).exists():
        raise ConflictError(gettext("a run of this source is under way already"))
    run = _queue(source, MANUAL, actor=actor, now=now, is_dry_run=is_dry_run)
    facts = {"run": str(run.pk), "dry run": is_dry_run}
    record("run-asked", source, actor=actor, now=now, after=facts)
    return run


def _queue(
    source: ExternalDataSource,
    trigger: str,
    *,
    actor: Actor,
    now: datetime,
    is_dry_run: bool = False,
) -> DataRun:
    run = DataRun.objects.create(
        source=source,
        state=RunState.QUEUED,
        trigger=trigger,
        started_by=actor.label[:255],
        is_dry_run=is_dry_run,
        created_at=now,
        modified_at=now,
    )
    jobs.run_after_commit("directory.read_source", run_id=str(run.pk))
    return run


@writing()
def start_due_reads(*, now: datetime) -> int:
    """Start what is due, and hand on what a stopped worker left; return how many."""
    started = 0
    due = ExternalDataSource.objects.filter(is_enabled=True, next_run_at__lte=now)
    for source in due:
        source.next_run_at = now + timedelta(seconds=source.interval_seconds)
        source.save(update_fields=["next_run_at"])
        if not source.runs.filter(state__in=UNDER_WAY).exists():
            _queue(source, SCHEDULE, actor=system("data schedule"), now=now)
            started += 1
            _forget_old_runs(source)
    left = DataRun.objects.filter(state__in=UNDER_WAY, modified_at__lt=now - LEASE)
    for run in left.select_related("source"):
        if run.attempts >= MAX_ATTEMPTS:
            end(run, RunState.FAILED, now=now, failure=GIVEN_UP)
            continue
        run.modified_at = now
        run.save(update_fields=["modified_at"])
        jobs.run_after_commit("directory.read_source", run_id=str(run.pk))
        started += 1
    return started


def _forget_old_runs(source: ExternalDataSource) -> None:
    old = source.runs.exclude(state=RunState.HELD).values_list("pk", flat=True)
    source.runs.filter(pk__in=list(old[KEPT : 2 * KEPT])).delete()


@writing()
def take(run_id: UUID | str, *, now: datetime) -> DataRun | None:
    """Take the source of a run; None when there is nothing to do."""
    run = DataRun.objects.select_related("source__account").filter(pk=run_id).first()
    if run is None or run.state not in UNDER_WAY:
        return None
    source = run.source
    if source.lease_until is not None and source.lease_until > now:
        if run.state == RunState.QUEUED:
            end(run, RunState.SUPERSEDED, now=now, failure=BUSY)
        return None
    source.fence += 1
    source.lease_until = now + LEASE
    source.save(update_fields=["fence", "lease_until"])
    run.state, run.fence = RunState.RUNNING, source.fence
    run.attempts += 1
    run.started_at = run.started_at or now
    run.modified_at, run.progress = now, {}
    run.save()
    return run


def keep(run: DataRun, *, now: datetime, progress: dict[str, Any]) -> None:
    """Prolong the lease, and show how far the run is.

    Raises:
        LeaseLostError: another worker has taken the source.
    """
    held = ExternalDataSource.objects.filter(pk=run.source_id, fence=run.fence)
    if not held.update(lease_until=now + LEASE):
        raise LeaseLostError
    run.progress, run.modified_at = progress, now
    run.save(update_fields=["progress", "modified_at", "log"])


def check_fence(run: DataRun) -> ExternalDataSource:
    """Return the source, if the run still holds it; for inside `writing`.

    Raises:
        LeaseLostError: another worker has taken it.
    """
    source = ExternalDataSource.objects.filter(pk=run.source_id, fence=run.fence)
    found = source.first()
    if found is None or run.state not in {RunState.RUNNING, RunState.HELD}:
        raise LeaseLostError
    return found


def end(run: DataRun, state: str, *, now: datetime, failure: str = "") -> None:
    """Close a run, and give the source back if the run holds it."""
    run.state, run.failure = state, failure
    run.finished_at = run.modified_at = now
    run.save()
    ExternalDataSource.objects.filter(pk=run.source_id, fence=run.fence).update(
        lease_until=None
    )


def get_held(run_id: UUID | str, *, actor: Actor) -> DataRun:
    """Return a held run with its plan, for whoever may decide about it.

    Raises:
        NotFoundError: it isn't there for the actor: only admins of the root see it.
        ConflictError: it is not held any more.
    """
    run = selectors.get_data_run(run_id, actor=actor)
    if run.state != RunState.HELD:
        raise ConflictError(gettext("this run is not held any more"))
    return run


@writing()
def discard_data_run(run_id: UUID | str, *, actor: Actor, now: datetime) -> DataRun:
    """Throw away what a held run would write; what is there stays in force.

    Raises:
        NotFoundError, ConflictError
    """
    run = get_held(run_id, actor=actor)
    run.plan = None
    end(run, RunState.DISCARDED, now=now)
    facts = {"run": str(run.pk), "reasons": run.reasons}
    record("run-discarded", run.source, actor=actor, now=now, after=facts)
    return run
