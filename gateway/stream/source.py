"""Where a follower reads. In production a database; in tests whatever they like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from .chunks import SignedRoot
    from .entries import (
        AccountEntry,
        AddressEntry,
        DeviceEntry,
        DirectoryEntry,
        PersonEntry,
        RecordSourceEntry,
        SessionEntry,
    )


class SourceGoneError(Exception):
    """The source can't be read now: no connection, or an answer that makes no sense."""


class Head(NamedTuple):
    """How far a source has come: its newest deployment and its newest change.

    `deployment` is 0 when there is none; it is the hash of the root as well, so that
    one that was replaced under the same number is noticed. `now` is what time it is by
    the source's clock; None where it doesn't say.
    """

    deployment: int
    root_hash: str
    change: int
    now: datetime | None = None


class Change(NamedTuple):
    """An entry of the outbox: `ids` are those of people, devices, sessions, …

    Topics: `directory` (a directory's id, and the people that changed if they are
    few), `people`, `devices`, `accounts`, `sessions`, `records`. Others are about the
    configuration and come as deployments.
    """

    id: int
    topic: str
    ids: tuple[str, ...]
    person_ids: tuple[str, ...] | None = None


class Source(Protocol):
    """What a follower reads, one method for each kind of thing.

    `None` for ids means all. Whatever is not among an answer isn't there any more.
    Each method raises SourceGoneError when it can't answer.
    """

    def head(self) -> Head:
        """Return how far it is; this is asked five times a second and must be cheap."""

    def root(self, number: int) -> SignedRoot:
        """Return the signed root of a deployment."""

    def blobs(self, hashes: Collection[str]) -> Mapping[str, bytes]:
        """Return chunks by their hashes."""

    def changes(self, *, after: int, up_to: int) -> Sequence[Change] | None:
        """Return the changes after one and up to another, oldest first.

        None when some of them may have been forgotten since.
        """

    def people(self, ids: Collection[str] | None) -> Iterable[PersonEntry]:
        """Return people."""

    def people_of(self, directory_id: str) -> Iterable[PersonEntry]:
        """Return all people of a directory."""

    def owners(self, device_ids: Collection[str]) -> Collection[str]:
        """Return whose the devices are; also of those that don't count."""

    def devices(
        self, person_ids: Collection[str] | None
    ) -> Iterable[tuple[str, DeviceEntry]]:
        """Return people's devices that count, each with its person, oldest first."""

    def sessions(self, ids: Collection[str] | None) -> Iterable[SessionEntry]:
        """Return the sessions that have not been revoked or ended."""

    def accounts(self, ids: Collection[str] | None) -> Iterable[AccountEntry]:
        """Return the service accounts that have not been revoked."""

    def directories(self) -> Iterable[DirectoryEntry]:
        """Return the directories; they are few."""

    def record_sources(self) -> Iterable[RecordSourceEntry]:
        """Return the external data sources; they are few."""

    def records(self, source_id: str) -> Iterable[tuple[str, str]]:
        """Return the records of a source: the id, and the record as JSON text."""

    def addresses(self) -> Iterable[AddressEntry]:
        """Return the addresses that policies in Rego may GET; they are few."""

    def answer(self, address_id: str) -> Mapping[str, Any] | None:
        """Return what an address answered last, None if it never did."""

    def quarantined(self) -> Iterable[tuple[str, str]]:
        """Return the policies in quarantine, each with the key of the text meant."""

    def report(self, *, deployment: int, problem: str) -> None:
        """Say what the follower has in force, for the page of proxies."""

    def close(self) -> None:
        """Let go of the connection, so that the next call opens another."""
