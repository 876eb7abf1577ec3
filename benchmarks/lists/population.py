"""A large organization, written straight into the tables; the same every time.

Beside each role of ours there are the rows that guardian would have for it: one for
each route below.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group as GuardianGroup
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from guardian.models import GroupObjectPermission

from directory.models import Directory, Group, Membership, User
from namespaces.models import Namespace, RoleBinding
from namespaces.selectors import get_root
from policies.models import Policy
from routes.models import Route, RoutePolicy

WHEN = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LEVELS = (12, 120, 800, 3_000, 6_067)  # with the root: 10,000
ROUTES, POLICIES, PEOPLE, GROUPS = 100_000, 50_000, 2_000, 200
GROUPS_OF_ONE = 5
GRANTS_BY_LEVEL = (8, 40, 152, 100, 100)
SOURCE = "allow:\n  and:\n    - domain: example.com\n"
BATCH = 2_000


@dataclass(frozen=True)
class Organization:
    """What was made; groups by number, with the paths that each manages."""

    levels: list[list[Namespace]]
    routes_at: dict[str, list[UUID]]
    people: list[User]
    groups_of: list[list[int]]
    held: dict[int, list[str]]

    def routes_below(self, path: str) -> list[UUID]:
        """Return the routes of a namespace and everything below."""
        return [
            route
            for place, routes in self.routes_at.items()
            if place.startswith(path)
            for route in routes
        ]

    def visible_count(self, person: int) -> int:
        """Return how many routes somebody manages."""
        paths = {path for group in self.groups_of[person] for path in self.held[group]}
        return len({one for path in paths for one in self.routes_below(path)})


def populate() -> Organization:
    """Fill an empty, migrated database."""
    chance = random.Random(4)
    levels = _namespaces(chance)
    everywhere = [get_root(), *(one for level in levels for one in level)]
    policies = _policies(chance, everywhere)
    routes_at = _routes(chance, everywhere, policies)
    people, groups, groups_of = _people(chance)
    held = _grants(chance, levels, groups)
    found = Organization(levels, routes_at, people, groups_of, held)
    _guardian(found)
    return found


def _save(model: type[Model], rows: Iterable[Any]) -> None:
    model._default_manager.bulk_create(rows, batch_size=BATCH)  # noqa: SLF001


def _times() -> dict[str, datetime]:
    return {"created_at": WHEN, "modified_at": WHEN}


def _namespaces(chance: random.Random) -> list[list[Namespace]]:
    above, number, levels = [get_root()], 1_000, []
    for depth, count in enumerate(LEVELS, start=1):
        level = []
        for position in range(count):
            parent, number = above[position % len(above)], number + 1
            level.append(
                Namespace(
                    parent=parent,
                    name=f"{chance.choice(WORDS)} {number}",
                    number=number,
                    path=f"{parent.path}{number}/",
                    depth=depth,
                    **_times(),
                )
            )
        _save(Namespace, level)
        levels.append(level)
        above = level
    return levels


def _policies(
    chance: random.Random, everywhere: Sequence[Namespace]
) -> dict[UUID, list[Policy]]:
    rows = [
        Policy(
            namespace=chance.choice(everywhere),
            name=f"{chance.choice(WORDS)} may {number}",
            source=SOURCE,
            meaning=f"{number % 997:064d}",
            **_times(),
        )
        for number in range(POLICIES)
    ]
    _save(Policy, rows)
    by_namespace: dict[UUID, list[Policy]] = {}
    for row in rows:
        by_namespace.setdefault(row.namespace_id, []).append(row)
    return by_namespace


def _routes(
    chance: random.Random,
    everywhere: Sequence[Namespace],
    policies: dict[UUID, list[Policy]],
) -> dict[str, list[UUID]]:
    rows: list[Route] = []
    places: dict[str, list[UUID]] = {}
    for number in range(ROUTES):
        place = chance.choice(everywhere)
        host = f"{chance.choice(WORDS)}-{number}.example.com"
        route = Route(
            namespace=place,
            name=f"{chance.choice(WORDS)} {chance.choice(WORDS)} {number}",
            from_url=f"https://{host}",
            host=host,
            to_summary=f"http://{chance.choice(WORDS)}-{number}.internal:8080",
            settings={"to": [f"http://app-{number}.internal:8080"]},
            **_times(),
        )
        rows.append(route)
        places.setdefault(place.path, []).append(route.pk)
    _save(Route, rows)
    _save(
        RoutePolicy,
        (
            RoutePolicy(route=row, policy=policies[row.namespace_id][0], position=0)
            for row in rows
            if row.namespace_id in policies
        ),
    )
    return places


def _people(
    chance: random.Random,
) -> tuple[list[User], list[Group], list[list[int]]]:
    directory = Directory.objects.create(
        name="Large", provider="demo", complete_at=WHEN, **_times()
    )
    people = [
        User(
            directory=directory,
            external_id=f"person-{number}",
            email=f"person{number}@example.com",
            display_name=f"Person {number}",
            **_times(),
        )
        for number in range(PEOPLE)
    ]
    groups = [
        Group(
            directory=directory,
            external_id=f"group-{number}",
            name=f"Group {number}",
            **_times(),
        )
        for number in range(GROUPS)
    ]
    _save(User, people)
    _save(Group, groups)
    groups_of = [chance.sample(range(GROUPS), GROUPS_OF_ONE) for _ in people]
    _save(
        Membership,
        (
            Membership(user=person, group=groups[number])
            for person, numbers in zip(people, groups_of, strict=True)
            for number in numbers
        ),
    )
    return people, groups, groups_of


def _grants(
    chance: random.Random, levels: list[list[Namespace]], groups: list[Group]
) -> dict[int, list[str]]:
    """Give roles: each group holds a few, no group two on one namespace."""
    manager = Permission.objects.get(
        codename="manager", content_type__app_label="namespaces"
    )
    held: dict[int, list[str]] = {number: [] for number in range(GROUPS)}
    rows = []
    for level, count in zip(levels, GRANTS_BY_LEVEL, strict=True):
        for place in chance.sample(level, count):
            number = chance.randrange(GROUPS)
            held[number].append(place.path)
            rows.append(
                RoleBinding(
                    content_object=place,
                    permission=manager,
                    group=groups[number],
                    created_at=WHEN,
                )
            )
    # Somebody has to be admin of the root whatever moves and is granted.
    admin = Permission.objects.get(
        codename="admin", content_type__app_label="namespaces"
    )
    keeper = User.objects.create(external_id="keeper", email="keeper@x", **_times())
    rows.append(
        RoleBinding(
            content_object=get_root(), permission=admin, user=keeper, created_at=WHEN
        )
    )
    _save(RoleBinding, rows)
    return held


def view_permission() -> Permission:
    """Return the permission that guardian's rows are about."""
    return Permission.objects.get(
        codename="view_route", content_type__app_label="routes"
    )


def _guardian(found: Organization) -> None:
    permission = view_permission()
    kind = ContentType.objects.get_for_model(Route)
    groups = [GuardianGroup(name=f"group-{number}") for number in range(GROUPS)]
    _save(GuardianGroup, groups)
    _save(
        GroupObjectPermission,
        (
            GroupObjectPermission(
                permission=permission,
                content_type=kind,
                object_pk=str(route),
                group=groups[number],
            )
            for number, paths in found.held.items()
            for route in {one for path in paths for one in found.routes_below(path)}
        ),
    )


_FIRST = ("am", "ba", "cor", "del", "em", "fal", "gar", "ha")
_SECOND = ("ber", "con", "dal", "fin", "lin", "mor", "net", "sol")
WORDS = tuple(f"{first}{second}" for first in _FIRST for second in _SECOND)
