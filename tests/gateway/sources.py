"""A source that a follower reads in tests: lists in memory, changed by hand."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.snapshot import canonical_bytes, content_hash, sign
from gateway.stream import (
    AccountEntry,
    AddressEntry,
    Change,
    DeviceEntry,
    DirectoryEntry,
    Head,
    PersonEntry,
    RecordSourceEntry,
    SessionEntry,
    SignedRoot,
    SourceGoneError,
)

KEY = Ed25519PrivateKey.from_private_bytes(b"tests-only" + b"\0" * 22)
MADE_AT = "2026-03-04T12:00:00+00:00"


def make_policy(name: str, *, version: int = 1, **values: Any) -> dict[str, Any]:
    """Return a policy as a chunk holds it."""
    return {
        "id": name,
        "version": version,
        "name": name,
        "language": "ppl",
        "source": "allow:\n  and:\n    - authenticated_user: true\n",
        "has_allow_rules": True,
        "explanation": "",
        "remediation": "",
        "description": "",
        **values,
    }


def make_route(name: str, *policies: str, **values: Any) -> dict[str, Any]:
    """Return a route as a chunk holds it."""
    return {
        "id": name,
        "version": 1,
        "namespace_id": "root",
        "name": name,
        "from_url": f"https://{name}.example.com",
        "host": f"{name}.example.com",
        "match": "",
        "other_hosts": [],
        "settings": {"to": ["http://127.0.0.1:8080"]},
        "sealed": {},
        "policies": list(policies),
        "inherited": [],
        "enforced": [],
        "description": "",
        "inherits": True,
        **values,
    }


def make_chunk(namespace_id: str = "root", **values: Any) -> bytes:
    """Return the bytes of a namespace with routes and policies."""
    return canonical_bytes(
        {
            "format": 1,
            "namespace": {"id": namespace_id, "path": "Global"},
            "attachments": [],
            "inherits": True,
            "routes": [],
            "policies": [],
            **values,
        }
    )


def make_root(
    number: int,
    chunks: Mapping[str, bytes],
    *,
    key: Ed25519PrivateKey = KEY,
    **values: Any,
) -> SignedRoot:
    """Return a signed root over chunks of namespaces."""
    data = canonical_bytes(
        {
            "format": 1,
            "number": number,
            "made_at": MADE_AT,
            "change": number,
            "settings": {},
            "namespaces": {pk: content_hash(one) for pk, one in chunks.items()},
            "certificates": "",
            **values,
        }
    )
    return SignedRoot(data, sign(data, key))


@dataclass
class MemorySource:
    """What a test says; `is_gone` makes every answer fail.

    Of its changes, the first `forgotten` are not there any more.
    """

    roots: dict[int, SignedRoot] = field(default_factory=dict)
    held: dict[str, bytes] = field(default_factory=dict)
    log: list[Change] = field(default_factory=list)
    forgotten: int = 0
    now: datetime | None = None
    persons: dict[str, PersonEntry] = field(default_factory=dict)
    owned: list[tuple[str, DeviceEntry]] = field(default_factory=list)
    session_list: list[SessionEntry] = field(default_factory=list)
    account_list: list[AccountEntry] = field(default_factory=list)
    directory_list: list[DirectoryEntry] = field(default_factory=list)
    record_source_list: list[RecordSourceEntry] = field(default_factory=list)
    record_lists: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    address_list: list[AddressEntry] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    quarantine: list[tuple[str, str]] = field(default_factory=list)
    reports: list[tuple[int, str]] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    is_gone: bool = False

    def publish(self, number: int, *chunks: bytes, **values: Any) -> None:
        """Put a deployment of chunks, by default of the namespace `root`."""
        named = dict(zip(["root", "below"], chunks, strict=False))
        self.held |= {content_hash(one): one for one in chunks}
        self.roots[number] = make_root(number, named, **values)

    def announce(self, topic: str, *ids: str, **values: Any) -> None:
        """Add a change to the log."""
        self.log.append(Change(len(self.log) + 1, topic, ids, **values))

    def head(self) -> Head:
        if self.is_gone:
            raise SourceGoneError("gone")
        number = max(self.roots, default=0)
        root_hash = self.roots[number].hash if number else ""
        return Head(number, root_hash, len(self.log), self.now)

    def root(self, number: int) -> SignedRoot:
        return self.roots[number]

    def blobs(self, hashes: Collection[str]) -> Mapping[str, bytes]:
        self.fetched += hashes
        return {name: self.held[name] for name in hashes if name in self.held}

    def changes(self, *, after: int, up_to: int) -> Sequence[Change] | None:
        return self.log[after:up_to] if after >= self.forgotten else None

    def people(self, ids: Collection[str] | None) -> Iterable[PersonEntry]:
        return [one for pk, one in self.persons.items() if ids is None or pk in ids]

    def people_of(self, directory_id: str) -> Iterable[PersonEntry]:
        persons = self.persons.values()
        return [one for one in persons if one.directory_id == directory_id]

    def owners(self, device_ids: Collection[str]) -> Collection[str]:
        return [person for person, one in self.owned if one.id in device_ids]

    def devices(
        self, person_ids: Collection[str] | None
    ) -> Iterable[tuple[str, DeviceEntry]]:
        return [o for o in self.owned if person_ids is None or o[0] in person_ids]

    def sessions(self, ids: Collection[str] | None) -> Iterable[SessionEntry]:
        return [o for o in self.session_list if ids is None or o.id in ids]

    def accounts(self, ids: Collection[str] | None) -> Iterable[AccountEntry]:
        return [o for o in self.account_list if ids is None or o.id in ids]

    def directories(self) -> Iterable[DirectoryEntry]:
        return self.directory_list

    def record_sources(self) -> Iterable[RecordSourceEntry]:
        return self.record_source_list

    def records(self, source_id: str) -> Iterable[tuple[str, str]]:
        return self.record_lists[source_id]

    def addresses(self) -> Iterable[AddressEntry]:
        return self.address_list

    def answer(self, address_id: str) -> Mapping[str, Any] | None:
        self.fetched.append(address_id)
        return self.answers.get(address_id)

    def quarantined(self) -> Iterable[tuple[str, str]]:
        return self.quarantine

    def report(self, *, deployment: int, problem: str) -> None:
        self.reports.append((deployment, problem))

    def close(self) -> None:
        pass
