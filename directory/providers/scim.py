"""Any server of SCIM 2.0 (RFC 7644), asked by us."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from directory.providers.auth import Header
from directory.providers.base import (
    ALL,
    CHANGED,
    MEMBERS,
    Context,
    Item,
    Listing,
    Options,
    Provider,
)
from directory.providers.paging import Counted, Single
from directory.providers.reading import (
    UnreadableError,
    at,
    flag,
    full_name,
    key,
    moment,
    text,
)
from directory.providers.records import Edge, Group, Person, Record

JSON = {"accept": "application/scim+json, application/json"}
PAGES = Counted("startIndex", "count", 100, "totalResults")


def _email(item: Item) -> str:
    """Return the primary address; else the first one."""
    found = [one for one in _list(item, "emails") if isinstance(one, Mapping)]
    primary = [one for one in found if one.get("primary") is True]
    return text((primary or found or [{}])[0], "value")


def _list(item: Item, name: str) -> list[Any]:
    value = item.get(name) or []
    if not isinstance(value, list):
        raise UnreadableError(f"`{name}` is no list")
    return value


def read_person(item: Item) -> Person:
    """Return the person whom a SCIM user stands for.

    Raises:
        UnreadableError: it is no such user.
    """
    named = item.get("displayName")
    return Person(
        id=key(item),
        email=_email(item),
        name=text(item, "displayName")
        if named
        else full_name(
            item, "name.givenName", "name.familyName", "name.formatted", "userName"
        ),
        is_active=flag(item, "active", default=True),
    )


def read_group_name(item: Item) -> str:
    """Return what people call a SCIM group.

    Raises:
        UnreadableError: its name or its id is none.
    """
    return text(item, "displayName") or key(item)


def _person(item: Item, _: Context) -> Iterable[Record]:
    yield read_person(item)


def _name(item: Item, _: Context) -> Iterable[Record]:
    yield Group(id=key(item), name=read_group_name(item))


def _members(item: Item, _: Context) -> Iterable[Record]:
    group = key(item)
    for member in _list(item, "members"):
        is_group = text(member, "type").lower() == "group" or "/Groups/" in text(
            member, "$ref"
        )
        yield Edge(group, key(member, "value"), is_group=is_group)


def _group(item: Item, context: Context) -> Iterable[Record]:
    yield from _name(item, context)
    yield from _members(item, context)


def _one(body: Any) -> Any:
    """Return a group as a list of one; None when it is none."""
    return [body] if isinstance(body, Mapping) and "id" in body else None


def _changed_at(group: Item) -> datetime | None:
    """Return when a group was changed last, as the server says it."""
    return moment(at(group, "meta.lastModified"))


def _where(wanted: str) -> Callable[[Options], Iterable[Item]]:
    return lambda options: [{}] if options["members"] == wanted else []


def _is_empty(body: Any) -> bool:
    """A list may be left out where it is empty (RFC 7644, 3.4.2)."""
    return isinstance(body, Mapping) and body.get("totalResults") == 0


PROVIDER = Provider(
    code="scim",
    name="SCIM 2.0",
    address=lambda options: options["base_url"],
    auth=lambda options: Header("authorization", f"Bearer {options['token']}"),
    options=(
        replace(
            MEMBERS,
            default=ALL,
            help=gettext_noop(
                "Of groups that have changed only where the server counts a new member "
                "as a change of the group, in its `meta.lastModified`."
            ),
        ),
    ),
    changed_at=_changed_at,
    roots=("users", "groups", "names of groups"),
    listings=(
        Listing(
            name="users",
            kind="person",
            path="/Users",
            items="Resources",
            headers=JSON,
            paging=PAGES,
            is_empty=_is_empty,
            read=_person,
        ),
        Listing(
            name="groups",
            kind="group",
            path="/Groups",
            items="Resources",
            headers=JSON,
            paging=PAGES,
            is_empty=_is_empty,
            read=_group,
            starts=_where(ALL),
        ),
        Listing(
            name="names of groups",
            kind="group",
            path="/Groups",
            params={"excludedAttributes": "members"},
            items="Resources",
            headers=JSON,
            paging=PAGES,
            is_empty=_is_empty,
            read=_name,
            each=("members",),
            starts=_where(CHANGED),
        ),
        Listing(
            name="members",
            kind="member",
            path="/Groups/{id}",
            items=_one,
            headers=JSON,
            paging=Single(),
            read=_members,
            is_kept=True,
        ),
    ),
)
