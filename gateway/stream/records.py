"""Records of external data: which one belongs to a request, and whether it counts."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from policies.language import Facts, SourceState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from .entries import RecordSourceEntry

    Network = ipaddress.IPv4Network | ipaddress.IPv6Network

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
    """All records of one type: JSON texts by id, and the networks of some of them.

    `networks` are sorted, the smallest first; each leads to a record.
    """

    source: RecordSourceEntry
    texts: Mapping[str, str] = field(default_factory=dict)
    networks: tuple[tuple[Network, str], ...] = ()

    @classmethod
    def read(
        cls, source: RecordSourceEntry, records: Iterable[tuple[str, str]]
    ) -> RecordSet:
        """Index the records of a source."""
        texts = dict(records)
        if source.foreign_key != BY_ADDRESS:
            return cls(source, texts)
        found = [(_network_of(json.loads(text)), text) for text in texts.values()]
        known = [(network, text) for network, text in found if network is not None]
        known.sort(key=lambda one: -one[0].prefixlen)
        return cls(source, texts, tuple(known))

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
        foreign_key = self.source.foreign_key
        if foreign_key == BY_ADDRESS:
            text = self.texts.get(facts.request.ip) or self._around(facts.request.ip)
        else:
            key = {"user.id": facts.user_id, "user.email": facts.email}.get(foreign_key)
            text = self.texts.get(key) if key else None
        return None if text is None else _record(text)

    def record(self, key: str) -> Mapping[str, Any] | None:
        """Return the record of an id, or of the network around an address."""
        text = self.texts.get(key)
        if text is None and self.source.foreign_key == BY_ADDRESS:
            text = self._around(key)
        return None if text is None else _record(text)

    def _around(self, address: str) -> str | None:
        try:
            wanted = ipaddress.ip_address(address)
        except ValueError:
            return None
        return next((text for net, text in self.networks if wanted in net), None)


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


def _network_of(data: Any) -> Network | None:
    index = data.get("$index") if isinstance(data, dict) else None
    text = index.get("cidr") if isinstance(index, dict) else None
    try:
        return ipaddress.ip_network(text, strict=False) if text else None
    except ValueError:
        return None
