"""The database counts what lives in each namespace, whatever way it is written."""

from typing import Any

import pytest

from console.core.actor import system
from namespaces.models import Namespace, Tally
from namespaces.selectors import get_root
from policies import selectors as policy_selectors
from policies.models import Policy
from routes import selectors as route_selectors
from routes.models import Route
from tests.factories import (
    NOW,
    grant,
    make_bare_route,
    make_namespace,
    make_policy,
    make_user,
)
from tests.people import actor_of

pytestmark = pytest.mark.django_db


def counted(kind: str) -> dict[Any, int]:
    rows = Tally.objects.filter(kind=kind, count__gt=0)
    return dict(rows.values_list("namespace_id", "count"))


@pytest.fixture
def places() -> list[Namespace]:
    return [make_namespace("One"), make_namespace("Two")]


def test_rows_that_are_written_at_once(places: list[Namespace]) -> None:
    one, two = places
    times = {"created_at": NOW, "modified_at": NOW}

    Policy.objects.bulk_create(
        Policy(namespace=place, name=f"p{number}", source="", meaning="", **times)
        for number, place in enumerate([one, one, two])
    )

    assert counted("policy") == {one.pk: 2, two.pk: 1}


def test_rows_that_move_change_and_go(places: list[Namespace]) -> None:
    one, two = places
    policy = make_policy(namespace=get_root())
    routes = [make_bare_route(policy, namespace=one, name=f"r{n}") for n in range(3)]

    Route.objects.filter(pk=routes[0].pk).update(namespace=two)
    Route.objects.update(description="changed")
    routes[1].delete()

    assert counted("route") == {one.pk: 1, two.pk: 1}
    Route.objects.all().delete()
    assert counted("route") == {}


def test_a_namespace_takes_its_counts_along(places: list[Namespace]) -> None:
    make_policy(namespace=places[0])
    Policy.objects.all().delete()

    places[0].delete()

    assert not Tally.objects.filter(namespace_id=places[0].pk).exists()


class TestReading:
    def test_sums_up_what_roles_reach(self, places: list[Namespace]) -> None:
        one, two = places
        below = make_namespace("Below", parent=one)
        top = make_policy("top", namespace=get_root())
        policy = make_policy("here", namespace=below)
        make_policy("there", namespace=two)
        make_bare_route(policy, namespace=below, name="a")
        make_bare_route(top, namespace=two, name="b")
        person = make_user()
        grant("admin", get_root(), user=make_user("keeper"))
        grant("viewer", below, user=person)
        grant("viewer", one, user=person)
        actor = actor_of(person)

        assert route_selectors.count_routes(actor) == 1
        assert policy_selectors.count_policies(actor) == 2  # one of them from above
        assert policy_selectors.count_policies(actor, within=one.path) == 1
        assert route_selectors.count_routes(actor, within=two.path) == 0
        assert route_selectors.count_routes(actor_of(make_user())) == 0
        assert route_selectors.count_routes(system("test")) == 2
        assert route_selectors.count_routes(system("test"), within=one.path) == 1
