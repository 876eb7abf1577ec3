"""What a worker does for one run: fetch, assemble, compare, judge, write or hold.

Only fetching takes long, and it happens outside any transaction. What is written is
written in one: readers see the directory as it was before or as it is after.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from console.core import jobs
from console.core.actor import Actor, system
from console.core.exceptions import ConflictError, ConsoleError
from console.core.transactions import writing
from directory.exceptions import LeaseLostError, ProviderError
from directory.models import Directory, Group, RunState, SyncRun, User
from directory.models.runs import UNDER_WAY
from directory.providers import BY_CODE, open_client, pushed
from directory.providers.base import Limits, Provider
from directory.providers.client import HttpClient
from directory.providers.engine import enumerate_all
from directory.providers.records import Batch
from directory.services import sync_runs
from directory.services.announcing import announce_people
from directory.services.differences import lines_of
from directory.services.kept import Journal, Lists, Members, bound_to
from directory.services.service_accounts import open_secret
from directory.sync.apply import apply_plan
from directory.sync.assembled import Assembled
from directory.sync.assembly import Assembly
from directory.sync.diff import Comparison, compare
from directory.sync.guard import Brake, Known, Recent, count_gains, find_reasons
from directory.sync.plan import Plan
from directory.sync.rows import DatabaseRows
from namespaces import selectors as namespace_selectors
from namespaces import services as namespace_services

Clock = Callable[[], datetime]
SHOW_EVERY = 1.0
SLICE = 15.0
MAX_PROBLEMS = 500
MAX_LOG = 200
UNFORESEEN = "something went wrong that nobody foresaw; nothing was changed"


def run_sync(
    run_id: UUID | str, *, clock: Clock, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Carry out a run that was asked for. May be called again, or twice at once."""
    run = sync_runs.take(run_id, now=clock())
    if run is None:
        return
    worker = _Worker(run, clock, sleep)
    try:
        worker.carry_out()
    except LeaseLostError:
        return
    except ConsoleError as error:
        page = error.page if isinstance(error, ProviderError) else ""
        _fail(run, error.message, page=page, now=clock())
    except Exception:
        _fail(run, UNFORESEEN, page="", now=clock())
        raise


@dataclass(slots=True)
class _Worker:
    run: SyncRun
    clock: Clock
    sleep: Callable[[float], None]
    shown: float = -SHOW_EVERY
    journal: Journal | Lists | None = None
    members: Members | None = None

    def carry_out(self) -> None:
        directory = self.run.directory
        is_full = sync_runs.is_full_due(directory, now=self.clock())
        assembly = Assembly(
            key=directory.pk.bytes,
            taken_people=_ids_elsewhere(directory, User),
            taken_groups=_ids_elsewhere(directory, Group),
            only_groups=_used_groups() if directory.only_used_groups else None,
        )
        for batch in self.fetch(is_full=is_full):
            assembly.add(batch.records)
            self.show(batch, assembly)
        assembled = assembly.finish()
        rows = DatabaseRows(directory)
        how = "row by row" if is_full else "by digests"
        self.say(f"everything is read; comparing {how}")
        found = compare(rows, assembled, is_full=is_full)
        used = _used_groups()
        reasons = find_reasons(
            found.plan,
            _known(rows, found, used),
            used_groups=used,
            privileged_groups=used,
            brake=Brake(directory.brake_percent, directory.brake_count),
            recent=self.recent(),
        )
        self.run.gains = count_gains(found.plan, used)
        told = _Told(assembled, reasons, is_full=is_full, members=self.members)
        _finish(self.run, found.plan, told, now=self.clock())

    def fetch(self, *, is_full: bool) -> Iterable[Batch]:
        """Yield the pages of the provider."""
        directory = self.run.directory
        provider = BY_CODE[directory.provider]
        options, secrets = self.options(provider)
        self.say(f"reading {provider.name}")
        if (
            provider.changes is not None
            or provider.changed_at is not None
            or provider.keeps_members
        ):
            bound = bound_to(options)
            self.members = Members(directory, bound, is_full=is_full, now=self.clock())
        both = {**options, **secrets}
        if provider.fetch is not None:
            lists = Lists(self.run, now=self.clock()) if self.members else None
            self.journal = lists
            yield from provider.fetch(
                both,
                limits=Limits(),
                sleep=self.wait,
                kept=self.members,
                before=lists,
            )
            self.tell_kept()
            return
        with open_client(provider, both, sleep=self.wait) as client:
            self.journal = journal = Journal(self.run, client, now=self.clock())
            yield from enumerate_all(provider, both, journal, self.members)
            self.tell_usage(client)

    def tell_usage(self, client: HttpClient) -> None:
        """Say what was asked for, and what was not."""
        usage = client.usage
        self.say(
            f"{usage.requests:,} requests, {usage.waits:,} waits of "
            f"{usage.waited_seconds:,.0f} seconds in all"
        )
        self.tell_kept()

    def tell_kept(self) -> None:
        """Say what did not have to be asked for."""
        if self.journal is not None and self.journal.again:
            self.say(f"{self.journal.again:,} pages were read before it was cut off")
        if self.members is not None and self.members.spared:
            self.say(f"members of {self.members.spared:,} groups have not changed")
        if self.members is not None and self.members.is_refuted:
            self.say("groups changed that were said not to have: all are read always")

    def recent(self) -> Recent | None:
        """Return what pushes changed before: they come in slices, not in runs."""
        directory = self.run.directory
        if directory.provider != pushed.CODE:
            return None
        return sync_runs.recent_changes(directory, now=self.clock())

    def options(self, provider: Provider) -> tuple[dict[str, str], dict[str, str]]:
        """Return what the provider is read with, and the secrets among it."""
        directory = self.run.directory
        if provider.code == pushed.CODE:
            own = {"directory_id": str(directory.pk)}
            return provider.with_defaults(directory.options) | own, {}
        credential = open_secret(directory.account_id or "", now=self.clock())
        given = {**directory.options, **credential.settings}
        return provider.with_defaults(given), dict(credential.secrets)

    def wait(self, seconds: float) -> None:
        """Wait, and keep the lease meanwhile."""
        self.say(f"waiting {seconds:.0f} seconds, as the provider asks")
        while seconds > 0:
            self.sleep(min(seconds, SLICE))
            seconds -= SLICE
            self.keep(self.run.progress)

    def show(self, batch: Batch, assembly: Assembly) -> None:
        """Show how far it is, about once a second."""
        if time.monotonic() - self.shown < SHOW_EVERY:
            return
        self.shown = time.monotonic()
        self.keep(
            {
                "page": batch.page,
                "pages": batch.number,
                "expected": batch.expected,
                "people": assembly.people_count,
                "groups": len(assembly.groups),
                "memberships": assembly.edge_count,
            }
        )

    def keep(self, progress: dict[str, Any]) -> None:
        self.run.progress = progress
        now = self.clock()
        sync_runs.keep(self.run, now=now, progress=progress)
        if self.journal is not None:
            self.journal.keep(now=now)
        if self.members is not None:
            self.members.keep()

    def say(self, text: str) -> None:
        """Add a line to the run's log."""
        self.run.log = [*self.run.log, {"at": self.clock().isoformat(), "text": text}]
        del self.run.log[:-MAX_LOG]


def _ids_elsewhere(
    directory: Directory, model: type[User] | type[Group]
) -> Iterator[str]:
    """Yield the ids of other directories, read when they are asked for."""
    rows = model.objects.filter(directory__isnull=False, is_active=True)
    others = rows.exclude(directory=directory).order_by()
    yield from others.values_list("external_id", flat=True).iterator()


def _known(rows: DatabaseRows, found: Comparison, used: frozenset[str]) -> Known:
    """Return what the brake judges by; counted only where something changes."""
    plan = found.plan
    is_same = not (plan.added or plan.removed or plan.gone_groups)
    return Known(
        people=found.people,
        groups=found.groups,
        memberships=0 if is_same else rows.count_memberships(),
        members={} if is_same else rows.count_members(sorted(used)),
    )


def _used_groups() -> frozenset[str]:
    """Return the ids of groups that hold roles, or that the apps above use."""
    bound = [one.group_id for one in namespace_selectors.list_all_bindings()]
    rows = Group.objects.filter(pk__in=[one for one in bound if one])
    used = set(rows.values_list("external_id", flat=True))
    for path in settings.GROUP_USES:
        used |= import_string(path)()
    return frozenset(used)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a run found beside its plan."""

    assembled: Assembled
    reasons: list[str]
    is_full: bool
    members: Members | None = None


@writing()
def _finish(run: SyncRun, plan: Plan, told: _Told, *, now: datetime) -> None:
    directory = sync_runs.check_fence(run)
    problems, reasons = told.assembled.problems, told.reasons
    run.counts = plan.counts() | told.assembled.counts() | {"problems": len(problems)}
    run.problems = [
        {"kind": one.kind, "id": one.id, "text": one.text}
        for one in problems[:MAX_PROBLEMS]
    ]
    run.reasons = reasons
    run.differences = lines_of(plan, directory)
    if told.is_full and not run.is_dry_run:
        directory.compared_at = now
        directory.save(update_fields=["compared_at"])
    if told.members is not None:
        told.members.finish(directory)
    actor = system("directory sync")
    if run.is_dry_run or (reasons and not plan.is_empty):
        run.plan = plan.as_json()
        state = RunState.PREVIEWED if run.is_dry_run else RunState.HELD
        _overtake(run, now=now)
        sync_runs.end(run, state, now=now)
        if state == RunState.HELD:
            sync_runs.record(
                "run-held", run, {"reasons": reasons}, actor=actor, now=now
            )
        jobs.run_after_commit("routes.preview_sync", run_id=str(run.pk))
        return
    _write(run, directory, plan, actor=actor, now=now)


def _write(
    run: SyncRun, directory: Directory, plan: Plan, *, actor: Actor, now: datetime
) -> None:
    apply_plan(directory, plan, now=now)
    if plan.gone_people or plan.removed:
        namespace_services.check_root_keeps_an_admin()
    _overtake(run, now=now)
    run.plan = None
    state = RunState.UNCHANGED if plan.is_empty else RunState.APPLIED
    sync_runs.end(run, state, now=now)
    if not plan.is_empty:
        event = sync_runs.record("synced", run, plan.counts(), actor=actor, now=now)
        announce_people(directory, plan, event=event, now=now)


def _overtake(run: SyncRun, *, now: datetime) -> None:
    """Close older held runs: what they found is not how things are any more."""
    older = SyncRun.objects.filter(directory_id=run.directory_id, state=RunState.HELD)
    if not run.is_dry_run:
        older.exclude(pk=run.pk).update(
            state=RunState.SUPERSEDED, plan=None, finished_at=now, modified_at=now
        )


@writing()
def release_run(run_id: UUID | str, *, actor: Actor, now: datetime) -> SyncRun:
    """Write what a held run found, as it was looked at.

    Raises:
        NotFoundError: it isn't there for the actor: only admins of the root see it.
        ConflictError: it is not held any more, or was overtaken.
        LastAdminError: nobody would be left to administer the root.
    """
    run = sync_runs.get_held(run_id, actor=actor)
    try:
        directory = sync_runs.check_fence(run)
    except LeaseLostError as error:
        raise ConflictError(
            gettext("the directory was read again since; look at the newer run")
        ) from error
    facts = {"reasons": run.reasons}
    sync_runs.record("run-released", run, facts, actor=actor, now=now)
    _write(run, directory, Plan.from_json(run.plan or {}), actor=actor, now=now)
    return run


@writing()
def _fail(run: SyncRun, message: str, *, page: str, now: datetime) -> None:
    try:
        sync_runs.check_fence(run)
    except LeaseLostError:
        return
    run.failed_page = page[:255]
    sync_runs.end(run, RunState.FAILED, now=now, failure=message)
    before = SyncRun.objects.filter(directory_id=run.directory_id).exclude(pk=run.pk)
    last = before.exclude(state__in=UNDER_WAY).first()
    if last is None or last.state != RunState.FAILED:
        facts = {"failure": message, "page": page}
        sync_runs.record(
            "sync-failed", run, facts, actor=system("directory sync"), now=now
        )
