"""Google Workspace: https://developers.google.com/admin-sdk/directory/reference/rest"""

import json
from collections.abc import Iterable

from directory.providers.auth import signed_assertion
from directory.providers.base import (
    Auth,
    Context,
    Item,
    Listing,
    Options,
    Provider,
)
from directory.providers.paging import Cursor
from directory.providers.reading import UnreadableError, at, flag, key, text
from directory.providers.records import Edge, Group, Person, Record

TOKENS = "https://oauth2.googleapis.com/token"
BASE = "https://www.googleapis.com/auth/admin.directory."
SCOPE = f"{BASE}group.readonly {BASE}user.readonly"


def _tokens(options: Options) -> str:
    """Return where tokens are issued: the key itself says so."""
    try:
        found = at(json.loads(options["json_key"]), "token_uri")
    except ValueError:
        found = None
    return found if isinstance(found, str) and found else TOKENS


def _auth(options: Options) -> Auth:
    return signed_assertion(
        options["json_key"],
        subject=options["admin_email"],
        scope=SCOPE,
        url=_tokens(options),
    )


def _is_empty(body: Item) -> bool:
    """Google leaves the list out where it is empty, but says of which kind it is."""
    return text(body, "kind").startswith("admin#directory#")


def _pages(size: int) -> Cursor:
    return Cursor("pageToken", "nextPageToken", size_param="maxResults", size=size)


def _person(item: Item, _: Context) -> Iterable[Record]:
    yield Person(
        id=key(item),
        email=text(item, "primaryEmail"),
        name=text(item, "name.fullName", "primaryEmail"),
        is_active=not (
            flag(item, "suspended", default=False)
            or flag(item, "archived", default=False)
        ),
    )


def _group(item: Item, _: Context) -> Iterable[Record]:
    yield Group(
        id=key(item),
        name=text(item, "name", "email") or key(item),
        email=text(item, "email"),
    )


def _member(item: Item, context: Context) -> Iterable[Record]:
    group, kind = key(context.parent), text(item, "type")
    if kind == "CUSTOMER":
        raise UnreadableError(
            "everybody of the organization is a member; name the people instead"
        )
    if kind == "GROUP":
        yield Edge(group, key(item), is_group=True)
        return
    # Members from outside the organization are in no list of people.
    if kind == "EXTERNAL" or "status" not in item:
        email = text(item, "email")
        yield Person(id=key(item), email=email, name=email, is_hint=True)
    yield Edge(group, key(item))


PROVIDER = Provider(
    code="google",
    name="Google Workspace",
    address=lambda options: options["base_url"],
    origins=lambda options: [_tokens(options)],
    auth=_auth,
    roots=("users", "groups"),
    listings=(
        Listing(
            name="users",
            kind="person",
            path="/admin/directory/v1/users",
            params={"customer": "{customer}"},
            items="users",
            is_empty=_is_empty,
            paging=_pages(500),
            read=_person,
        ),
        Listing(
            name="groups",
            kind="group",
            path="/admin/directory/v1/groups",
            params={"customer": "{customer}"},
            items="groups",
            is_empty=_is_empty,
            paging=_pages(200),
            read=_group,
            each=("members",),
        ),
        Listing(
            name="members",
            kind="member",
            path="/admin/directory/v1/groups/{id}/members",
            items="members",
            is_empty=_is_empty,
            paging=_pages(200),
            read=_member,
        ),
    ),
)
