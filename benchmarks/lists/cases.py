"""What is measured in one database that `population` filled."""

import random
import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import Group as GuardianGroup
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from guardian.shortcuts import assign_perm, get_objects_for_user

from benchmarks.lists.population import WHEN, Organization, view_permission
from console.core.actor import Actor, system
from directory.models import User
from namespaces import services as namespace_services
from namespaces.models import Namespace, RoleBinding
from routes.listings import RouteListing
from routes.models import Route

ROUNDS = 9
AIMS = {"small": 430, "medium": 2_300, "large": 16_000}
PAGE = 50
PAGES = (
    "/",
    "/routes/",
    "/policies/",
    "/audit/",
    "/people/",
    "/groups/",
    "/namespaces/",
    "/namespaces/picker",
)
SUBTREE = 71
Figures = dict[str, Any]


def measure(found: Organization) -> Figures:
    """Return every figure, in seconds unless it is a count."""
    sizes = {n: found.visible_count(n) for n in range(0, len(found.people), 10)}
    chosen = {
        size: min(sizes, key=lambda n: abs(sizes[n] - aim))
        for size, aim in AIMS.items()
    }
    return {
        "visible": {size: sizes[person] for size, person in chosen.items()},
        "lists": {size: _lists(found, person) for size, person in chosen.items()},
        "queries": {
            size: _count_queries(partial(first_page, found.people[person]))
            for size, person in chosen.items()
        },
        "pages": {size: _pages(found, person) for size, person in chosen.items()},
        "grant": _grant(found),
        "move": _move(found),
    }


def actor_of(person: Any) -> Actor:
    """Return a fresh actor, who has read no rights yet."""
    return Actor(user_id=person.pk, label=person.email)


def first_page(person: Any) -> list[Route]:
    """Read the first page as the list of routes does, rights included."""
    return list(RouteListing().select({}, actor_of(person))[:PAGE])


def _lists(found: Organization, number: int) -> dict[str, list[float]]:
    person = found.people[number]
    names = [f"group-{group}" for group in found.groups_of[number]]
    groups = list(GuardianGroup.objects.filter(name__in=names).values_list("pk"))
    # What guardian asks of a person: who they are, and their groups.
    known: Any = User.objects.get(pk=person.pk)
    known.groups = SimpleNamespace(
        all=lambda: GuardianGroup.objects.filter(pk__in=[pk for (pk,) in groups])
    )
    ordered = Route.objects.select_related("namespace").order_by("name", "pk")

    def guardian() -> list[Route]:
        rows = get_objects_for_user(
            known,
            "routes.view_route",
            klass=ordered,
            with_superuser=False,
            accept_global_perms=False,
        )
        return list(rows[:PAGE])

    ours, theirs = first_page(person), guardian()
    if [one.pk for one in ours] != [one.pk for one in theirs]:
        raise AssertionError("the two lists differ")
    return together(
        {
            "floor": lambda: list(ordered[:PAGE]),
            "ours": lambda: first_page(person),
            "guardian": guardian,
            "count": lambda: RouteListing().select({}, actor_of(person)).count(),
        }
    )


def _count_queries(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        call()
    return len(caught)


def _pages(found: Organization, number: int) -> dict[str, list[float]]:
    client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
    client.force_login(found.people[number])

    def ask(path: str) -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise AssertionError(f"{path} answered {answer.status_code}")

    return together({path: partial(ask, path) for path in PAGES})


def _grant(found: Organization) -> dict[str, Any]:
    """A role on a namespace of the first level, against rows for all of its routes."""
    place, group = found.levels[0][0], GuardianGroup.objects.get(name="group-0")
    person = found.people[0]
    routes = Route.objects.filter(pk__in=found.routes_below(place.path))
    permission = view_permission()
    role = RoleBinding.objects.all()[0].permission

    def ours() -> None:
        RoleBinding.objects.create(
            content_object=place, permission=role, user=person, created_at=WHEN
        )

    def service() -> None:
        namespace_services.grant_role(
            namespace_id=place.pk,
            role="manager",
            user_id=person.pk,
            actor=system("benchmark"),
            now=WHEN,
        )

    rows: Any = list(routes)  # its types know of single objects only
    times = together(
        {
            "one row": lambda: _undone(ours),
            "with its checks and its event": lambda: _undone(service),
            "guardian": lambda: _undone(lambda: assign_perm(permission, group, rows)),
        },
        timer=_undone_timer,
    )
    return {"routes": len(rows), "times": times}


def _undone(call: Callable[[], object]) -> float:
    """Time a write inside a transaction, and take it back."""
    with transaction.atomic():
        point = transaction.savepoint()
        started = time.perf_counter()
        call()
        elapsed = time.perf_counter() - started
        transaction.savepoint_rollback(point)
    return elapsed


def _undone_timer(call: Callable[[], object]) -> float:
    return float(call())  # type: ignore[arg-type]


def _clock(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _move(found: Organization) -> dict[str, Any]:
    """Move a subtree back and forth, by the service, with all that it checks."""
    paths = [one.path for level in found.levels for one in level]
    sizes = {
        place.pk: sum(path.startswith(place.path) for path in paths)
        for place in found.levels[1]
    }
    place = min(sizes, key=lambda one: abs(sizes[one] - SUBTREE))
    homes = found.levels[0][:2]
    times = [_clock(partial(_move_once, place, homes)) for _ in range(ROUNDS)]
    return {"namespaces": sizes[place], "times": times}


def _move_once(place: UUID, homes: list[Namespace]) -> None:
    here = Namespace.objects.get(pk=place).parent_id
    target = homes[0] if here != homes[0].pk else homes[1]
    namespace_services.move_namespace(
        place, under=target.pk, actor=system("benchmark"), now=WHEN
    )


def together(
    calls: dict[str, Callable[[], Any]],
    *,
    timer: Callable[[Callable[[], object]], float] = _clock,
) -> dict[str, list[float]]:
    """Time calls in rounds, in another order each; seconds by name."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    chance = random.Random(1)
    for call in calls.values():
        call()
    for _ in range(ROUNDS):
        for name in chance.sample(sorted(calls), len(calls)):
            times[name].append(timer(calls[name]))
    return times
