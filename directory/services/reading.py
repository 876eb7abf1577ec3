"""What a worker does for one reading of external data: fetch, read, compare, write.

Only fetching takes long, and it happens outside any transaction. What is written is
written in one. A broken answer changes nothing: what was read last stays in force
until it is too old.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.utils.translation import gettext

from console.core import outbox
from console.core.actor import Actor, system
from console.core.exceptions import ConflictError, ConsoleError
from console.core.transactions import writing
from directory.exceptions import LeaseLostError, ProviderError
from directory.external.comparing import RecordPlan, compare, digest_of, find_reasons
from directory.external.fetching import Target, fetch, validators_of
from directory.external.fields import learn
from directory.external.formats import Shape, read_rows
from directory.external.problems import remedy_of, storable
from directory.external.records import Assembled, Record, assemble
from directory.models import DataRun, ExternalDataSource, ExternalRecord, RunState
from directory.models.runs import UNDER_WAY
from directory.providers.base import Download, Limits
from directory.providers.client import Seen
from directory.services import data_runs
from directory.services.data_sources import record
from directory.services.service_accounts import open_secret

Clock = Callable[[], datetime]
SLICE = 15.0
BATCH = 500
MAX_PROBLEMS, MAX_LOG = 500, 200
WORKER = system("external data")
UNFORESEEN = "something went wrong that nobody foresaw; nothing was changed"


def run_read(
    run_id: UUID | str, *, clock: Clock, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Carry out a run that was asked for. May be called again, or twice at once."""
    run = data_runs.take(run_id, now=clock())
    if run is None:
        return
    try:
        _Worker(run, clock, sleep).carry_out()
    except LeaseLostError:
        return
    except ProviderError as error:
        _fail(run, error.message, remedy=remedy_of(error), now=clock())
    except ConsoleError as error:
        _fail(run, error.message, remedy="", now=clock())
    except Exception:
        _fail(run, UNFORESEEN, remedy="", now=clock())
        raise


@dataclass(slots=True)
class _Worker:
    run: DataRun
    clock: Clock
    sleep: Callable[[float], None]

    def carry_out(self) -> None:
        source = self.run.source
        same = source.validators.get("for") == way_of(source)
        validators = source.validators if same and source.complete_at else {}
        self.say(f"asking {urlsplit(source.url).hostname}")
        download = fetch(
            open_target(source, now=self.clock()),
            validators=validators,
            sleep=self.wait,
            look=self.look,
        )
        if download.content is None:
            self.say("the server says that nothing has changed")
            _finish_unchanged(self.run, now=self.clock())
            return
        self.say(f"{len(download.content):,} bytes came; reading them")
        found = read_records(source, download)
        self.say(f"{len(found.records):,} records; comparing")
        _finish(self.run, found, validators_of(download), now=self.clock())

    def wait(self, seconds: float) -> None:
        """Wait before asking again, and keep the lease meanwhile."""
        self.say(f"waiting {seconds:.0f} seconds before asking again")
        while seconds > 0:
            self.sleep(min(seconds, SLICE))
            seconds -= SLICE
            data_runs.keep(self.run, now=self.clock(), progress=self.run.progress)

    def look(self, seen: Seen) -> None:
        """Keep how the answer looked, for whoever looks for an error."""
        self.run.answer = shown(seen)

    def say(self, text: str) -> None:
        """Add a line to the run's log, and show it."""
        self.run.log = [*self.run.log, {"at": self.clock().isoformat(), "text": text}]
        del self.run.log[:-MAX_LOG]
        data_runs.keep(self.run, now=self.clock(), progress={"step": text})


def open_target(source: ExternalDataSource, *, now: datetime) -> Target:
    """Return what is fetched, with the account opened.

    Only tasks call this: nothing that answers a person's request may hold a secret.
    """
    if source.account_id is None:
        return Target(url=source.url)
    credential = open_secret(source.account_id, now=now)
    return Target(url=source.url, account={**credential.settings, **credential.secrets})


def read_records(source: ExternalDataSource, download: Download) -> Assembled:
    """Return the records of an answer.

    Raises:
        DataRefusedError: says what is wrong with it.
    """
    rows = read_rows(
        download.content or b"",
        Shape(format=source.format, items=source.items, files=source.files),
        kind=download.headers.get("content-type", ""),
        path=urlsplit(source.url).path,
        is_framed=download.is_framed,
    )
    found = assemble(
        rows.rows, foreign_key=source.foreign_key, key_field=source.key_field
    )
    found.problems[:0] = rows.problems
    return found


def try_source(
    source: ExternalDataSource,
    *,
    limits: Limits,
    look: Callable[[Seen], None],
    now: datetime,
) -> Assembled:
    """Fetch and read a source that need not be saved; nothing is written."""
    download = fetch(
        open_target(source, now=now),
        validators={},
        sleep=time.sleep,
        look=look,
        limits=limits,
    )
    return read_records(source, download)


def way_of(source: ExternalDataSource) -> str:
    """Return what is another text once something else is fetched, or read otherwise."""
    account = source.account
    parts = (source.url, source.format, source.items, source.files, source.key_field)
    used = f"{account.pk} {account.version}" if account else ""
    return "\n".join((*parts, used))


def shown(seen: Seen) -> dict[str, Any]:
    """Return an answer as a run keeps it; its beginning is text, whatever it was."""
    text = seen.excerpt.decode(errors="replace").replace("\0", "\ufffd")
    return asdict(seen) | {"excerpt": text}


@writing()
def _finish_unchanged(run: DataRun, *, now: datetime) -> None:
    source = data_runs.check_fence(run)
    source.complete_at = now
    source.save(update_fields=["complete_at"])
    data_runs.end(run, RunState.UNCHANGED, now=now)


@writing()
def _finish(
    run: DataRun, found: Assembled, validators: dict[str, str], *, now: datetime
) -> None:
    source = data_runs.check_fence(run)
    known = dict(source.records.values_list("record_id", "digest"))
    plan = compare(known, found.records)
    fields = learn(one.data for one in found.records.values())
    reasons = find_reasons(
        known,
        plan,
        before=source.fields,
        after=fields,
        brake_percent=source.brake_percent,
    )
    run.counts = plan.counts() | {
        "records": len(found.records),
        "problems": len(found.problems),
    }
    shown = found.problems[:MAX_PROBLEMS]
    run.problems = [
        {"id": storable(key), "text": storable(text)} for key, text in shown
    ]
    run.reasons = reasons
    kept = plan.as_json() | {
        "fields": fields,
        "validators": validators | {"for": way_of(run.source)},
        "count": len(found.records),
    }
    if not run.is_dry_run:
        _overtake(run, now=now)
    if run.is_dry_run or reasons:
        run.plan = None if run.is_dry_run else kept
        state = RunState.PREVIEWED if run.is_dry_run else RunState.HELD
        data_runs.end(run, state, now=now)
        if state == RunState.HELD:
            facts = {"run": str(run.pk), "reasons": reasons}
            record("run-held", source, actor=WORKER, now=now, after=facts)
        return
    _write(run, source, plan, kept, actor=WORKER, now=now)


def _write(
    run: DataRun,
    source: ExternalDataSource,
    plan: RecordPlan,
    kept: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    _put(source, plan)
    source.complete_at = now
    source.record_count, source.fields = kept["count"], kept["fields"]
    source.validators = kept["validators"]
    columns = ["complete_at", "record_count", "fields", "validators"]
    source.save(update_fields=columns)
    run.plan = None
    state = RunState.UNCHANGED if plan.is_empty else RunState.APPLIED
    data_runs.end(run, state, now=now)
    if not plan.is_empty:
        facts = {"run": str(run.pk), **plan.counts()}
        event = record("read", source, actor=actor, now=now, after=facts)
        outbox.enqueue("records", {"id": str(source.pk)}, event=event, now=now)


def _put(source: ExternalDataSource, plan: RecordPlan) -> None:
    """Replace what changed, take away what is gone."""
    keys = [*plan.gone, *(one.key for one in plan.put)]
    for start in range(0, len(keys), BATCH):
        source.records.filter(record_id__in=keys[start : start + BATCH]).delete()
    made = iter(plan.put)
    while batch := list(islice(made, BATCH)):
        ExternalRecord.objects.bulk_create(_row(source, one) for one in batch)


def _row(source: ExternalDataSource, one: Record) -> ExternalRecord:
    return ExternalRecord(
        source=source,
        record_id=one.key,
        network=one.network,
        digest=digest_of(one),
        data=one.data,
    )


def _overtake(run: DataRun, *, now: datetime) -> None:
    """Close older held runs: what they found is not how things are any more."""
    older = DataRun.objects.filter(source_id=run.source_id, state=RunState.HELD)
    older.exclude(pk=run.pk).update(
        state=RunState.SUPERSEDED, plan=None, finished_at=now, modified_at=now
    )


@writing()
def release_data_run(run_id: UUID | str, *, actor: Actor, now: datetime) -> DataRun:
    """Write what a held run found, as it was looked at.

    Raises:
        NotFoundError: it isn't there for the actor: only admins of the root see it.
        ConflictError: it is not held any more, or was overtaken.
    """
    run = data_runs.get_held(run_id, actor=actor)
    try:
        source = data_runs.check_fence(run)
    except LeaseLostError as error:
        raise ConflictError(
            gettext("the source was read again since; look at the newer run")
        ) from error
    kept = run.plan or {}
    facts = {"run": str(run.pk), "reasons": run.reasons}
    record("run-released", source, actor=actor, now=now, after=facts)
    _write(run, source, RecordPlan.from_json(kept), kept, actor=actor, now=now)
    return run


@writing()
def _fail(run: DataRun, message: str, *, remedy: str, now: datetime) -> None:
    try:
        source = data_runs.check_fence(run)
    except LeaseLostError:
        return
    run.remedy = remedy
    data_runs.end(run, RunState.FAILED, now=now, failure=storable(message))
    before = source.runs.exclude(pk=run.pk).exclude(state__in=UNDER_WAY)
    last = before.first()
    if last is None or last.state != RunState.FAILED:
        facts = {"run": str(run.pk), "failure": run.failure}
        record("read-failed", source, actor=WORKER, now=now, after=facts)
