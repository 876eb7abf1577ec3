"""Okta: https://developer.okta.com/docs/reference/core-okta-api/"""

from collections.abc import Iterable
from datetime import datetime

from directory.providers.auth import Header
from directory.providers.base import Context, Item, Listing, Provider
from directory.providers.paging import LinkHeader
from directory.providers.reading import claims, full_name, key, moment, text
from directory.providers.records import Edge, Group, Person, Record

PAGES = LinkHeader("limit", 200)
LOCKED_OUT = frozenset({"DEPROVISIONED", "SUSPENDED"})


def _person(item: Item, _: Context) -> Iterable[Record]:
    profile = "profile."
    yield Person(
        id=key(item),
        email=text(item, profile + "email", profile + "login"),
        name=full_name(
            item,
            profile + "firstName",
            profile + "lastName",
            profile + "displayName",
            profile + "login",
        ),
        is_active=text(item, "status") not in LOCKED_OUT,
        claims=claims(
            department=text(item, profile + "department"),
            title=text(item, profile + "title"),
        ),
    )


def _group(item: Item, _: Context) -> Iterable[Record]:
    yield Group(id=key(item), name=text(item, "profile.name") or key(item))


def _member(item: Item, context: Context) -> Iterable[Record]:
    yield Edge(key(context.parent), key(item))


def _changed_at(group: Item) -> datetime | None:
    """Return when people last came into a group or left it, as Okta says it."""
    return moment(group.get("lastMembershipUpdated"))


PROVIDER = Provider(
    code="okta",
    name="Okta",
    address=lambda options: options["base_url"],
    auth=lambda options: Header("authorization", f"SSWS {options['api_token']}"),
    changed_at=_changed_at,
    roots=("users", "groups"),
    listings=(
        Listing(
            name="users",
            kind="person",
            path="/api/v1/users",
            paging=PAGES,
            read=_person,
        ),
        Listing(
            name="groups",
            kind="group",
            path="/api/v1/groups",
            paging=PAGES,
            read=_group,
            each=("members",),
        ),
        Listing(
            name="members",
            kind="member",
            path="/api/v1/groups/{id}/users",
            paging=PAGES,
            read=_member,
            is_kept=True,
        ),
    ),
)
