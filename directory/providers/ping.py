"""PingOne: https://developer.pingidentity.com/pingone-api/platform/"""

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
from directory.providers.paging import BodyLink
from directory.providers.reading import flag, full_name, key, text
from directory.providers.records import Edge, Group, Person, Record

PAGES = BodyLink("_links.next.href", "limit", 200)


def _address(options: Options) -> str:
    return (
        f"{options['base_url'].rstrip('/')}/v1/environments/{options['environment_id']}"
    )


def _auth(options: Options) -> Auth:
    return client_credentials(
        f"{options['auth_url'].rstrip('/')}/{options['environment_id']}/as/token",
        options["client_id"],
        options["client_secret"],
    )


def _person(item: Item, _: Context) -> Iterable[Record]:
    yield Person(
        id=key(item),
        email=text(item, "email"),
        name=full_name(item, "name.given", "name.family", "username"),
        is_active=flag(item, "enabled", default=True),
    )


def _group(item: Item, _: Context) -> Iterable[Record]:
    yield Group(id=key(item), name=text(item, "name") or key(item))


def _member(item: Item, context: Context) -> Iterable[Record]:
    yield Edge(key(context.parent), key(item))


PROVIDER = Provider(
    code="ping",
    name="PingOne",
    address=_address,
    origins=lambda options: [options["auth_url"]],
    auth=_auth,
    roots=("users", "groups"),
    listings=(
        Listing(
            name="users",
            kind="person",
            path="/users",
            items="_embedded.users",
            paging=PAGES,
            read=_person,
        ),
        Listing(
            name="groups",
            kind="group",
            path="/groups",
            items="_embedded.groups",
            paging=PAGES,
            read=_group,
            each=("members",),
        ),
        Listing(
            name="members",
            kind="member",
            path="/users",
            params={"filter": 'memberOfGroups[id eq "{id}"]'},
            items="_embedded.users",
            paging=PAGES,
            read=_member,
        ),
    ),
)
