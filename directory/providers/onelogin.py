"""OneLogin: https://developers.onelogin.com/api-docs/2. Groups are its roles.

A person has one group of OneLogin's, which is about security settings; what access is
given by are roles.
"""

import base64
from collections.abc import Iterable

from directory.providers.auth import AccessToken
from directory.providers.base import (
    Auth,
    Context,
    Item,
    Listing,
    Options,
    Provider,
)
from directory.providers.paging import Cursor
from directory.providers.reading import full_name, key, text
from directory.providers.records import Edge, Group, Person, Record

PAGES = Cursor("cursor", header="after-cursor", size_param="limit", size=100)
ACTIVE = 1


def _auth(options: Options) -> Auth:
    pair = f"{options['client_id']}:{options['client_secret']}".encode()
    return AccessToken(
        f"{options['base_url'].rstrip('/')}/auth/oauth2/v2/token",
        lambda: {"grant_type": "client_credentials"},
        {"authorization": f"Basic {base64.b64encode(pair).decode()}"},
    )


def _person(item: Item, _: Context) -> Iterable[Record]:
    yield Person(
        id=key(item),
        email=text(item, "email"),
        name=full_name(item, "firstname", "lastname", "username", "email"),
        is_active=item.get("status", ACTIVE) == ACTIVE,
    )


def _role(item: Item, _: Context) -> Iterable[Record]:
    yield Group(id=key(item), name=text(item, "name") or key(item))


def _member(item: Item, context: Context) -> Iterable[Record]:
    yield Edge(key(context.parent), key(item))


PROVIDER = Provider(
    code="onelogin",
    name="OneLogin",
    address=lambda options: f"{options['base_url'].rstrip('/')}/api/2",
    auth=_auth,
    roots=("users", "roles"),
    listings=(
        Listing(name="users", kind="person", path="/users", paging=PAGES, read=_person),
        Listing(
            name="roles",
            kind="group",
            path="/roles",
            paging=PAGES,
            read=_role,
            each=("members",),
        ),
        Listing(
            name="members",
            kind="member",
            path="/roles/{id}/users",
            paging=PAGES,
            read=_member,
        ),
    ),
)
