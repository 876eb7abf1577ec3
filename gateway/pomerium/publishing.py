"""Bringing a Core's databroker to what it should hold, by the fewest writes.

The order is what keeps doors shut: data that policies look at come first, then what
says until when to rely on them, then routes with their policies, and only then goes
what nobody looks at any more. A run that ends anywhere leaves what the next one mends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from google.protobuf import any_pb2, timestamp_pb2

from . import schema
from .client import Broker, BrokerError, BrokerReplacedError
from .records import (
    ACCOUNT,
    CONFIG,
    DIRECTORY_GROUP,
    Entry,
    read_record,
)
from .scripts import DIRECTORY_USER, SOURCE_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .records import Found, Key, Wanted

MAX_BATCH: Final = 1024 * 1024  # bytes, where several writes may follow each other
MAX_WHOLE: Final = 3 * 1024 * 1024  # bytes, where all should be one write
MAX_RECORDS: Final = 2000
ATTEMPTS: Final = 3
DATA_TYPES: Final = (DIRECTORY_USER, DIRECTORY_GROUP, ACCOUNT)
SHOWN: Final = 3

Progress = Callable[[int, int], None]


class ForeignRecordsError(BrokerError):
    """Somebody else's records are where ours would go; nothing was written."""


class NotKeptError(BrokerError):
    """What was written is not what is there."""


@dataclass(slots=True)
class Outcome:
    """What a run did: records written and removed, and how many were there already."""

    server_version: int = 0
    written: int = 0
    removed: int = 0
    kept: int = 0


@dataclass(slots=True)
class _Difference:
    """What to write and to remove of some types, and what is in the way."""

    puts: dict[Key, Entry] = field(default_factory=dict)
    gone: dict[Key, Entry] = field(default_factory=dict)
    kept: int = 0
    foreign: list[str] = field(default_factory=list)


def publish(
    broker: Broker,
    wanted: Wanted,
    *,
    former_types: Iterable[str] = (),
    progress: Progress | None = None,
) -> Outcome:
    """Make a databroker hold exactly what it should of ours.

    While there are problems, routes and certificates stay as they are; what policies
    look at is brought up to date all the same, so that whoever leaves a group is out.
    `former_types` are types of external data that an earlier run may have written.
    `progress` is told how many writes are done, and of how many.

    Raises:
        BrokerError: it doesn't do what it is asked; what it held of routes stays.
        ForeignRecordsError: somebody else's records are in the way.
    """
    types = dict.fromkeys([*DATA_TYPES, *wanted.record_types, *former_types])
    for attempt in range(1, ATTEMPTS + 1):
        broker.greet()
        try:
            return _publish_once(broker, wanted, list(types), progress)
        except BrokerReplacedError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError


def _publish_once(
    broker: Broker, wanted: Wanted, types: list[str], progress: Progress | None
) -> Outcome:
    data = _compare(broker, types, wanted.data, wanted)
    sources = _compare(broker, [SOURCE_TYPE], wanted.sources, wanted)
    configs = _compare(broker, [CONFIG], wanted.configs, wanted)
    if wanted.problems:
        configs.puts, configs.gone = {}, {}
    parts = (data, sources, configs)
    foreign = [one for part in parts for one in part.foreign]
    if foreign:
        more = f" and {len(foreign) - SHOWN} more" if len(foreign) > SHOWN else ""
        raise ForeignRecordsError(
            f"somebody else wrote there: {', '.join(foreign[:SHOWN])}{more}"
        )
    total = sum(len(one.puts) + len(one.gone) for one in parts)
    sender = _Sender(broker, total, progress)
    sender.send(data.puts, {})
    sender.send(sources.puts, {})
    sender.send(configs.puts, configs.gone, size=MAX_WHOLE)
    sender.send({}, sources.gone)
    sender.send({}, data.gone)
    if configs.puts or configs.gone:
        _check_kept(broker, wanted)
    return Outcome(
        server_version=broker.server_version,
        written=sum(len(one.puts) for one in parts),
        removed=sum(len(one.gone) for one in parts),
        kept=sum(one.kept for one in parts),
    )


def _compare(
    broker: Broker, types: list[str], entries: Mapping[Key, Entry], wanted: Wanted
) -> _Difference:
    """Read what is there of some types, and compare it with what should be."""
    difference = _Difference()
    present: set[Key] = set()
    for kind in types:
        for record in broker.read(kind):
            key = (kind, record.id)
            present.add(key)
            _sort(key, record, entries.get(key), wanted, difference)
    difference.puts |= {key: one for key, one in entries.items() if key not in present}
    return difference


def _sort(
    key: Key,
    record: Any,
    entry: Entry | None,
    wanted: Wanted,
    difference: _Difference,
) -> None:
    found = read_record(record, wanted.owner)
    if found.owner == wanted.owner:
        if entry is None:
            difference.gone[key] = Entry(record.data.type_url, b"")
        elif found.value != entry.value:
            difference.puts[key] = entry
        else:
            difference.kept += 1
    elif entry is not None or _holds_ours(found, wanted):
        difference.foreign.append(f"{key[0].rpartition('/')[2]} `{key[1]}`")


def _holds_ours(found: Found, wanted: Wanted) -> bool:
    """Answer whether somebody else's configuration has one of our routes.

    Core would take either of the two, and nobody knows which.
    """
    return any(one in wanted.route_ids for one in found.route_ids)


def _check_kept(broker: Broker, wanted: Wanted) -> None:
    """Read back what routes there are.

    Raises:
        NotKeptError: they are not those that were written.
    """
    again = _compare(broker, [CONFIG], wanted.configs, wanted)
    if again.puts or again.gone or again.foreign:
        raise NotKeptError(
            "it does not hold what was written to it; does somebody else write there?"
        )


class _Sender:
    def __init__(self, broker: Broker, total: int, progress: Progress | None) -> None:
        self._broker = broker
        self._total = total
        self._progress = progress
        self._done = 0

    def send(
        self,
        puts: Mapping[Key, Entry],
        gone: Mapping[Key, Entry],
        *,
        size: int = MAX_BATCH,
    ) -> None:
        """Write in as few messages as their size allows."""
        records = [
            *(_record(key, one) for key, one in puts.items()),
            *(_record(key, one, is_gone=True) for key, one in gone.items()),
        ]
        for batch in _batches(records, size):
            self._broker.put(batch)
            self._done += len(batch)
            if self._progress is not None:
                self._progress(self._done, self._total)


def _record(key: Key, entry: Entry, *, is_gone: bool = False) -> Any:
    kind, pk = key
    data = any_pb2.Any(type_url=entry.type_url, value=entry.value)
    record = schema.Record(type=kind, id=pk, data=data)
    if is_gone:
        moment = timestamp_pb2.Timestamp()
        moment.GetCurrentTime()
        record.deleted_at.CopyFrom(moment)
    return record


def _batches(records: list[Any], size: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    total = 0
    for one in records:
        weight = one.ByteSize()
        if batch and (total + weight > size or len(batch) >= MAX_RECORDS):
            yield batch
            batch, total = [], 0
        batch.append(one)
        total += weight
    if batch:
        yield batch
