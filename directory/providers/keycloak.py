"""Keycloak: https://www.keycloak.org/docs-api/latest/rest-api/

Up to version 22 a group carries its sub-groups; since 23 they are asked for.
"""

from collections.abc import Iterable

from directory.providers.auth import client_credentials
from directory.providers.base import (
    Auth,
    Context,
    Item,
    Listing,
    Options,
    Provider,
)
from directory.providers.paging import Offset
from directory.providers.reading import flag, full_name, key, text
from directory.providers.records import Edge, Group, Person, Record

PAGES = Offset("first", "max", 100)
BELOW = ("subgroups", "members")


def _address(options: Options) -> str:
    return f"{options['base_url'].rstrip('/')}/admin/realms/{options['realm']}"


def _auth(options: Options) -> Auth:
    realm = f"{options['base_url'].rstrip('/')}/realms/{options['realm']}"
    return client_credentials(
        f"{realm}/protocol/openid-connect/token",
        options["client_id"],
        options["client_secret"],
    )


def _person(item: Item, _: Context) -> Iterable[Record]:
    is_verified = flag(item, "emailVerified", default=False)
    yield Person(
        id=key(item),
        email=text(item, "email") if is_verified else "",
        name=full_name(item, "firstName", "lastName", "username"),
        is_active=flag(item, "enabled", default=True),
    )


def _flat(item: Item, context: Context) -> Iterable[Item]:
    """Yield a group and the sub-groups that it carries, each naming its parent."""
    parent = item.get("parentId") or context.parent.get("id")
    yield {**item, "parentId": parent}
    carried = item.get("subGroups")
    for below in carried if isinstance(carried, list) else []:
        yield from _flat({**below, "parentId": item.get("id")}, context)


def _group(item: Item, _: Context) -> Iterable[Record]:
    parent = text(item, "parentId")
    yield Group(
        id=key(item),
        name=text(item, "path", "name").removeprefix("/") or key(item),
        parent_ids=(parent,) if parent else (),
    )


def _member(item: Item, context: Context) -> Iterable[Record]:
    yield Edge(key(context.parent), key(item))


def _asks_below(item: Item) -> bool:
    return item.get("subGroupCount") != 0 and not item.get("subGroups")


PROVIDER = Provider(
    code="keycloak",
    name="Keycloak",
    address=_address,
    auth=_auth,
    roots=("users", "groups"),
    listings=(
        Listing(name="users", kind="person", path="/users", paging=PAGES, read=_person),
        Listing(
            name="groups",
            kind="group",
            path="/groups",
            params={"briefRepresentation": "true"},
            paging=PAGES,
            read=_group,
            spread=_flat,
            each=BELOW,
        ),
        Listing(
            name="subgroups",
            kind="group",
            path="/groups/{id}/children",
            paging=PAGES,
            read=_group,
            spread=_flat,
            each=BELOW,
        ),
        Listing(
            name="members",
            kind="member",
            path="/groups/{id}/members",
            params={"briefRepresentation": "true"},
            paging=PAGES,
            read=_member,
        ),
    ),
)
