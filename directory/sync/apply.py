"""Writes a plan into the rows of a directory, in the caller's transaction.

People and groups that vanished are deactivated and lose their memberships; their
rows stay, so that bindings and audit events keep meaning somebody. Whatever may be
much is staged first and then written by one statement.
"""

import json
import secrets
import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connection

from directory.models import Directory, FormerName, Group, Membership, User
from directory.sync.packing import Pair
from directory.sync.plan import Plan
from directory.sync.snapshot import GroupRecord, PersonRecord
from directory.sync.staging import drop, execute, stage

BATCH = 500
MANY = 500  # new people, after whom it is worth while to count anew
USERS, GROUPS = User._meta.db_table, Group._meta.db_table  # noqa: SLF001
MEMBERSHIPS = Membership._meta.db_table  # noqa: SLF001
# Of people, by the columns' names.
FIELDS = {one.attname: one for one in User._meta.concrete_fields}  # noqa: SLF001
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Applied:
    """How many rows a snapshot changed."""

    people: int
    groups: int
    memberships_added: int
    memberships_removed: int


def apply_plan(directory: Directory, plan: Plan, *, now: datetime) -> Applied:
    """Write a plan. The rows must be those that it was made from."""
    groups = _write_groups(directory, plan, now=now)
    people = _write_people(directory, plan, now=now)
    _remove(directory, plan.removed)
    _add(directory, plan.added)
    if len(plan.new_people) >= MANY or len(plan.added) >= 10 * MANY:
        _look_over()
    directory.complete_at = now
    directory.modified_at = now
    directory.save(update_fields=["complete_at", "modified_at"])
    return Applied(people, groups, len(plan.added), len(plan.removed))


def _look_over() -> None:
    """Have PostgreSQL count what the tables hold, as it does by itself a while later.

    Until then it plans statements as if they were as before: one that takes away a few
    memberships of many that were just added went on for minutes.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {USERS}, {GROUPS}, {MEMBERSHIPS}")


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _write_groups(directory: Directory, plan: Plan, *, now: datetime) -> int:
    for made in _batches(plan.new_groups):
        Group.objects.bulk_create(
            Group(
                directory=directory,
                external_id=one.id,
                name=one.name,
                email=one.email,
                created_at=now,
                modified_at=now,
            )
            for one in made
        )
    for changed in _batches(plan.changed_groups):
        _update_groups(directory, changed, now=now)
    for gone in _batches(plan.gone_groups):
        rows = directory.groups.filter(external_id__in=gone)
        rows.update(is_active=False, modified_at=now)
    return len(plan.new_groups) + len(plan.changed_groups) + len(plan.gone_groups)


def _update_groups(
    directory: Directory, records: Collection[GroupRecord], *, now: datetime
) -> None:
    wanted = {one.id: one for one in records}
    rows = list(directory.groups.filter(external_id__in=wanted))
    FormerName.objects.bulk_create(
        FormerName(group=row, name=row.name, until=now)
        for row in rows
        if row.name != wanted[row.external_id].name
    )
    for row in rows:
        record = wanted[row.external_id]
        row.name, row.email = record.name, record.email
        row.is_active, row.modified_at = True, now
    Group.objects.bulk_update(rows, ["name", "email", "is_active", "modified_at"])


def _write_people(directory: Directory, plan: Plan, *, now: datetime) -> int:
    if plan.new_people:
        _create_people(directory, plan.new_people, now=now)
    if plan.digests:
        _keep_digests(directory, plan)
    if plan.changed_people:
        _update_people(directory, plan.changed_people, now=now)
    for gone in _batches(plan.gone_people):
        rows = directory.users.filter(external_id__in=gone)
        rows.update(is_active=False, sync_digest=None, modified_at=now)
    return len(plan.new_people) + len(plan.changed_people) + len(plan.gone_people)


def _types(*names: str) -> dict[str, str]:
    """Return the types that the database has for columns of people; ids as the key."""
    found = {name: str(FIELDS[name].db_type(connection)) for name in names}
    if "external_id" in found:
        found["external_id"] += " PRIMARY KEY"
    return found


def _told(person: PersonRecord) -> tuple[Any, ...]:
    return (
        *(person.id, person.email, person.display_name),
        json.dumps(person.claims),
        person.digest,
    )


TOLD = ("external_id", "email", "display_name", "claims", "sync_digest")


def _create_people(
    directory: Directory, people: Iterable[PersonRecord], *, now: datetime
) -> None:
    """Insert people. What a record doesn't tell is what a new row has."""
    rows = (
        (
            FIELDS["id"].get_db_prep_value(uuid.uuid4(), connection),
            UNUSABLE_PASSWORD_PREFIX + secrets.token_hex(20),
            *_told(one),
        )
        for one in people
    )
    table = stage("people", _types("id", "password", *TOLD), rows)
    blank = User(directory=directory, created_at=now, modified_at=now)
    others = {
        name: one
        for name, one in FIELDS.items()
        if name not in {"id", "password", *TOLD}
    }
    columns = ["id", "password", *TOLD, *others]
    chosen = ["id", "password", *TOLD, *("%s" for _ in others)]
    execute(
        f"INSERT INTO {USERS} ({', '.join(columns)}) "  # noqa: S608 - names of ours
        f"SELECT {', '.join(chosen)} FROM {table}",
        [
            one.get_db_prep_value(getattr(blank, name), connection)
            for name, one in others.items()
        ],
    )
    drop(table)


def _keep_digests(directory: Directory, plan: Plan) -> None:
    columns = _types("external_id", "sync_digest")
    table = stage("digests", columns, plan.digests.items())
    execute(
        f"UPDATE {USERS} SET sync_digest = told.sync_digest FROM {table} told "  # noqa: S608 - names of ours
        f"WHERE {USERS}.directory_id = %s AND {USERS}.external_id = told.external_id",
        [_id(directory)],
    )
    drop(table)


def _update_people(
    directory: Directory, people: Iterable[PersonRecord], *, now: datetime
) -> None:
    table = stage("people", _types(*TOLD), map(_told, people))
    changed = ", ".join(f"{name} = told.{name}" for name in TOLD[1:-1])
    moment = FIELDS["modified_at"].get_db_prep_value(now, connection)
    execute(
        f"UPDATE {USERS} SET {changed}, is_active = %s, modified_at = %s "  # noqa: S608 - names of ours
        f"FROM {table} told WHERE {USERS}.directory_id = %s "
        f"AND {USERS}.external_id = told.external_id",
        [True, moment, _id(directory)],
    )
    drop(table)


def _id(directory: Directory) -> Any:
    return Directory._meta.pk.get_db_prep_value(directory.pk, connection)  # noqa: SLF001


def _stage_pairs(pairs: Iterable[Pair]) -> str:
    kind = str(FIELDS["external_id"].db_type(connection))
    return stage("memberships", {"person": kind, "in_group": kind}, pairs)


# Of the pairs in a table, the rows of person and group. SQLite takes a CROSS JOIN in
# the order in which it is written.
_JOINS = f"CROSS JOIN {USERS} one CROSS JOIN {GROUPS} other"
_ON = (
    "WHERE one.directory_id = %s AND one.external_id = pair.person "
    "AND other.directory_id = %s AND other.external_id = pair.in_group"
)


def _add(directory: Directory, pairs: Collection[Pair]) -> None:
    if not pairs:
        return
    table = _stage_pairs(pairs)
    execute(
        f"INSERT INTO {MEMBERSHIPS} (user_id, group_id) "  # noqa: S608 - names of ours
        f"SELECT one.id, other.id FROM {table} pair {_JOINS} {_ON} "
        "ORDER BY one.id, other.id",
        [_id(directory)] * 2,
    )
    drop(table)


def _remove(directory: Directory, pairs: Collection[Pair]) -> None:
    if not pairs:
        return
    table = _stage_pairs(pairs)
    execute(
        f"DELETE FROM {MEMBERSHIPS} WHERE id IN (SELECT row.id "  # noqa: S608 - names of ours
        f"FROM {table} pair {_JOINS} CROSS JOIN {MEMBERSHIPS} row {_ON} "
        "AND row.user_id = one.id AND row.group_id = other.id)",
        [_id(directory)] * 2,
    )
    drop(table)
