"""Everything that a Core is told, as records of its databroker.

Whatever we put there bears our mark: in the id of a configuration, in a field of every
other record. What doesn't is somebody else's, and is left alone.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from google.protobuf import struct_pb2
from google.protobuf.message import DecodeError

from policies.language.records import ForeignKey

from . import schema
from .checks import problems_of, problems_of_certificate
from .problems import Problem, UnfitError
from .routes import message_of, settings_of
from .scripts import (
    DIRECTORY,
    DIRECTORY_USER,
    SOURCE_TYPE,
    Data,
    policies_of,
    source_id,
)
from .settings import Place, settings_for_route
from .settings import message_of as settings_message_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from gateway.snapshot import RouteDocument, Snapshot
    from gateway.stream.people import People

TYPES: Final = "type.googleapis.com/"
CONFIG: Final = f"{TYPES}pomerium.config.Config"
ACCOUNT: Final = f"{TYPES}user.ServiceAccount"
STRUCT: Final = f"{TYPES}google.protobuf.Struct"
DIRECTORY_GROUP: Final = "pomerium.io/DirectoryGroup"
MARK: Final = "$postern"
# Core's gRPC takes 4 MiB; a third of it leaves room for what travels along.
MAX_SHARD: Final = 900 * 1024
NEVER_OLD: Final = timedelta(days=3650)

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record by its content: what is in it, and the protobuf type of that."""

    type_url: str
    value: bytes


@dataclass(slots=True)
class Wanted:
    """What a Core should hold of ours.

    Attributes:
        owner: our mark.
        data: what policies look at, by type and id.
        sources: until when data can be relied on; told after the data.
        configs: routes and certificates, by id.
        route_ids: of every route.
        problems: what is in the way; nothing may be sent while there are any.
    """

    owner: str
    data: dict[Key, Entry] = field(default_factory=dict)
    sources: dict[Key, Entry] = field(default_factory=dict)
    configs: dict[Key, Entry] = field(default_factory=dict)
    route_ids: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)

    @property
    def record_types(self) -> list[str]:
        """Return the types of external data among the records."""
        fixed = {DIRECTORY_USER, DIRECTORY_GROUP, ACCOUNT}
        return sorted({kind for kind, _ in self.data} - fixed)


def wanted_of(
    snapshot: Snapshot,
    people: People,
    *,
    owner: str,
    within: Collection[str],
    unseal: Callable[[str], str],
    now: datetime,
    place: Place | None = None,
) -> Wanted:
    """Return what a Core should hold; `within` are the namespaces that it serves.

    `place` says from where settings are taken, and which the Core has of its own.
    """
    wanted = Wanted(owner)
    wanted.data = dict(_data(people, owner, now))
    wanted.sources = dict(_sources(people, owner))
    known = {one.value: one for one in ForeignKey}
    data = Data(
        {
            kind: known[one.source.foreign_key]
            for kind, one in people.records.items()
            if one.source.foreign_key in known
        },
        bool(people.directories),
    )
    routes = [one for one in snapshot.routes.values() if one.namespace_id in within]
    place = place or Place()
    _tell_settings(wanted, snapshot, place)
    _tell_routes(wanted, snapshot, routes, data=data, place=place, unseal=unseal)
    _tell_certificates(wanted, snapshot, within, unseal)
    return wanted


def _tell_settings(wanted: Wanted, snapshot: Snapshot, place: Place) -> None:
    told = place.told(snapshot)
    if not told:
        return
    try:
        config = schema.Config(
            name="Postern settings", settings=settings_message_of(told)
        )
    except UnfitError as error:
        wanted.problems.append(
            Problem(
                subject="settings",
                subject_id=place.namespace_id,
                text=str(error),
                remedy=error.remedy,
            )
        )
    else:
        key = (CONFIG, f"{wanted.owner}/settings")
        wanted.configs[key] = _packed(CONFIG, config)


def _tell_routes(
    wanted: Wanted,
    snapshot: Snapshot,
    routes: Iterable[RouteDocument],
    *,
    data: Data,
    place: Place,
    unseal: Callable[[str], str],
) -> None:
    shards: dict[str, list[Any]] = {}
    told = place.told(snapshot)
    for route in sorted(routes, key=lambda one: one.id):
        try:
            values = settings_of(route, unseal=unseal)
            here = place.at(snapshot, route.namespace_id)
            values |= settings_for_route(values, here, told)
            message = message_of(route, values)
            message.policies.extend(policies_of(route, snapshot, data))
        except (UnfitError, ValueError) as error:
            remedy = getattr(error, "remedy", "open the route, and save it anew")
            wanted.problems.append(
                Problem(
                    subject=f"route {route.name}",
                    subject_id=route.id,
                    text=str(error),
                    remedy=remedy,
                )
            )
            continue
        found = list(problems_of(message))
        wanted.problems += found
        if not found:
            shards.setdefault(route.namespace_id, []).append(message)
    wanted.route_ids = frozenset(
        one.id for messages in shards.values() for one in messages
    )
    for namespace_id, messages in shards.items():
        for name, part in _parts(messages):
            config = schema.Config(name=f"Postern {name}", routes=part)
            key = (CONFIG, f"{wanted.owner}/{namespace_id}{name}")
            wanted.configs[key] = _packed(CONFIG, config)


def _parts(routes: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield the routes of a namespace in parts that are small enough.

    A route stays in its part while others come and go, unless their number doubles.
    """
    size = sum(one.ByteSize() for one in routes)
    count = 1
    while size > count * MAX_SHARD // 2:
        count *= 2
    parts: dict[int, list[Any]] = {}
    for one in routes:
        digest = hashlib.sha256(one.id.encode()).digest()
        parts.setdefault(int.from_bytes(digest[:4], "big") % count, []).append(one)
    for number, part in sorted(parts.items()):
        yield ("" if count == 1 else f"/{number}-of-{count}"), part


def _tell_certificates(
    wanted: Wanted,
    snapshot: Snapshot,
    within: Collection[str],
    unseal: Callable[[str], str],
) -> None:
    for one in sorted(snapshot.certificates.values(), key=lambda one: one.id):
        if one.namespace_id not in within:
            continue
        key = unseal(one.sealed_key)
        found = list(
            problems_of_certificate(", ".join(one.hosts), one.id, one.chain, key)
        )
        wanted.problems += found
        config = schema.Config(name="Postern certificate")
        config.settings.certificates.add(
            id=one.id, cert_bytes=one.chain.encode(), key_bytes=key.encode()
        )
        place = (CONFIG, f"{wanted.owner}/certificate/{one.id}")
        wanted.configs[place] = _packed(CONFIG, config)


def _data(people: People, owner: str, now: datetime) -> Iterator[tuple[Key, Entry]]:
    groups: dict[str, str] = {}
    for one in people.people.values():
        if one.is_active and one.directory_id is not None and one.external_id:
            groups |= dict(one.groups)
            values = {
                "id": one.external_id,
                "email": one.email,
                "group_ids": sorted(one.group_ids),
            }
            yield (DIRECTORY_USER, one.external_id), struct_of(values, owner)
    for pk, name in groups.items():
        yield (DIRECTORY_GROUP, pk), struct_of({"id": pk, "name": name}, owner)
    yield from _records(people, owner)
    for account in people.accounts.values():
        is_over = account.ends_at is not None and account.ends_at <= now
        is_owned = account.owner_id is not None
        if is_over or (is_owned and people.person(account.owner_id or "") is None):
            continue
        message = schema.ServiceAccount(
            id=account.id,
            user_id=account.id,
            description=account.name,
            originator_id=owner,
        )
        if account.ends_at is not None:
            message.expires_at.FromDatetime(account.ends_at)
        yield (ACCOUNT, account.id), _packed(ACCOUNT, message)


def _records(people: People, owner: str) -> Iterator[tuple[Key, Entry]]:
    for kind, held in people.records.items():
        by_address = held.source.foreign_key == ForeignKey.REQUEST_IP
        for key, text in held.texts.items():
            values = json.loads(text)
            if not isinstance(values, dict) or not key:
                continue
            if by_address and "/" in key and "$index" not in values:
                values["$index"] = {"cidr": key}
            yield (kind, key), struct_of(values, owner)


def _sources(people: People, owner: str) -> Iterator[tuple[Key, Entry]]:
    """Yield until when data can be relied on; nothing of those that never came."""
    known = list(people.directories.values())
    if known and all(one.complete_at is not None for one in known):
        until = min(
            one.complete_at + timedelta(seconds=one.max_age_seconds)
            for one in known
            if one.complete_at is not None
        )
        yield _source(DIRECTORY, until, owner)
    for kind, held in people.records.items():
        complete_at = held.source.complete_at
        if complete_at is not None:
            until = complete_at + timedelta(seconds=held.source.max_age_seconds)
            yield _source(source_id(kind), until, owner)


def _source(pk: str, until: datetime, owner: str) -> tuple[Key, Entry]:
    values = {"id": pk, "until": str(int(until.timestamp()))}
    return (SOURCE_TYPE, pk), struct_of(values, owner)


def struct_of(values: Mapping[str, Any], owner: str) -> Entry:
    """Return a record without a type of its own, with our mark."""
    message = struct_pb2.Struct()
    message.update({**values, MARK: owner})
    return _packed(STRUCT, message)


def _packed(type_url: str, message: Any) -> Entry:
    return Entry(type_url, message.SerializeToString(deterministic=True))


_READERS: Final[Mapping[str, Any]] = {
    CONFIG: schema.Config,
    ACCOUNT: schema.ServiceAccount,
    STRUCT: struct_pb2.Struct,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A record that is there, as far as it concerns us.

    Attributes:
        owner: whose it is by its mark, "" for somebody who marks nothing.
        value: its content in the form in which we would have sent it.
        route_ids: of the routes of a configuration.
    """

    owner: str
    value: bytes
    route_ids: tuple[str, ...] = ()


def read_record(record: Any, owner: str) -> Found:
    """Read a record. What isn't understood is somebody else's."""
    url = record.data.type_url
    reader = _READERS.get(url)
    if reader is None:
        return Found("", record.data.value)
    try:
        message = reader.FromString(record.data.value)
    except DecodeError:
        is_ours = url == CONFIG and record.id.startswith(f"{owner}/")
        return Found(owner if is_ours else "", record.data.value)
    value = message.SerializeToString(deterministic=True)
    if url == CONFIG:
        is_ours = record.id.startswith(f"{owner}/")
        ids = tuple(one.id for one in message.routes)
        return Found(owner if is_ours else "", value, ids)
    if url == ACCOUNT:
        return Found(message.originator_id, value)
    mark = message.fields[MARK].string_value if MARK in message.fields else ""
    return Found(mark, value)
