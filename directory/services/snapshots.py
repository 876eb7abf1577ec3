"""The directory as a whole: made equal to a snapshot of its source."""

from dataclasses import asdict
from datetime import datetime

from console.core import audit
from console.core.actor import Actor
from console.core.audit import Change
from console.core.transactions import writing
from directory.models import Directory, RunState, SyncRun
from directory.services.announcing import announce_people
from directory.services.differences import lines_of
from directory.sync.apply import apply_plan
from directory.sync.assembly import Assembly
from directory.sync.diff import compare
from directory.sync.plan import Plan
from directory.sync.rows import DatabaseRows
from directory.sync.snapshot import Snapshot
from namespaces import services as namespace_services
from namespaces.selectors import get_root

MAX_AGE_SECONDS = 24 * 3600


@writing()
def load_snapshot(
    snapshot: Snapshot,
    *,
    name: str,
    provider: str,
    actor: Actor,
    now: datetime,
    max_age_seconds: int = MAX_AGE_SECONDS,
) -> Directory:
    """Make the directory of that name equal to a snapshot; create it when missing.

    Data older than `max_age_seconds` count as missing, and missing data deny.

    Raises:
        LastAdminError: nobody would be left to administer the root.
    """
    directory = Directory.objects.filter(name=name).first()
    is_new = directory is None
    if directory is None:
        directory = Directory.objects.create(
            name=name,
            provider=provider,
            max_age_seconds=max_age_seconds,
            created_at=now,
            modified_at=now,
        )
    assembly = Assembly(key=directory.pk.bytes)
    assembly.add_snapshot(snapshot)
    plan = compare(DatabaseRows(directory), assembly.finish(), is_full=True).plan
    differences = lines_of(plan, directory)
    applied = apply_plan(directory, plan, now=now)
    run = _keep_run(directory, snapshot, plan, actor=actor, now=now)
    run.differences = differences
    run.save(update_fields=["differences"])
    if not is_new:
        # Only a directory that was read before can take somebody away.
        namespace_services.check_root_keeps_an_admin()
    event = audit.record(
        Change(
            action="directory.synced",
            target_type="directory",
            target_id=directory.id,
            target_label=directory.name,
            namespace_id=get_root().id,
            after=asdict(applied),
        ),
        actor=actor,
        now=now,
    )
    announce_people(directory, plan, event=event, now=now)
    return directory


def _keep_run(
    directory: Directory, snapshot: Snapshot, plan: Plan, *, actor: Actor, now: datetime
) -> SyncRun:
    """Keep what was loaded among the runs, as if it had been read."""
    return SyncRun.objects.create(
        directory=directory,
        state=RunState.UNCHANGED if plan.is_empty else RunState.APPLIED,
        trigger="file",
        started_by=actor.label[:255],
        counts=plan.counts()
        | {
            "people": len(snapshot.people),
            "groups": len(snapshot.groups),
            "memberships": sum(len(one.group_ids) for one in snapshot.people),
        },
        created_at=now,
        modified_at=now,
        started_at=now,
        finished_at=now,
    )
