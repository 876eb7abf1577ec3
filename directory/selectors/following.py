"""Reads of people for processes that keep all of them in memory.

In plain SQL: a hundred thousand people with a million memberships are read while an
authorizer starts, and rows as objects would take ten times as long.
"""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from directory.models import Directory, ExternalDataSource, ExternalRecord, Group

FETCHED = 2_000  # rows at a time
ASKED = 500  # ids in one query
BARE = 32  # characters of an id without dashes
# By their ids: the memberships of each person from the index of memberships. For
# everybody PostgreSQL is quicker when it goes through the table once.
COLUMNS = """
    CAST(u.id AS text), u.external_id, u.email, CAST(u.directory_id AS text),
    u.is_active, CAST(u.claims AS text)
"""
EACH = """
    SELECT {columns},
        (SELECT {joined} FROM directory_membership m WHERE m.user_id = u.id)
    FROM directory_user u {where}
"""
ALL_AT_ONCE = """
    SELECT {columns}, m.joined
    FROM directory_user u LEFT JOIN (
        SELECT user_id, {joined} AS joined
        FROM directory_membership m GROUP BY user_id
    ) m ON m.user_id = u.id
"""
JOINED = {
    "sqlite": "group_concat(m.group_id)",
    "postgresql": "string_agg(m.group_id::text, ',')",
}


class FollowedPerson(NamedTuple):
    """A person as enforcement knows them; `claims` is JSON text.

    `groups` are the active groups of the person's own directory, each by the id under
    which policies know it, and its name.
    """

    id: str
    external_id: str
    email: str
    directory_id: str | None
    is_active: bool
    claims: str
    groups: tuple[tuple[str, str], ...]


def follow_people(
    ids: Collection[str] | None = None, *, directory_id: str | None = None
) -> Iterator[FollowedPerson]:
    """Give everybody, or some people, or those of a directory."""
    if directory_id is not None:
        yield from _people(EACH, "WHERE u.directory_id = %s", [directory_id])
    elif ids is None:
        is_sqlite = connection.vendor == "sqlite"
        yield from _people(EACH if is_sqlite else ALL_AT_ONCE, "", [])
    else:
        wanted = list(ids)
        for start in range(0, len(wanted), ASKED):
            part = wanted[start : start + ASKED]
            marks = ", ".join(["%s"] * len(part))
            yield from _people(EACH, f"WHERE u.id IN ({marks})", part)


def _people(query: str, where: str, ids: list[str]) -> Iterator[FollowedPerson]:
    groups = _groups()
    shared: dict[str, str] = {}
    named: dict[str | None, str | None] = {None: None}  # directories, as others say it
    joined = JOINED[connection.vendor]
    sql = query.format(columns=COLUMNS, joined=joined, where=where)
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, [_stored(UUID(one)) for one in ids])
        while rows := cursor.fetchmany(FETCHED):
            for pk, external_id, email, directory, active, claims, members in rows:
                known = groups.get(directory, {})
                if directory not in named:
                    named[directory] = _dashed(directory)
                yield FollowedPerson(
                    _dashed(pk),
                    external_id,
                    email,
                    named[directory],
                    bool(active),
                    shared.setdefault(claims, claims),
                    tuple([known[one] for one in members.split(",") if one in known])
                    if members
                    else (),
                )


def _groups() -> dict[str, dict[str, tuple[str, str]]]:
    """Return id and name of the active groups, by directory and id as stored.

    Each pair is made once: a hundred thousand people share it.
    """
    found: dict[str, dict[str, tuple[str, str]]] = {}
    rows = Group.objects.filter(is_active=True).order_by()
    columns = ("pk", "directory_id", "external_id", "name")
    for pk, directory, external_id, name in rows.values_list(*columns):
        known = found.setdefault(_stored(directory), {})
        known[_stored(pk)] = (external_id, name)
    return found


def _stored(pk: UUID) -> str:
    """Return an id as the database says it in text."""
    return pk.hex if connection.vendor == "sqlite" else str(pk)


def _dashed(pk: str) -> str:
    """Return an id as everybody else says it; quicker than through a UUID."""
    if len(pk) != BARE:
        return pk
    return f"{pk[:8]}-{pk[8:12]}-{pk[12:16]}-{pk[16:20]}-{pk[20:]}"


def follow_directories() -> Iterator[tuple[Any, ...]]:
    """Give id, time of the last complete reading, and limit of each directory."""
    rows = Directory.objects.order_by("pk")
    yield from rows.values_list("pk", "complete_at", "max_age_seconds")


def follow_data_sources() -> Iterator[tuple[Any, ...]]:
    """Give id, record type, foreign key, last reading and limit of each source."""
    rows = ExternalDataSource.objects.order_by("pk")
    yield from rows.values_list(
        "pk", "record_type", "foreign_key", "complete_at", "max_age_seconds"
    )


def follow_records(source_id: str) -> Iterator[tuple[str, Any]]:
    """Give id and data of each record of a source."""
    rows = ExternalRecord.objects.filter(source=UUID(source_id)).order_by("pk")
    yield from rows.values_list("record_id", "data").iterator(chunk_size=FETCHED)
