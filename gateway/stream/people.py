"""People, groups, devices, sessions, accounts and records, held in memory.

One thread, the follower's, writes; any number of threads read without a lock: entries
never change, and one that is replaced is replaced in a single step of its dictionary.

What is told to policies follows the rules of `policies.selectors.facts`; tests compare
the two for people and devices of all kinds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from policies.language import Facts, SourceState
from policies.language.facts import (
    NOTHING,
    ClientCertificate,
    Device,
    DirectoryUser,
    Person,
    Request,
    Session,
)

from .records import FetchedAnswer, RecordSet, RecordsOf, source_state

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from .entries import (
        AccountEntry,
        DeviceEntry,
        DirectoryEntry,
        PersonEntry,
        SessionEntry,
    )

CACHED = 1 << 16


@dataclass(slots=True)
class People:
    """Everything about people that a decision may need.

    Attributes:
        people: by id. Deactivated ones are among them.
        devices: the devices that count, by the id of their person, oldest first.
        sessions, accounts: by the hash of their secret.
        directories: by id.
        records: by record type.
        answers: what policies in Rego get of addresses, by address.
        quarantined: policies that may not be run, each with the key of its text.
    """

    people: dict[str, PersonEntry] = field(default_factory=dict)
    devices: dict[str, tuple[DeviceEntry, ...]] = field(default_factory=dict)
    sessions: dict[str, SessionEntry] = field(default_factory=dict)
    accounts: dict[str, AccountEntry] = field(default_factory=dict)
    directories: dict[str, DirectoryEntry] = field(default_factory=dict)
    records: dict[str, RecordSet] = field(default_factory=dict)
    answers: dict[str, FetchedAnswer] = field(default_factory=dict)
    quarantined: frozenset[tuple[str, str]] = frozenset()

    def person(self, person_id: str) -> PersonEntry | None:
        """Return somebody who is not deactivated."""
        found = self.people.get(person_id)
        return found if found is not None and found.is_active else None

    def session(self, key: str, *, host: str, now: datetime) -> SessionEntry | None:
        """Return the session of a cookie's hash, if it counts for that host now.

        It counts while it has not ended or been revoked, and its person is active.
        """
        found = self.sessions.get(key)
        if found is None or found.host != host or found.ends_at <= now:
            return None
        return found if self.person(found.person_id) is not None else None

    def account(self, key: str, *, now: datetime) -> AccountEntry | None:
        """Return the service account of a token's hash, if it counts now."""
        found = self.accounts.get(key)
        if found is None or (found.ends_at is not None and found.ends_at <= now):
            return None
        if found.owner_id is not None and self.person(found.owner_id) is None:
            return None
        return found

    def facts(
        self,
        *,
        now: datetime,
        request: Request,
        person_id: str | None = None,
        session_id: str = "",
        device_ids: Collection[str] = (),
        certificate: ClientCertificate | None = None,
    ) -> Facts:
        """Return what policies may look at for a request of a person, or of nobody.

        `device_ids` are the devices that the session was used with; of several of one
        type the oldest counts. Somebody deactivated, or unknown, is nobody.
        """
        certificate = certificate or ClientCertificate()
        records = RecordsOf(self.records, now)
        found = None if person_id is None else self.person(person_id)
        if found is None:
            return Facts(
                now=now, request=request, certificate=certificate, records=records
            )
        return Facts(
            now=now,
            request=request,
            session=Session(id=session_id, user_id=found.external_id),
            person=Person(found.external_id, found.email, claims_of(found.claims)),
            directory_user=_directory_user(found),
            directory=self._directory_state(found, now),
            devices=self._devices(found.id, device_ids, now),
            certificate=certificate,
            records=records,
        )

    def account_facts(
        self,
        account: AccountEntry,
        *,
        now: datetime,
        request: Request,
        certificate: ClientCertificate | None = None,
    ) -> Facts:
        """Return what policies may look at for a request of a service account.

        It is a robot: known by its id, without address, claims, groups or devices.
        """
        return Facts(
            now=now,
            request=request,
            session=Session(id=account.id, user_id=account.id, is_service_account=True),
            person=Person(id=account.id),
            directory=self._worst(self.directories.values(), now),
            certificate=certificate or ClientCertificate(),
            records=RecordsOf(self.records, now),
        )

    def _devices(
        self, person_id: str, used: Collection[str], now: datetime
    ) -> Mapping[str, Device]:
        if not used:
            return NOTHING
        found: dict[str, Device] = {}
        for one in self.devices.get(person_id, ()):
            if one.id in used and one.device_type not in found:
                holds = one.approved_until is None or one.approved_until > now
                found[one.device_type] = Device(
                    one.credential_id,
                    one.enrollment_id,
                    one.approved_by if holds else None,
                )
        return found

    def _directory_state(self, person: PersonEntry, now: datetime) -> SourceState:
        own = self.directories.get(person.directory_id or "")
        return self._worst((own,) if own else self.directories.values(), now)

    @staticmethod
    def _worst(directories: Iterable[DirectoryEntry], now: datetime) -> SourceState:
        states = {
            source_state(one.complete_at, one.max_age_seconds, now)
            for one in directories
        }
        if not states:
            return SourceState.NOT_CONFIGURED
        worst = (SourceState.UNLOADED, SourceState.STALE)
        return next((state for state in worst if state in states), SourceState.FRESH)


@lru_cache(maxsize=CACHED)
def claims_of(text: str) -> Mapping[str, Any]:
    """Return the claims of a text, read once for each text. Don't change them."""
    value = json.loads(text)
    return value if isinstance(value, dict) and value else NOTHING


@lru_cache(maxsize=CACHED)
def _shared(group_ids: tuple[str, ...]) -> frozenset[str]:
    return frozenset(group_ids)


def _directory_user(person: PersonEntry) -> DirectoryUser | None:
    if person.directory_id is None:
        return None
    return DirectoryUser(person.email, _shared(person.group_ids))
