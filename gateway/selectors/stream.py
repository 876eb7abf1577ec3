"""The database as the source that a follower reads, in a thread of its own."""

import json
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import Error, connection
from django.db.models.functions import Now
from django.utils.translation import gettext

from console.core import outbox
from devices import selectors as device_selectors
from directory import selectors as directory_selectors
from gateway.models import Blob, Deployment
from gateway.selectors.sessions import follow_sessions
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
from namespaces import selectors as namespace_selectors
from policies import selectors as policy_selectors

BATCH = 500
MAX_CHUNK = 1 << 28  # bytes; a bomb of zeros must not fill the memory

Report = Callable[[int, str], None]


class DatabaseSource:
    """Reads the stream from the database that Django knows.

    `report` is called with the number that is in force and the problem of a newer one.
    """

    def __init__(self, report: Report) -> None:
        self._report = report

    def head(self) -> Head:
        with _answers():
            newest = (
                Deployment.objects.order_by("-number")
                .values_list("number", "root_hash", Now())
                .first()
            )
            number, root_hash, now = newest or (0, "", None)
            return Head(number, root_hash, outbox.newest_id(), now)

    def root(self, number: int) -> SignedRoot:
        with _answers():
            row = Deployment.objects.filter(pk=number).first()
        if row is None:
            raise SourceGoneError(
                gettext("deployment %(number)s is not there any more")
                % {"number": number}
            )
        return SignedRoot(bytes(row.root), bytes(row.signature))

    def blobs(self, hashes: Collection[str]) -> Mapping[str, bytes]:
        wanted = list(hashes)
        found: dict[str, bytes] = {}
        with _answers():
            for start in range(0, len(wanted), BATCH):
                rows = Blob.objects.filter(pk__in=wanted[start : start + BATCH])
                for name, data in rows.values_list("hash", "data"):
                    found[name] = _unpacked(bytes(data))
        return found

    def changes(self, *, after: int, up_to: int) -> Sequence[Change] | None:
        with _answers():
            rows = outbox.list_entries(after=after, up_to=up_to)
            found = [
                Change(pk, topic, (str(payload.get("id", "")),), _people_in(payload))
                for pk, topic, payload in rows.values_list("pk", "topic", "payload")
            ]
            is_whole = outbox.is_whole(len(found), after=after, up_to=up_to)
            return found if is_whole else None

    def people(self, ids: Collection[str] | None) -> Iterable[PersonEntry]:
        with _answers():
            rows = directory_selectors.follow_people(ids)
            yield from map(PersonEntry._make, rows)

    def people_of(self, directory_id: str) -> Iterable[PersonEntry]:
        with _answers():
            rows = directory_selectors.follow_people(directory_id=directory_id)
            yield from map(PersonEntry._make, rows)

    def owners(self, device_ids: Collection[str]) -> Collection[str]:
        with _answers():
            return set(map(str, device_selectors.list_owners(device_ids)))

    def devices(
        self, person_ids: Collection[str] | None
    ) -> Iterable[tuple[str, DeviceEntry]]:
        with _answers():
            for person, pk, *known in device_selectors.follow_devices(person_ids):
                yield str(person), DeviceEntry(str(pk), *known)

    def sessions(self, ids: Collection[str] | None) -> Iterable[SessionEntry]:
        with _answers():
            yield from follow_sessions(ids)

    def accounts(self, ids: Collection[str] | None) -> Iterable[AccountEntry]:
        with _answers():
            rows = namespace_selectors.follow_accounts(ids)
            for key, pk, name, namespace_id, owner_id, ends_at in rows:
                owner = None if owner_id is None else str(owner_id)
                yield AccountEntry(
                    key, str(pk), name, str(namespace_id), owner, ends_at
                )

    def directories(self) -> Iterable[DirectoryEntry]:
        with _answers():
            for pk, *known in directory_selectors.follow_directories():
                yield DirectoryEntry(str(pk), *known)

    def record_sources(self) -> Iterable[RecordSourceEntry]:
        with _answers():
            for pk, *known in directory_selectors.follow_data_sources():
                yield RecordSourceEntry(str(pk), *known)

    def records(self, source_id: str) -> Iterable[tuple[str, str]]:
        with _answers():
            for record_id, data in directory_selectors.follow_records(source_id):
                yield record_id, json.dumps(data)

    def addresses(self) -> Iterable[AddressEntry]:
        with _answers():
            for pk, *known in policy_selectors.follow_addresses():
                yield AddressEntry(str(pk), *known)

    def answer(self, address_id: str) -> Mapping[str, Any] | None:
        with _answers():
            return policy_selectors.follow_answer(address_id)

    def quarantined(self) -> Iterable[tuple[str, str]]:
        with _answers():
            yield from policy_selectors.follow_quarantined()

    def report(self, *, deployment: int, problem: str) -> None:
        with _answers():
            self._report(deployment, problem)

    def close(self) -> None:
        connection.close()


@contextmanager
def _answers() -> Iterator[None]:
    """Say in the stream's words that the database doesn't answer."""
    try:
        yield
    except Error as error:
        raise SourceGoneError(f"{type(error).__name__}: {error}") from error


def _people_in(payload: Mapping[str, Any]) -> tuple[str, ...] | None:
    ids = payload.get("people")
    return None if ids is None else tuple(map(str, ids))


def _unpacked(data: bytes) -> bytes:
    """Return the bytes of a chunk; what can't be unpacked fails by its hash later."""
    try:
        return zlib.decompressobj().decompress(data, MAX_CHUNK)
    except zlib.error:
        return b""
