"""Writes down what an authorizer decided, in a thread beside the one that answers.

What can't be written is held until there is no more room, and then counted as dropped:
a full disk or a database that is away never costs a request.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone

from gateway.authorizer.recording import Count, CountKey, Recorder, line_of
from gateway.models import NO_ID, Decision, DecisionRecorder, Span, TrafficCount
from gateway.services.streaming import Sink, SinkError

EVERY = 0.5  # seconds between two looks at what waits
BATCH = 500
MOST_AT_ONCE = 2_000  # lines of one look; more wait for the next
MOST_HELD = 5_000  # lines that could not be written yet
FIGURES_EVERY = 5.0  # seconds
RANGES = ("within_1_ms", "within_5_ms", "within_20_ms", "within_100_ms", "longer")
IDS = ("route_id", "namespace_id", "person_id", "account_id")
MINUTE = 60
UNIQUE = (
    *("span", "start", "recorder", "route_id", "namespace_id"),
    *("outcome", "reason"),
)
TABLE = Decision._meta.db_table  # noqa: SLF001 - Django's API
COLUMNS = tuple(
    field.name
    for field in Decision._meta.concrete_fields  # noqa: SLF001
    if not field.primary_key
)
ID_PLACES = tuple(map(COLUMNS.index, IDS))
JSON_PLACES = tuple(map(COLUMNS.index, ("device_ids", "reasons")))
AT = COLUMNS.index("at")
PAUSE = 20  # lines, after which somebody else may go on

logger = logging.getLogger(__name__)


class DecisionWriter:
    """Takes notes away from a recorder, and writes them to database and sinks."""

    def __init__(
        self, recorder: Recorder, *, name: str, sinks: Sequence[Sink] = ()
    ) -> None:
        self._recorder = recorder
        self._name = name
        self._run = uuid4().hex[:16]
        self._sinks = sinks
        self._held: list[dict[str, Any]] = []
        self._totals: dict[CountKey, Count] = {}
        self._changed: set[CountKey] = set()
        self._lost = 0
        self._told = (0, "")
        self._figures_at = -FIGURES_EVERY
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread = threading.Thread(
            target=self._loop, name="decisions", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _loop(self) -> None:
        while not self._ended.wait(EVERY):
            self._write_safely()
        self._write_safely(at_once=True)
        connection.close()

    def _write_safely(self, *, at_once: bool = False) -> None:
        try:
            self.write(at_once=at_once)
        except Exception:
            logger.exception("the decision log can't be written")
            _let_go()

    def write(self, *, at_once: bool = True) -> int:
        """Write what waits, once; return how many lines reached the database.

        Figures are written every few seconds only, unless `at_once`.
        """
        fresh = self._take()
        problem = self._stream(fresh)
        self._held += fresh
        written = 0
        try:
            written = self._insert()
            self._count(at_once=at_once)
        except DatabaseError as error:
            problem = f"{type(error).__name__}: {error}"
            logger.warning("decisions can't be written yet: %s", error)
            _let_go()
        over = len(self._held) - MOST_HELD
        if over > 0:
            del self._held[:over]
            self._lost += over
        self._tell(written, problem)
        return written

    def _take(self) -> list[dict[str, Any]]:
        lines = []
        for number, note in enumerate(self._recorder.take_notes(MOST_AT_ONCE)):
            lines.append(line_of(note, self._name))
            if number % PAUSE == PAUSE - 1:
                self._ended.wait(0.0005)  # requests go first
        return lines

    def _stream(self, lines: Sequence[Mapping[str, Any]]) -> str:
        problems = []
        for sink in self._sinks:
            try:
                if lines:
                    sink.send(lines)
            except SinkError as error:
                problems.append(f"{sink.name}: {error}")
                logger.warning("decisions can't be streamed to %s", problems[-1])
        return "; ".join(problems)

    def _insert(self) -> int:
        written = 0
        while self._held:
            part = self._held[:BATCH]
            insert_decisions(part)
            del self._held[: len(part)]
            written += len(part)
        return written

    def _count(self, *, at_once: bool) -> None:
        """Write the figures of this run, whole minutes anew: again does no harm."""
        if not at_once and time.monotonic() - self._figures_at < FIGURES_EVERY:
            return
        for key, count in self._recorder.take_counts().items():
            self._totals.setdefault(key, Count()).join(count)
            self._changed.add(key)
        self._figures_at = time.monotonic()
        if not self._changed:
            return
        TrafficCount.objects.bulk_create(
            (_figures(key, self._totals[key], self._run) for key in self._changed),
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=UNIQUE,
            update_fields=["requests", "microseconds", *RANGES],
        )
        self._changed.clear()
        latest = max(key.minute for key in self._totals)
        self._totals = {
            key: one for key, one in self._totals.items() if key.minute >= latest - 1
        }

    def _tell(self, written: int, problem: str) -> None:
        dropped = self._recorder.dropped + self._lost
        before = self._told[0]
        if not written and (dropped, problem) == self._told:
            return
        now = timezone.now()
        try:
            row, _ = DecisionRecorder.objects.get_or_create(
                name=self._name, defaults={"seen_at": now}
            )
            changes: dict[str, Any] = {"seen_at": now, "problem": problem}
            changes["written"] = F("written") + written
            if dropped > before:
                changes["dropped"] = F("dropped") + dropped - before
                changes["dropped_at"] = now
            DecisionRecorder.objects.filter(pk=row.pk).update(**changes)
        except DatabaseError:
            _let_go()
            return
        self._told = (dropped, problem)


def _let_go() -> None:
    """Have the next statement open a connection of its own."""
    if not connection.in_atomic_block:
        connection.close()


def insert_decisions(lines: Sequence[Mapping[str, Any]]) -> None:
    """Write lines of the log to the database, all or none.

    Rows of the ORM would take five times the processor's time, which requests need.

    Raises:
        DatabaseError: it is away, or takes none of them.
    """
    if connection.vendor == "postgresql":
        statement = f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for line in lines:
                copy.write_row(_row(line))
        return
    marks = ", ".join(["%s"] * len(COLUMNS))
    statement = f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES ({marks})"  # noqa: S608 - names of ours
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(statement, [_sqlite_row(line) for line in lines])


def _row(line: Mapping[str, Any]) -> list[Any]:
    """Return the values of a line in the order of COLUMNS, for PostgreSQL."""
    row = [line[name] for name in COLUMNS]
    for place in ID_PLACES:
        row[place] = _uuid(row[place])
    for place in JSON_PLACES:
        row[place] = json.dumps(row[place])
    return row


def _sqlite_row(line: Mapping[str, Any]) -> list[Any]:
    row = _row(line)
    row[AT] = connection.ops.adapt_datetimefield_value(row[AT])
    for place in ID_PLACES:
        found: UUID | None = row[place]
        row[place] = None if found is None else found.hex
    return row


def _figures(key: CountKey, count: Count, run: str) -> TrafficCount:
    return TrafficCount(
        span=Span.MINUTE,
        start=datetime.fromtimestamp(key.minute * MINUTE, UTC),
        recorder=run,
        route_id=_uuid(key.route_id) or NO_ID,
        namespace_id=_uuid(key.namespace_id) or NO_ID,
        outcome=key.outcome,
        reason=key.reason,
        requests=count.requests,
        microseconds=int(count.seconds * 1_000_000),
        **dict(zip(RANGES, count.ranges, strict=True)),
    )


@lru_cache(maxsize=4096)
def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
