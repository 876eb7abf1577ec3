"""Applying an import as it was shown: everything in one transaction, or nothing.

A worker that dies leaves nothing behind: the transaction is gone with it, and the
import can be reviewed and started again.
"""

from datetime import datetime, timedelta
from uuid import UUID

from console.core import audit, jobs
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import ConsoleError
from console.core.transactions import writing
from routes import selectors
from routes.exceptions import ImportChangedError, ImportNotReadyError
from routes.imports import progress as board
from routes.imports.plan import Plan, options_of
from routes.models import ImportRun, ImportStatus
from routes.services import rules
from routes.services.import_planning import (
    actor_of,
    check_may_import,
    make_plan,
    read_file,
    unpack,
)
from routes.services.import_writing import write_plan

UNDER_WAY = frozenset({ImportStatus.READING, ImportStatus.QUEUED, ImportStatus.RUNNING})
SILENCE = timedelta(minutes=5)
KEPT = timedelta(days=7)
UNFORESEEN = "something went wrong that nobody foresaw; nothing was written"


def start_import(
    run_id: UUID | str, *, fingerprint: str, actor: Actor, now: datetime
) -> ImportRun:
    """Let a worker apply an import as the actor has seen it.

    Raises:
        NotFoundError: there is no such import, or the actor may not see it.
        ImportChangedError: it was planned anew since.
        ImportNotReadyError: it has problems, or is under way or done.
    """
    with writing():
        run = _queue(run_id, fingerprint=fingerprint, actor=actor, now=now)
        jobs.run_after_commit("routes.import_core", run_id=str(run.pk))
    return run


def apply_import(
    run_id: UUID | str,
    *,
    fingerprint: str,
    actor: Actor,
    now: datetime,
    report: board.Report | None = None,
) -> ImportRun:
    """Apply an import here and now. Raises as `start_import` does."""
    with writing():
        run = _queue(run_id, fingerprint=fingerprint, actor=actor, now=now)
    return perform_import(run.pk, now=now, report=report)


def _queue(
    run_id: UUID | str, *, fingerprint: str, actor: Actor, now: datetime
) -> ImportRun:
    run = selectors.get_import(run_id, actor=rules.afresh(actor))
    check_may_import(run.namespace_id, actor=actor)
    if run.status != ImportStatus.PLANNED:
        raise ImportNotReadyError
    if run.plan["fingerprint"] != fingerprint:
        raise ImportChangedError
    run.status = ImportStatus.QUEUED
    run.started_by_id = actor.user_id or actor.service_account_id
    run.started_by_machine = actor.service_account_id is not None
    run.started_by = actor.label[:255]
    run.done, run.failure = 0, ""
    run.modified_at = now
    run.save()
    return run


def perform_import(
    run_id: UUID | str, *, now: datetime, report: board.Report | None = None
) -> ImportRun:
    """Apply an import that was started. Done by a worker, or by the command.

    May be called again after a crash, or twice at once: it is applied once. `report`
    hears how far it is; without it, everybody does who looks at the import.
    """
    run = selectors.find_import(run_id)
    if run.status not in {ImportStatus.QUEUED, ImportStatus.RUNNING}:
        return run
    report = report or board.reporter(run.pk)
    _mark(run, ImportStatus.RUNNING, now=now)
    try:
        _apply(run, report, now=now)
    except ConsoleError as error:
        _mark(run, ImportStatus.FAILED, now=now, failure=error.message)
    except Exception:
        _mark(run, ImportStatus.FAILED, now=now, failure=UNFORESEEN)
        raise
    finally:
        board.forget(run.pk)
    run.refresh_from_db()
    return run


def _apply(run: ImportRun, report: board.Report, *, now: datetime) -> None:
    report("reading", 0, 0)
    draft = read_file(unpack(run), run.namespace_id, report=report)
    report("comparing", 0, 0)
    actor = actor_of(run)
    with writing():
        run.refresh_from_db()
        if run.status != ImportStatus.RUNNING:
            return
        options = options_of(run.plan)
        plan = make_plan(
            draft, run.namespace_id, options=options, actor=actor, is_final=True
        )
        if plan.fingerprint != run.plan["fingerprint"] or not plan.is_applicable:
            raise ImportChangedError
        write_plan(
            plan,
            actor=actor,
            now=now,
            reason=f"import of {run.file_name}" if run.file_name else "import",
            count=lambda done: report("writing", done, plan.writes),
        )
        _finish(run, plan, actor=actor, now=now)


def _finish(run: ImportRun, plan: Plan, *, actor: Actor, now: datetime) -> None:
    run.status = ImportStatus.DONE
    run.plan = plan.to_json()  # now with the ids of what was created
    run.done = run.total = plan.writes
    # The file may hold secrets of the proxy, and has served its purpose.
    run.source = ""
    run.version += 1
    run.modified_at = now
    run.save()
    audit.record(
        Change(
            action="import.applied",
            target_type="import",
            target_id=run.pk,
            target_label=run.file_name or "import",
            namespace_id=run.namespace_id,
            after={"counts": plan.counts(), "file_name": run.file_name},
        ),
        actor=actor,
        now=now,
    )


def _mark(
    run: ImportRun, status: ImportStatus, *, now: datetime, failure: str = ""
) -> None:
    with writing():
        run.refresh_from_db()
        if run.status in UNDER_WAY:
            run.status = status
            run.failure = failure
            run.modified_at = now
            run.save(update_fields=["status", "failure", "modified_at"])


def fail_stalled_imports(*, now: datetime) -> int:
    """Mark imports as failed whose worker fell silent, and drop old files.

    Nothing of them was written; they can be reviewed and started again. Returns how
    many there were.
    """
    with writing():
        stalled = [
            run
            for run in ImportRun.objects.filter(
                status__in=UNDER_WAY, modified_at__lt=now - SILENCE
            )
            if not _is_heard_of(run, now)
        ]
        for run in stalled:
            run.status = ImportStatus.FAILED
            run.failure = "the worker stopped; nothing was written, start it again"
            run.modified_at = now
            run.save(update_fields=["status", "failure", "modified_at"])
        old = ImportRun.objects.filter(modified_at__lt=now - KEPT)
        old.exclude(source="").update(source="")
    return len(stalled)


def _is_heard_of(run: ImportRun, now: datetime) -> bool:
    progress = board.read_progress(run.pk)
    return progress is not None and progress.at > (now - SILENCE).timestamp()
