"""500 namespaces, 10,000 routes, 100,000 people, 1,000,000 memberships: rows only."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model

from directory.models import Directory, Group, Membership, User
from namespaces.models import Namespace
from namespaces.selectors import get_root
from policies.models import Policy, PolicyVersion
from routes.models import Route, RoutePolicy

WHEN = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
NAMESPACES, POLICIES, ROUTES = 500, 2_000, 10_000
PEOPLE, GROUPS, GROUPS_OF_ONE = 100_000, 10_000, 10
BATCH = 2_000
PRIVATE = """\
deny:
  or:
    - http_path:
        starts_with: /private
"""
SETTINGS = {
    "to": ["http://app.internal:8080"],
    "timeout": "30s",
    "preserve_host_header": True,
    "set_request_headers": {"X-Environment": "production"},
}


def populate() -> None:
    """Fill an empty, migrated database."""
    chance = random.Random(9)
    places = _namespaces()
    policies = _policies(chance, places)
    _routes(chance, places, policies)
    _people(chance)


def _save(model: type[Model], rows: Iterable[Any]) -> None:
    model._default_manager.bulk_create(rows, batch_size=BATCH)  # noqa: SLF001


def _times() -> dict[str, datetime]:
    return {"created_at": WHEN, "modified_at": WHEN}


def _namespaces() -> list[Namespace]:
    root = get_root()
    rows = [
        Namespace(
            parent=root,
            name=f"team {number}",
            number=number,
            path=f"{root.path}{number}/",
            depth=1,
            **_times(),
        )
        for number in range(1_000, 1_000 + NAMESPACES - 1)
    ]
    _save(Namespace, rows)
    return [root, *rows]


def _policies(chance: random.Random, places: list[Namespace]) -> list[Policy]:
    rows = []
    for number in range(POLICIES):
        groups = [f"group-{chance.randrange(GROUPS)}" for _ in range(3)]
        lines = "".join(f"    - groups:\n        has: {one}\n" for one in groups)
        source = f"allow:\n  or:\n{lines}{PRIVATE}"
        rows.append(
            Policy(
                namespace=places[0] if number < 20 else chance.choice(places),
                name=f"policy {number}",
                source=source,
                meaning=f"{number:064d}",
                **_times(),
            )
        )
    _save(Policy, rows)
    versions = (
        PolicyVersion(
            policy=row,
            number=1,
            name=row.name,
            language="ppl",
            source=row.source,
            saved_at=WHEN,
        )
        for row in rows
    )
    _save(PolicyVersion, versions)
    return rows


def _routes(
    chance: random.Random, places: list[Namespace], policies: list[Policy]
) -> None:
    by_place: dict[Any, list[Policy]] = {}
    for policy in policies:
        by_place.setdefault(policy.namespace_id, []).append(policy)
    rows = [
        Route(
            namespace=chance.choice(places),
            name=f"route {number}",
            from_url=f"https://app-{number}.corp.example",
            host=f"app-{number}.corp.example",
            settings=SETTINGS,
            **_times(),
        )
        for number in range(ROUTES)
    ]
    _save(Route, rows)
    shared = by_place[places[0].pk]
    attached = []
    for row in rows:
        own = by_place.get(row.namespace_id, shared)
        chosen = {one.pk: one for one in (chance.choice(own), chance.choice(shared))}
        attached += [
            RoutePolicy(route=row, policy=one, position=position)
            for position, one in enumerate(chosen.values())
        ]
    _save(RoutePolicy, attached)


def _people(chance: random.Random) -> None:
    directory = Directory.objects.create(
        name="corp", provider="demo", complete_at=WHEN, **_times()
    )
    groups = [
        Group(
            directory=directory,
            external_id=f"group-{number}",
            name=f"Group {number}",
            **_times(),
        )
        for number in range(GROUPS)
    ]
    _save(Group, groups)
    people = [
        User(
            directory=directory,
            external_id=f"00u{number:017d}",
            email=f"person{number}@corp.example",
            display_name=f"Person {number}",
            claims={"department": [f"department {number % 200}"]},
            password="!",  # noqa: S106 - nobody can sign in by it
            **_times(),
        )
        for number in range(PEOPLE)
    ]
    _save(User, people)
    memberships = (
        Membership(user=person, group=group)
        for person in people
        for group in chance.sample(groups, GROUPS_OF_ONE)
    )
    _save(Membership, memberships)
