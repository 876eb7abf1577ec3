"""Facts for the policy language, put together for a chosen person and request.

The console's own rights are another matter (`namespaces.access`); nothing here
decides about them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from uuid import UUID

from console.core.actor import Actor
from console.core.exceptions import NotFoundError, ValidationFailedError
from devices import selectors as device_selectors
from directory import selectors as directory_selectors
from policies.language import Facts, SourceState
from policies.language.facts import (
    ClientCertificate,
    Device,
    DirectoryUser,
    Person,
    Request,
    Session,
)
from policies.language.records import stored_key

if TYPE_CHECKING:
    from devices.models import DeviceCredential
    from directory.models import Directory, ExternalDataSource, User

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SESSION_ID = "try"  # what matters is that there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Who tries what, when: a request that is thought up to see the answer.

    Attributes:
        at: when the request is made; criteria on time look at this.
        person_id: a person of the directory, or None for nobody.
        device_id: a credential of that person that the session is used with, or None.
        path: with the query, as in an address line.
        address: the network address that the request comes from, "" for unknown.
        is_preflight: the browser asks beforehand whether another site may call.
    """

    at: datetime
    person_id: UUID | None = None
    device_id: UUID | None = None
    method: str = "GET"
    path: str = "/"
    host: str = ""
    address: str = ""
    is_preflight: bool = False


def facts_for(attempt: Attempt, *, actor: Actor, now: datetime) -> Facts:
    """Return what the policies would know of a request.

    `now` is what the age of directory and records is told by, whenever the request
    is thought to be made.

    Raises:
        ValidationFailedError: no such person, or the device is not theirs.
    """
    if attempt.person_id is None:
        if attempt.device_id is not None:
            raise _refused("device", "nobody has no devices")
        return Facts(
            now=attempt.at,
            request=_request(attempt),
            certificate=ClientCertificate(),
            records=Records(now),
        )
    person = _person(attempt.person_id, actor)
    devices = _devices(person, attempt.device_id, now)
    return _facts_of(person, attempt, devices, now)


def as_request(attempt: Attempt, *, now: datetime) -> Facts:
    """Return what is known of a request whoever makes it, for many people."""
    return Facts(
        now=attempt.at,
        request=_request(attempt),
        certificate=ClientCertificate(),
        records=RecordsOfMany(now),
    )


def own_facts(
    attempt: Attempt, *, device_ids: Iterable[UUID], actor: Actor, now: datetime
) -> Facts:
    """Return what the policies would know of a request of whoever asks.

    `device_ids` are the devices that the session was used with; those of others are
    not looked at.

    Raises:
        NotFoundError: it is no person who asks.
    """
    person = directory_selectors.get_self(actor)
    used = device_selectors.list_credentials_of(person.pk).filter(
        pk__in=list(device_ids)
    )
    return _facts_of(person, attempt, devices_of(used, now=now), now)


def _facts_of(
    person: "User", attempt: Attempt, devices: Mapping[str, Device], now: datetime
) -> Facts:
    directories = list(directory_selectors.list_directories())
    return Facts(
        now=attempt.at,
        request=_request(attempt),
        session=Session(id=SESSION_ID, user_id=person.external_id),
        person=Person(id=person.external_id, email=person.email, claims=person.claims),
        directory_user=_directory_user(person),
        directory=directory_state(person.directory_id, directories, now),
        devices=devices,
        certificate=ClientCertificate(),
        records=Records(now),
    )


def to_place(facts: Facts, host: str, path: str) -> Facts:
    """Return the same facts for a request to another host and path."""
    request = replace(
        facts.request,
        host=host,
        hostname=host.partition(":")[0],
        path=_decoded(path),
        raw_path=path,
        url=f"https://{host}{path}",
    )
    return replace(facts, request=request)


def source_state(
    complete_at: datetime | None, max_age_seconds: int, now: datetime
) -> SourceState:
    """Say how far data can be relied on that was last read completely at a time."""
    if complete_at is None:
        return SourceState.UNLOADED
    if now - complete_at > timedelta(seconds=max_age_seconds):
        return SourceState.STALE
    return SourceState.FRESH


def _request(attempt: Attempt) -> Request:
    raw_path, _, query = attempt.path.partition("?")
    headers: dict[str, str] = {}
    if attempt.is_preflight:
        headers = {
            "Origin": "https://elsewhere.example",
            "Access-Control-Request-Method": "GET",
        }
    host = attempt.host.lower()
    return Request(
        method="OPTIONS" if attempt.is_preflight else attempt.method,
        path=_decoded(raw_path),
        raw_path=raw_path,
        query=query,
        host=host,
        hostname=host.partition(":")[0],
        url=f"https://{host}{attempt.path}" if host else "",
        headers=headers,
        ip=attempt.address,
    )


def _decoded(path: str) -> str:
    """Return the path percent-decoded; one that can't be is empty, as for Core."""
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError:
        return ""


def _person(person_id: UUID, actor: Actor) -> "User":
    try:
        return directory_selectors.get_person(person_id, actor=actor)
    except NotFoundError as error:
        raise _refused("person", "there is no such person") from error


def _directory_user(person: "User") -> DirectoryUser | None:
    """Return what the directory knows; somebody of no directory is unknown to it."""
    if person.directory_id is None:
        return None
    groups = directory_selectors.list_groups_of(person)
    ids = groups.filter(directory=person.directory_id)
    return DirectoryUser(
        email=person.email,
        group_ids=frozenset(ids.values_list("external_id", flat=True)),
    )


def directory_state(
    directory_id: UUID | None, directories: "list[Directory]", now: datetime
) -> SourceState:
    """Say how far can be relied on what a directory knows of its people."""
    if not directories:
        return SourceState.NOT_CONFIGURED
    asked = [one for one in directories if one.pk == directory_id]
    states = {
        source_state(one.complete_at, one.max_age_seconds, now)
        for one in asked or directories
    }
    worst = (SourceState.UNLOADED, SourceState.STALE)
    return next((state for state in worst if state in states), SourceState.FRESH)


def _devices(
    person: "User", device_id: UUID | None, now: datetime
) -> Mapping[str, Device]:
    if device_id is None:
        return {}
    credentials = device_selectors.list_credentials_of(person.pk)
    credential = credentials.filter(pk=device_id).first()
    if credential is None:
        raise _refused("device", "this person has no such device")
    return devices_of([credential], now=now)


def devices_of(
    credentials: "Iterable[DeviceCredential]", *, now: datetime
) -> Mapping[str, Device]:
    """Return what policies see of the devices that a session was used with.

    Of several of one type the first counts, as in Core. One that was rejected,
    suspended or revoked is as none.
    """
    found: dict[str, Device] = {}
    for one in device_selectors.list_facts(credentials, now=now):
        found.setdefault(
            one.device_type,
            Device(
                credential_id=one.credential_id,
                enrollment_id=one.enrollment_id,
                approved_by=one.approved_by,
            ),
        )
    return found


def _refused(name: str, text: str) -> ValidationFailedError:
    return ValidationFailedError(text, fields={name: [text]})


@dataclass(slots=True)
class Records:
    """External data for one attempt; each record is read at most once."""

    now: datetime
    _sources: "dict[str, ExternalDataSource] | None" = None
    _found: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)

    def state(self, record_type: str) -> SourceState:
        """Return whether the source of a type can be relied on."""
        source = self._source(record_type)
        if source is None:
            return SourceState.NOT_CONFIGURED
        return source_state(source.complete_at, source.max_age_seconds, self.now)

    def find(self, record_type: str, facts: Facts) -> Mapping[str, Any] | None:
        """Return the record that the source's foreign key leads to, if there is one."""
        if record_type not in self._found:
            self._found[record_type] = self._read(record_type, facts)
        return self._found[record_type]

    def _source(self, record_type: str) -> "ExternalDataSource | None":
        if self._sources is None:
            rows = directory_selectors.list_data_sources()
            self._sources = {row.record_type: row for row in rows}
        return self._sources.get(record_type)

    def _read(self, record_type: str, facts: Facts) -> Mapping[str, Any] | None:
        source = self._source(record_type)
        if source is None:
            return None
        if source.foreign_key == "request.ip":
            return directory_selectors.find_network_record(source, facts.request.ip)
        key = stored_key(source.foreign_key, facts)
        return directory_selectors.find_record(source, key) if key else None


@dataclass(slots=True)
class RecordsOfMany(Records):
    """External data for many people: each source is read once, as a whole."""

    _tables: dict[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)

    def find(self, record_type: str, facts: Facts) -> Mapping[str, Any] | None:
        """Return the record that the source's foreign key leads to, if there is one."""
        source = self._source(record_type)
        if source is None:
            return None
        if source.foreign_key == "request.ip":
            return Records.find(self, record_type, facts)  # the same for everybody
        key = stored_key(source.foreign_key, facts)
        table = self._tables.get(record_type)
        if table is None:
            table = directory_selectors.all_records_of(source)
            self._tables[record_type] = table
        return table.get(key) if key else None
