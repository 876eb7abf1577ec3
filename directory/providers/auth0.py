"""Auth0: https://auth0.com/docs/api/management/v2. Its groups are roles."""

from collections.abc import Iterable

from django.utils.translation import gettext_noop

from directory.providers.auth import client_credentials
from directory.providers.base import (
    Auth,
    Context,
    Item,
    Listing,
    Option,
    Options,
    Provider,
)
from directory.providers.paging import Cursor, SortedWindow
from directory.providers.reading import flag, key, text
from directory.providers.records import Edge, Group, Person, Record

ROLES = SortedWindow("name")


def _base(options: Options) -> str:
    domain = options["domain"].rstrip("/")
    return domain if "://" in domain else f"https://{domain}"


def _auth(options: Options) -> Auth:
    return client_credentials(
        f"{_base(options)}/oauth/token",
        options["client_id"],
        options["client_secret"],
        audience=options.get("audience") or f"{_base(options)}/api/v2/",
    )


def _person(item: Item, _: Context) -> Iterable[Record]:
    is_verified = flag(item, "email_verified", default=False)
    yield Person(
        id=key(item, "user_id"),
        email=text(item, "email") if is_verified else "",
        name=text(item, "name", "nickname", "email"),
        is_active=not flag(item, "blocked", default=False),
    )


def _role(item: Item, _: Context) -> Iterable[Record]:
    yield Group(id=key(item), name=text(item, "name") or key(item))


def _member(item: Item, context: Context) -> Iterable[Record]:
    yield Edge(key(context.parent), key(item, "user_id"))


PROVIDER = Provider(
    code="auth0",
    name="Auth0",
    options=(
        Option(
            name="audience",
            label=gettext_noop("Audience"),
            help=gettext_noop(
                "Only with a domain of your own: https://TENANT.auth0.com/api/v2/."
            ),
            is_required=False,
        ),
    ),
    address=lambda options: f"{_base(options)}/api/v2",
    auth=_auth,
    roots=("users", "roles"),
    listings=(
        Listing(
            name="users",
            kind="person",
            path="/users",
            items="users",
            params={"search_engine": "v3"},
            paging=SortedWindow("created_at"),
            read=_person,
        ),
        Listing(
            name="roles",
            kind="group",
            path="/roles",
            items="roles",
            paging=ROLES,
            read=_role,
            each=("members",),
        ),
        Listing(
            name="members",
            kind="member",
            path="/roles/{id}/users",
            items="users",
            paging=Cursor("from", "next", size_param="take", size=100),
            read=_member,
        ),
    ),
)
