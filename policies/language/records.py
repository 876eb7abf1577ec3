"""External data held in memory, found by the foreign key of its source.

For conformance, simulations and tests; the authorizer keeps its own indexes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from .certificates import read_certificate
from .facts import Facts, SourceState
from .networks import parse_address, parse_network


class ForeignKey(StrEnum):
    """What of a request leads to the record of a source."""

    USER_ID = "user.id"
    USER_EMAIL = "user.email"
    REQUEST_IP = "request.ip"
    CERTIFICATE_FINGERPRINT = "request.client_certificate.fingerprint"


_INDEX: Final = "$index"


@dataclass(frozen=True, slots=True)
class RecordTable:
    """Records by type and id.

    `foreign_keys` says how each type is found, by user id when it is silent. A record
    with `$index: {cidr: …}` is found by any address inside, the longest prefix first.
    """

    records: Mapping[str, Mapping[str, Mapping[str, Any]]]
    foreign_keys: Mapping[str, ForeignKey] = field(default_factory=dict)
    states: Mapping[str, SourceState] = field(default_factory=dict)

    def state(self, record_type: str) -> SourceState:
        """Return whether the source of a type can be relied on."""
        return self.states.get(record_type, SourceState.FRESH)

    def find(self, record_type: str, facts: Facts) -> Mapping[str, Any] | None:
        """Return the record that belongs to a request, if there is one."""
        records = self.records.get(record_type)
        if not records:
            return None
        by = self.foreign_keys.get(record_type, ForeignKey.USER_ID)
        if by is ForeignKey.REQUEST_IP:
            return _by_address(records, facts.request.ip)
        return records.get(_key(by, facts))


def stored_key(foreign_key: str, facts: Facts) -> str:
    """Return the key under which the console keeps the record of a request.

    E-mail addresses are kept in lower case, so that they are found however they are
    written. "" where the request has nothing of the kind.
    """
    if foreign_key == ForeignKey.USER_EMAIL:
        return facts.address
    if foreign_key == ForeignKey.REQUEST_IP:
        return facts.request.ip
    return _key(ForeignKey(foreign_key), facts) if foreign_key in _KNOWN else ""


_KNOWN: Final = frozenset(ForeignKey)


def _key(by: ForeignKey, facts: Facts) -> str:
    if by is ForeignKey.USER_EMAIL:
        return facts.email
    if by is ForeignKey.USER_ID:
        return facts.user_id or ""
    leaf = facts.certificate.leaf
    certificate = read_certificate(leaf) if leaf else None
    return "" if certificate is None else certificate.fingerprint


def _by_address(
    records: Mapping[str, Mapping[str, Any]], ip: str
) -> Mapping[str, Any] | None:
    if ip in records:
        return records[ip]
    address = parse_address(ip)
    if address is None:
        return None
    best: Mapping[str, Any] | None = None
    longest = -1
    for record in records.values():
        index = record.get(_INDEX)
        cidr = index.get("cidr") if isinstance(index, Mapping) else None
        network = parse_network(cidr) if isinstance(cidr, str) else None
        if network is not None and address in network and network.prefixlen > longest:
            best, longest = record, network.prefixlen
    return best
