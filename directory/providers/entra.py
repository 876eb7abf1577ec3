"""Microsoft Entra ID, over Graph: https://learn.microsoft.com/graph/api/overview"""

from collections.abc import Iterable
from typing import Any

from directory.providers.auth import client_credentials
from directory.providers.base import (
    Auth,
    Changes,
    Context,
    Item,
    Listing,
    Options,
    Provider,
)
from directory.providers.paging import BodyLink
from directory.providers.reading import at, flag, key, text
from directory.providers.records import Edge, Group, Person, Record

PAGES = BodyLink("@odata\\.nextLink", "$top", 999)
TYPE = "@odata\\.type"
GUEST = "#EXT#"
GONE = 410
# Links to changes are good for seven days; then Graph says one of these.
EXPIRED = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired"})


def _auth(options: Options) -> Auth:
    graph = options["base_url"].rstrip("/")
    return client_credentials(
        f"{options['login_url'].rstrip('/')}/{options['tenant_id']}/oauth2/v2.0/token",
        options["client_id"],
        options["client_secret"],
        scope=f"{graph}/.default",
    )


def _address_of(item: Item) -> str:
    """Return `mail`; else the name of sign-in, with that of guests turned back."""
    found = text(item, "mail", "userPrincipalName")
    local, mark, _ = found.partition(GUEST)
    if not mark:
        return found
    name, _, domain = local.rpartition("_")
    return f"{name}@{domain}" if name else ""


def _person(item: Item, _: Context) -> Iterable[Record]:
    yield Person(
        id=key(item),
        email=_address_of(item),
        name=text(item, "displayName", "userPrincipalName"),
        is_active=flag(item, "accountEnabled", default=True),
    )


def _service(item: Item, _: Context) -> Iterable[Record]:
    yield Person(
        id=key(item),
        name=text(item, "displayName"),
        is_active=flag(item, "accountEnabled", default=True),
    )


def _group(item: Item, _: Context) -> Iterable[Record]:
    yield Group(
        id=key(item),
        name=text(item, "displayName") or key(item),
        email=text(item, "mail"),
    )


def _member(item: Item, context: Context) -> Iterable[Record]:
    kind = text(item, TYPE).rpartition(".")[2]
    if kind in {"user", "servicePrincipal", ""}:
        yield Edge(key(context.parent), key(item))
    elif kind == "group":
        yield Edge(key(context.parent), key(item), is_group=True)


def _classify(status: int, body: Any) -> str:
    code = str(at(body, "error.code") or "").lower()
    return "expired" if status == GONE or code in EXPIRED else ""


PROVIDER = Provider(
    code="entra",
    name="Microsoft Entra ID",
    address=lambda options: options["base_url"],
    origins=lambda options: [options["login_url"]],
    auth=_auth,
    classify=_classify,
    changes=Changes(
        path="/v1.0/groups/delta",
        start={"$select": "members", "$deltatoken": "latest"},
        items="value",
        following="@odata\\.nextLink",
        mark="@odata\\.deltaLink",
    ),
    roots=("users", "service principals", "groups"),
    listings=(
        Listing(
            name="users",
            kind="person",
            path="/v1.0/users",
            params={"$select": "id,displayName,mail,userPrincipalName,accountEnabled"},
            items="value",
            paging=PAGES,
            read=_person,
        ),
        Listing(
            name="service principals",
            kind="person",
            path="/v1.0/servicePrincipals",
            params={"$select": "id,displayName,accountEnabled"},
            items="value",
            paging=PAGES,
            read=_service,
        ),
        Listing(
            name="groups",
            kind="group",
            path="/v1.0/groups",
            params={"$select": "id,displayName,mail"},
            items="value",
            paging=PAGES,
            read=_group,
            each=("members",),
        ),
        Listing(
            name="members",
            kind="member",
            path="/v1.0/groups/{id}/members",
            params={"$select": "id"},
            items="value",
            paging=PAGES,
            read=_member,
            is_kept=True,
        ),
    ),
)
