"""Several routes in one call of the API."""

import uuid

import pytest

from policies.models import Policy
from routes.models import Route, RoutePolicy
from tests.factories import make_policy, make_route
from tests.people import Cast
from tests.routes.api import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def routes(cast: Cast) -> list[Route]:
    return [make_route(name, namespace=cast.web) for name in ("one", "two")]


def seen(routes: list[Route]) -> list[dict[str, object]]:
    return [{"id": str(route.pk), "version": route.version} for route in routes]


@pytest.fixture
def policy(cast: Cast) -> Policy:
    return make_policy("Staff", namespace=cast.web)


class TestBulk:
    def test_attaches_and_detaches_a_policy(
        self, cast: Cast, routes: list[Route], policy: Policy
    ) -> None:
        body = {"rows": seen(routes), "policy": str(policy.pk)}
        answer = send(cast.ada, "POST", "bulk/attach/", body)
        assert answer.status_code == 200, answer.json()
        assert answer.json() == {"done": True, "refusal": "", "problems": []}
        assert RoutePolicy.objects.filter(policy=policy).count() == 2

        fresh = seen(list(Route.objects.all()))
        body = {"rows": fresh, "policy": str(policy.pk)}
        assert send(cast.ada, "POST", "bulk/detach/", body).status_code == 200
        assert not RoutePolicy.objects.filter(policy=policy).exists()

    def test_only_looks_when_asked_to(self, cast: Cast, routes: list[Route]) -> None:
        rows = [*seen(routes[:1]), {"id": str(routes[1].pk), "version": 7}]

        answer = send(
            cast.ada, "POST", "bulk/delete/", {"rows": rows, "preview": True}
        ).json()

        assert answer["done"] is False
        assert answer["refusal"]
        assert [one["id"] for one in answer["problems"]] == [str(routes[1].pk)]
        assert Route.objects.count() == 2

    def test_does_nothing_when_one_stands_in_the_way(
        self, cast: Cast, routes: list[Route]
    ) -> None:
        gone = {"id": str(uuid.uuid4()), "version": 1}

        answer = send(cast.ada, "POST", "bulk/delete/", {"rows": [*seen(routes), gone]})

        assert answer.status_code == 404
        assert Route.objects.count() == 2

    def test_deletes_and_moves_all_of_them(
        self, cast: Cast, routes: list[Route]
    ) -> None:
        body = {"rows": seen(routes), "namespace": str(cast.engineering.pk)}
        assert send(cast.ada, "POST", "bulk/move/", body).status_code == 200
        moved = list(Route.objects.all())
        assert {route.namespace_id for route in moved} == {cast.engineering.pk}

        answer = send(cast.ada, "POST", "bulk/delete/", {"rows": seen(moved)})

        assert answer.status_code == 200
        assert not Route.objects.exists()

    @pytest.mark.parametrize(
        "rows", [[], [{"id": "x", "version": 1}], [{"id": str(uuid.UUID(int=1))}]]
    )
    def test_refuses_other_shapes(self, cast: Cast, rows: list[object]) -> None:
        answer = send(cast.ada, "POST", "bulk/delete/", {"rows": rows})

        assert answer.status_code == 400
