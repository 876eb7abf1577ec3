"""GitLab, also self-hosted: https://docs.gitlab.com/api/groups/"""

from collections.abc import Iterable

from directory.providers.auth import Header
from directory.providers.base import Context, Item, Listing, Options, Provider
from directory.providers.paging import LinkHeader
from directory.providers.reading import key, text
from directory.providers.records import Edge, Group, Person, Record

PAGES = LinkHeader("per_page", 100)


def _address(options: Options) -> str:
    return f"{options['base_url'].rstrip('/')}/api/v4"


def _group(item: Item, _: Context) -> Iterable[Record]:
    yield Group(id=key(item), name=text(item, "full_path", "name") or key(item))


def _member(item: Item, context: Context) -> Iterable[Record]:
    yield Person(
        id=key(item),
        email=text(item, "email", "public_email"),
        name=text(item, "name", "username"),
        is_active=text(item, "state") in {"", "active"},
    )
    yield Edge(key(context.parent), key(item))


PROVIDER = Provider(
    code="gitlab",
    name="GitLab",
    address=_address,
    auth=lambda options: Header("private-token", options["access_token"]),
    roots=("groups",),
    listings=(
        Listing(
            name="groups",
            kind="group",
            path="/groups",
            # Without it, a token of gitlab.com lists every public group there is.
            params={"all_available": "false", "order_by": "id", "sort": "asc"},
            paging=PAGES,
            read=_group,
            each=("members",),
        ),
        Listing(
            name="members",
            kind="member",
            path="/groups/{id}/members/all",  # with those of the groups above
            paging=PAGES,
            read=_member,
        ),
    ),
)
