"""GitHub, also Enterprise Server, over GraphQL: https://docs.github.com/graphql

GraphQL answers errors with status 200 and less data: an answer that holds any is
refused as a whole.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_noop

from directory.providers.auth import Header
from directory.providers.base import Context, Item, Listing, Option, Options, Provider
from directory.providers.paging import Cursor
from directory.providers.reading import at, key, text
from directory.providers.records import Edge, Group, Person, Record

ORG = "data.organization"
PAGE = "pageInfo { hasNextPage endCursor }"
PEOPLE = """query($org: String!, $after: String) { organization(login: $org) {
  membersWithRole(first: 100, after: $after) { nodes { id login name email } PAGE }
} }""".replace("PAGE", PAGE)
TEAMS = """query($org: String!, $after: String) { organization(login: $org) {
  teams(first: 100, after: $after) {
    nodes { id slug name parentTeam { id slug } } PAGE }
} }""".replace("PAGE", PAGE)
MEMBERS = """query($org: String!, $team: String!, $after: String) {
organization(login: $org) { team(slug: $team) {
  members(first: 100, after: $after, membership: IMMEDIATE) { nodes { id login } PAGE }
} } }""".replace("PAGE", PAGE)


def _pages(path: str) -> Cursor:
    info = f"{ORG}.{path}.pageInfo"
    return Cursor(
        path=f"{info}.endCursor",
        body_key="variables.after",
        only_if=f"{info}.hasNextPage",
    )


def _refuses(body: Any) -> str:
    errors = at(body, "errors")
    if errors:
        first = errors[0] if isinstance(errors, list) else errors
        return f"GitHub reports: {str(at(first, 'message') or 'an error')[:200]}"
    if at(body, ORG) is None:
        return "GitHub knows no such organization, or the token may not read it"
    return ""


def _address(options: Options) -> str:
    """Return the address of GraphQL, which Enterprise Server keeps beside REST."""
    return f"{options['base_url'].rstrip('/').removesuffix('/v3')}/graphql"


def _starts(options: Options) -> Iterable[Item]:
    names = options["organizations"].replace(",", " ").split()
    return [{"org": name, "name": name} for name in names]


def _ask(query: str) -> Callable[[Context], Mapping[str, Any]]:
    def body(context: Context) -> Mapping[str, Any]:
        parent = context.parent
        variables = {"org": parent["org"]}
        if "slug" in parent:
            variables["team"] = parent["slug"]
        return {"query": query, "variables": variables}

    return body


def _with_organization(item: Item, context: Context) -> Iterable[Item]:
    """Keep the organization on a team: its members are asked for by both."""
    yield {**item, "org": context.parent["org"]}


def _id(item: Item, context: Context, name: str) -> str:
    """Return the node id, or the name where policies are written in names."""
    return key(item, "id" if context.options.get("ids") != "name" else name)


def _person(item: Item, context: Context) -> Iterable[Record]:
    yield Person(
        id=_id(item, context, "login"),
        email=text(item, "email"),
        name=text(item, "name", "login"),
    )


def _team(item: Item, context: Context) -> Iterable[Record]:
    parent = at(item, "parentTeam")
    yield Group(
        id=_id(item, context, "slug"),
        name=f"{context.parent['org']}/{text(item, 'slug', 'name')}",
        parent_ids=(_id(parent, context, "slug"),) if parent else (),
    )


def _member(item: Item, context: Context) -> Iterable[Record]:
    yield Edge(_id(context.parent, context, "slug"), _id(item, context, "login"))


PROVIDER = Provider(
    code="github",
    name="GitHub",
    options=(
        Option(
            name="organizations",
            label=gettext_noop("Organizations"),
            help=gettext_noop("Their names, separated by commas."),
        ),
        Option(
            name="ids",
            label=gettext_noop("Ids of people and teams"),
            default="node",
            choices=(
                ("node", gettext_noop("Node ids, which never change")),
                ("name", gettext_noop("Names")),
            ),
            help=gettext_noop("Policies compare with these."),
        ),
    ),
    address=_address,
    auth=lambda options: Header("authorization", f"Bearer {options['access_token']}"),
    roots=("people", "teams"),
    listings=(
        Listing(
            name="people",
            kind="person",
            path="",
            items=f"{ORG}.membersWithRole.nodes",
            paging=_pages("membersWithRole"),
            starts=_starts,
            body=_ask(PEOPLE),
            refuses=_refuses,
            read=_person,
        ),
        Listing(
            name="teams",
            kind="group",
            path="",
            items=f"{ORG}.teams.nodes",
            paging=_pages("teams"),
            starts=_starts,
            body=_ask(TEAMS),
            refuses=_refuses,
            spread=_with_organization,
            read=_team,
            each=("members",),
            wants=lambda item: isinstance(item.get("slug"), str),
        ),
        Listing(
            name="members",
            kind="member",
            path="",
            items=f"{ORG}.team.members.nodes",
            paging=_pages("team.members"),
            body=_ask(MEMBERS),
            refuses=_refuses,
            read=_member,
        ),
    ),
)
