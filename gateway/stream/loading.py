"""Reads people into memory: all of them at the start, then what changed."""

from __future__ import annotations

import gc
import math
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from .entries import AccountEntry, SessionEntry
from .people import People
from .records import FetchedAnswer, RecordSet

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from .entries import DeviceEntry
    from .source import Change, Head, Source

MAX_BEHIND = 20_000  # changes; further behind, reading everything is quicker
STATES_EVERY = 1.0  # seconds between two looks at how old directories and sources are
NEVER = -math.inf
E = TypeVar("E", SessionEntry, AccountEntry)


class Loader:
    """Follows the changes of people by the number of the last one that was read.

    Rows are read after the change that announces them, so they may be newer than it;
    never older.
    """

    def __init__(
        self,
        source: Source,
        on_people: Callable[[frozenset[str] | None], None] | None = None,
    ) -> None:
        self.people = People()
        self._source = source
        self._on_people = on_people
        self._change: int | None = None
        self._states_at = NEVER
        self._keys: dict[str, str] = {}  # of sessions and accounts, by their ids
        self._owners: dict[str, str] = {}  # the person of each device

    @property
    def position(self) -> int:
        """Return the number of the last change that was read, -1 before any."""
        return -1 if self._change is None else self._change

    def follow(self, head: Head) -> None:
        """Read what changed up to a head.

        A change that can't be read in full is read again the next time.
        """
        changes = self._changes(head)
        if changes is None:
            self._load_all()
        elif changes:
            self._apply(changes)
        self._change = head.change
        if time.monotonic() - self._states_at > STATES_EVERY:
            self._load_states()

    def _changes(self, head: Head) -> Sequence[Change] | None:
        """Return what changed up to a head; None where everything is to be read."""
        known = self._change
        if known is None or not 0 <= head.change - known <= MAX_BEHIND:
            # The latter also after the database went back to an older state.
            return None
        if head.change == known:
            return ()
        return self._source.changes(after=known, up_to=head.change)

    def _load_all(self) -> None:
        """Read everything, and let it count at the end: an empty moment may allow."""
        with without_collection():
            people = {one.id: one for one in self._source.people(None)}
            devices = _by_person(self._source.devices(None))
            sessions = {one.key: one for one in self._source.sessions(None)}
            accounts = {one.key: one for one in self._source.accounts(None)}
            self._load_states(again=None)
        self.people.people, self.people.devices = people, devices
        self.people.sessions, self.people.accounts = sessions, accounts
        self._keys = {one.id: one.key for one in sessions.values()}
        self._keys |= {one.id: one.key for one in accounts.values()}
        self._owners = {
            one.id: person for person, held in devices.items() for one in held
        }
        self._tell(None)

    def _apply(self, changes: Iterable[Change]) -> None:
        by_topic: dict[str, set[str]] = {}
        for one in changes:
            topic, ids = one.topic, one.ids
            if topic == "directory" and one.person_ids is not None:
                topic, ids = "people", one.person_ids
            by_topic.setdefault(topic, set()).update(ids)
        steps: dict[str, Callable[[set[str]], None]] = {
            "directory": self._put_directories,
            "people": self._put_people,
            "devices": self._put_devices,
            "sessions": self._put_sessions,
            "accounts": self._put_accounts,
            "records": self._put_records,
        }
        changed = frozenset(pk for name in steps for pk in by_topic.get(name, ()))
        for name, step in steps.items():
            if by_topic.get(name):
                step(by_topic[name])
        if changed:
            self._tell(changed)

    def _tell(self, changed: frozenset[str] | None) -> None:
        if self._on_people is not None:
            self._on_people(changed)

    def _put_directories(self, ids: set[str]) -> None:
        for directory_id in ids:
            found = {one.id: one for one in self._source.people_of(directory_id)}
            known = self.people.people
            for pk in [pk for pk, one in known.items() if one.directory_id in ids]:
                if pk not in found:
                    del known[pk]
            known.update(found)
        self._load_states()

    def _put_people(self, ids: set[str]) -> None:
        found = {one.id: one for one in self._source.people(ids)}
        self.people.people.update(found)
        for pk in ids - found.keys():
            self.people.people.pop(pk, None)

    def _put_devices(self, ids: set[str]) -> None:
        persons = set(self._source.owners(ids))
        persons |= {self._owners[pk] for pk in ids if pk in self._owners}
        found = _by_person(self._source.devices(persons))
        for person in persons:
            for one in self.people.devices.get(person, ()):
                self._owners.pop(one.id, None)
            for one in found.get(person, ()):
                self._owners[one.id] = person
        self.people.devices.update(found)
        for person in persons - found.keys():
            self.people.devices.pop(person, None)

    def _put_sessions(self, ids: set[str]) -> None:
        self._replace(self.people.sessions, self._source.sessions(ids), ids)

    def _put_accounts(self, ids: set[str]) -> None:
        self._replace(self.people.accounts, self._source.accounts(ids), ids)

    def _replace(self, held: dict[str, E], read: Iterable[E], ids: set[str]) -> None:
        """Put entries under their keys; what was asked for and not found goes."""
        found = {one.id: one for one in read}
        for pk in ids:
            key = self._keys.get(pk)
            if key is not None and (pk not in found or found[pk].key != key):
                held.pop(self._keys.pop(pk), None)
        for pk, one in found.items():
            held[one.key] = one
            self._keys[pk] = one.key

    def _put_records(self, ids: set[str]) -> None:
        self._load_states(again=ids)

    def _load_states(self, again: Collection[str] | None = ()) -> None:
        """Read how old directories and sources are; no change announces that.

        `again` are the sources whose records are read anew, None for all.
        """
        directories = {one.id: one for one in self._source.directories()}
        found: dict[str, RecordSet] = {}
        for source in self._source.record_sources():
            held = self.people.records.get(source.record_type)
            if again is None or source.id in again or not (held and held.fits(source)):
                records = self._source.records(source.id)
                found[source.record_type] = RecordSet.read(source, records)
            else:
                found[source.record_type] = replace(held, source=source)
        self.people.directories, self.people.records = directories, found
        self._load_answers()
        self.people.quarantined = frozenset(self._source.quarantined())
        self._states_at = time.monotonic()

    def _load_answers(self) -> None:
        """Read the answers of addresses that have been fetched since."""
        found: dict[str, FetchedAnswer] = {}
        for address in self._source.addresses():
            held = self.people.answers.get(address.url)
            if held is None or held.address[:3] != address[:3]:
                answer = self._source.answer(address.id)
                found[address.url] = FetchedAnswer(address, answer)
            else:
                found[address.url] = replace(held, address=address)
        self.people.answers = found


def _by_person(
    devices: Iterable[tuple[str, DeviceEntry]],
) -> dict[str, tuple[DeviceEntry, ...]]:
    found: dict[str, tuple[DeviceEntry, ...]] = {}
    for person_id, one in devices:
        found[person_id] = (*found.get(person_id, ()), one)
    return found


@contextmanager
def without_collection() -> Iterator[None]:
    """Make many objects that stay, and don't look for garbage among them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
