"""Records of external data: which one belongs to a request, and whether it counts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from policies.language import Facts, SourceState
from policies.language.records import stored_key

from .networks import NetworkIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from .entries import AddressEntry, RecordSourceEntry

CACHED = 1 << 14
BY_ADDRESS = "request.ip"


def source_state(
    complete_at: datetime | None, max_age_seconds: int, now: datetime
) -> SourceState:
    """Say how far data can be relied on that was last read completely at a time."""
    if complete_at is None:
        return SourceState.UNLOADED
    if now - complete_at > timedelta(seconds=max_age_seconds):
        return SourceState.STALE
    return SourceState.FRESH


@dataclass(frozen=True, slots=True)
class RecordSet:
    """All records of one type: JSON texts by id, and by network if there are any."""

    source: RecordSourceEntry
    texts: Mapping[str, str] = field(default_factory=dict)
    networks: NetworkIndex = field(default_factory=NetworkIndex)

    @classmethod
    def read(
        cls, source: RecordSourceEntry, records: Iterable[tuple[str, str]]
    ) -> RecordSet:
        """Index the records of a source."""
        texts = dict(records)
        if source.foreign_key != BY_ADDRESS:
            return cls(source, texts)
        found = ((_cidr_of(key, json.loads(text)), text) for key, text in texts.items())
        return cls(source, texts, NetworkIndex(found))

    def fits(self, source: RecordSourceEntry) -> bool:
        """Answer whether the index is one for this source, as it is tied now."""
        return (self.source.id, self.source.foreign_key) == (
            source.id,
            source.foreign_key,
        )

    def state(self, now: datetime) -> SourceState:
        """Say how far the records can be relied on."""
        return source_state(self.source.complete_at, self.source.max_age_seconds, now)

    def find(self, facts: Facts) -> Mapping[str, Any] | None:
        """Return the record that belongs to a request, if there is one.

        That of an address is the one of that id, else that of the smallest network.
        """
        key = stored_key(self.source.foreign_key, facts)
        return self.record(key) if key else None

    def record(self, key: str) -> Mapping[str, Any] | None:
        """Return the record of an id, or of the network around an address."""
        text = self.texts.get(key)
        if text is None and self.source.foreign_key == BY_ADDRESS:
            text = self.networks.find(key)
        return None if text is None else _record(text)


@dataclass(frozen=True, slots=True)
class FetchedAnswer:
    """What an address answered last, None if it never did."""

    address: AddressEntry
    answer: Mapping[str, Any] | None

    def find(self, now: datetime) -> tuple[SourceState, Mapping[str, Any] | None]:
        """Return how far the answer can be relied on, and the answer if it can."""
        state = source_state(self.address.fetched_at, self.address.max_age_seconds, now)
        return state, None if state.is_missing else self.answer


@dataclass(frozen=True, slots=True)
class RecordsOf:
    """External data as a decision looks it up, at one time."""

    sets: Mapping[str, RecordSet]
    now: datetime

    def state(self, record_type: str) -> SourceState:
        """Return whether the source of a type can be relied on."""
        found = self.sets.get(record_type)
        return SourceState.NOT_CONFIGURED if found is None else found.state(self.now)

    def find(self, record_type: str, facts: Facts) -> Mapping[str, Any] | None:
        """Return the record that belongs to a request, if there is one."""
        found = self.sets.get(record_type)
        return None if found is None else found.find(facts)


@lru_cache(maxsize=CACHED)
def _record(text: str) -> Mapping[str, Any]:
    value: Mapping[str, Any] = json.loads(text)
    return value


def _cidr_of(key: str, data: Any) -> str:
    """Return the network of a record: as it says under `$index.cidr`, else its id."""
    index = data.get("$index") if isinstance(data, dict) else None
    text = index.get("cidr") if isinstance(index, dict) else None
    return text if isinstance(text, str) else key
