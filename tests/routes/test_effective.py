"""Which policies decide over a route."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.core.actor import system
from namespaces import services as namespace_services
from policies import services as policy_services
from routes import selectors, services
from routes.models import Route
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast, actor_of

DENIES_ONLY = "deny:\n  or:\n    - reject: true\n"


@pytest.fixture
def policies(cast: Cast) -> dict[str, str]:
    """One policy in each place, attached in each way."""
    names = {}
    for name, namespace, mode in (
        ("root ceiling", cast.everything, "enforced"),
        ("root offer", cast.everything, "inherited"),
        ("team ceiling", cast.engineering, "enforced"),
        ("team offer", cast.engineering, "inherited"),
        ("web offer", cast.web, "inherited"),
    ):
        policy = make_policy(name, namespace=namespace)
        policy_services.attach_to_namespace(
            policy.pk,
            namespace_id=namespace.pk,
            mode=mode,
            actor=system("test"),
            now=NOW,
        )
        names[name] = str(policy.pk)
    return names


def names(route: Route) -> tuple[list[str], list[str], list[str]]:
    found = selectors.policies_of(route)
    return (
        [policy.name for policy in found.attached],
        [one.policy.name for one in found.inherited],
        [one.policy.name for one in found.enforced],
    )


CEILINGS = ["root ceiling", "team ceiling"]


@pytest.mark.usefixtures("policies")
class TestPoliciesOf:
    def test_come_from_the_route_and_from_all_above(self, cast: Cast) -> None:
        own = make_policy("own", namespace=cast.web)
        route = make_route("Wiki", own, namespace=cast.web)

        assert names(route) == (
            ["own"],
            ["root offer", "team offer", "web offer"],
            CEILINGS,
        )

    def test_a_route_may_stop_inheriting_but_not_obeying(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)
        route = services.update_route(
            route.pk,
            version=1,
            inherits_policies=False,
            actor=actor_of(cast.mia),
            now=NOW,
        )

        assert names(route) == ([], [], CEILINGS)

    def test_so_may_a_namespace_for_all_below_it(self, cast: Cast) -> None:
        namespace_services.update_namespace(
            cast.engineering.pk,
            version=cast.engineering.version,
            inherits_policies=False,
            actor=system("test"),
            now=NOW,
        )
        route = make_route("Wiki", namespace=cast.web)

        assert names(route) == ([], ["team offer", "web offer"], CEILINGS)

    def test_of_many_routes_take_a_fixed_number_of_queries(self, cast: Cast) -> None:
        for number in range(6):
            make_route(
                f"R{number}", make_policy(namespace=cast.web), namespace=cast.web
            )
        routes = list(selectors.list_routes(system("test")))

        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = selectors.policies_of_many(routes)

        assert len(queries) == 3
        assert all(len(one.attached) == 1 for one in found.values())

    def test_of_very_many_routes_are_the_same_read_once_each(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shared, own = (make_policy(namespace=cast.web) for _ in range(2))
        make_route("A", own, shared, namespace=cast.web)
        make_route("B", shared, own, namespace=cast.web)
        make_route("C", namespace=cast.web)
        routes = list(selectors.list_routes(system("test")))
        few = selectors.policies_of_many(routes)
        monkeypatch.setattr("routes.selectors.effective.FEW", 2)

        with CaptureQueriesContext(connection) as queries:
            many = selectors.policies_of_many(routes)

        assert len(queries) == 4
        assert many == few
        first, second, _ = (many[route.pk].attached for route in routes)
        assert first == (own, shared)
        assert first[1] is second[0]


class TestSurvey:
    def test_looks_for_closed_routes_where_they_are_likely(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_route("A", make_policy(namespace=cast.web), namespace=cast.web)
        closed = make_route("B", namespace=cast.web)
        whole = selectors.survey_routes(system("test"))
        monkeypatch.setattr("routes.selectors.survey.MOST_SURVEYED", 1)

        part = selectors.survey_routes(system("test"))

        assert (whole.closed, whole.is_complete) == ([closed], True)
        assert (part.closed, part.is_complete) == ([closed], False)


class TestClosed:
    def test_a_route_without_any_allow_rule_is_closed(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)
        assert selectors.policies_of(route).is_closed

        ceiling = make_policy(namespace=cast.engineering)
        policy_services.attach_to_namespace(
            ceiling.pk,
            namespace_id=cast.engineering.pk,
            mode="enforced",
            actor=actor_of(cast.ada),
            now=NOW,
        )
        assert selectors.policies_of(route).is_closed

        deny = make_policy(namespace=cast.web, source=DENIES_ONLY)
        assert selectors.policies_of(
            make_route("B", deny, namespace=cast.web)
        ).is_closed

        allow = make_policy(namespace=cast.web)
        found = selectors.policies_of(make_route("C", allow, namespace=cast.web))
        assert not found.is_closed
        assert found.count == 2
