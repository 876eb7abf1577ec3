"""A JSON document with people and groups, in the form of Pomerium's datasource.

{"groups": [{"id": "g1", "name": "Engineering", "email": ""}],
 "users": [{"id": "u1", "group_ids": ["g1"], "display_name": "Ada", "email": ""}]}
"""

from collections.abc import Iterable
from typing import Any

from directory.providers.auth import Headers
from directory.providers.base import Context, Item, Listing, Provider
from directory.providers.paging import Single
from directory.providers.reading import UnreadableError, at, key, shown, text
from directory.providers.records import Edge, Group, Person, Problem, Record

GROUP, USER = "group", "user"


def _everything(body: Any) -> list[Any] | None:
    """Return groups and people in one list, each as what it is."""
    groups, users = at(body, "groups"), at(body, "users")
    if not isinstance(groups, list) or not isinstance(users, list):
        return None
    return [{GROUP: one} for one in groups] + [{USER: one} for one in users]


def _read(item: Item, context: Context) -> Iterable[Record]:
    for name, read in ((GROUP, _group), (USER, _person)):
        if name in item:
            yield from _or_problem(name, item[name], read, context)


def _or_problem(name: str, item: Any, read: Any, context: Context) -> list[Record]:
    try:
        return list(read(item, context))
    except UnreadableError as error:
        kind = "person" if name == USER else name
        return [Problem(kind=kind, text=str(error), id=shown(at(item, "id") or ""))]


def _person(item: Item, _: Context) -> Iterable[Record]:
    person = key(item)
    groups = item.get("group_ids") or []
    if not isinstance(groups, list):
        raise UnreadableError("`group_ids` is no list")
    edges = [Edge(key({"group_ids": one}, "group_ids"), person) for one in groups]
    yield Person(
        id=person, email=text(item, "email"), name=text(item, "display_name", "name")
    )
    yield from edges


def _group(item: Item, _: Context) -> Iterable[Record]:
    yield Group(
        id=key(item), name=text(item, "name") or key(item), email=text(item, "email")
    )


PROVIDER = Provider(
    code="http_json",
    name="JSON over HTTP",
    address=lambda options: options["base_url"],
    auth=lambda options: Headers(options.get("headers", "")),
    roots=("the document",),
    listings=(
        Listing(
            name="the document",
            kind="person",
            path="",
            items=_everything,
            paging=Single(),
            read=_read,
        ),
    ),
)
