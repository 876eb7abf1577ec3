"""Moving routes between namespaces."""

from typing import Any

import pytest

from console.core.exceptions import PermissionDeniedError
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.models import Namespace
from policies import services as policy_services
from policies.models import Policy
from routes import services
from routes.exceptions import (
    EnforcedPoliciesLeaveError,
    HostOwnedError,
    HostsSharedError,
    PoliciesOutOfReachError,
    RouteNameTakenError,
    RouteOpenToAnyoneError,
    WildcardHostError,
)
from routes.models import HostClaim, Route
from tests.factories import NOW, grant, make_policy, make_route
from tests.people import Cast, actor_of
from tests.policies.texts import OPEN
from tests.routes.events import newest_event


def move(route: Route, to: Namespace, user: Any) -> Route:
    return services.move_route(
        route.pk,
        namespace_id=to.pk,
        version=route.version,
        actor=actor_of(user),
        now=NOW,
    )


def attach(policy: Policy, namespace: Namespace, mode: str, user: Any) -> None:
    policy_services.attach_to_namespace(
        policy.pk, namespace_id=namespace.pk, mode=mode, actor=actor_of(user), now=NOW
    )


class TestMoveRoute:
    def test_takes_the_host_along(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)

        moved = move(route, cast.engineering, cast.ada)

        assert (moved.namespace, moved.version) == (cast.engineering, 2)
        assert HostClaim.objects.get().namespace == cast.engineering
        event = newest_event()
        assert event.action == "route.moved"
        assert event.namespace_id == cast.engineering.pk

    def test_needs_a_manager_of_both_ends(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)

        with pytest.raises(NamespaceNotFoundError):
            move(route, cast.finance, cast.mia)
        grant("viewer", cast.finance, user=cast.mia)
        with pytest.raises(PermissionDeniedError):
            move(route, cast.finance, cast.mia)
        above = make_route("Above", namespace=cast.everything)
        grant("viewer", cast.everything, user=cast.mia)
        with pytest.raises(PermissionDeniedError):
            move(above, cast.web, cast.mia)

    def test_refuses_to_lose_sight_of_a_picked_policy(self, cast: Cast) -> None:
        policy = make_policy("Web people", namespace=cast.web)
        route = make_route("Wiki", policy, namespace=cast.web)

        with pytest.raises(PoliciesOutOfReachError, match="`Web people`"):
            move(route, cast.engineering, cast.ada)

    def test_does_not_take_a_route_out_from_under_a_ceiling(self, cast: Cast) -> None:
        policy = make_policy("Ceiling", namespace=cast.engineering)
        attach(policy, cast.engineering, "enforced", cast.ada)
        grant("manager", cast.engineering, user=cast.cyd)
        grant("manager", cast.finance, user=cast.cyd)
        route = make_route("Wiki", namespace=cast.web)

        with pytest.raises(
            EnforcedPoliciesLeaveError, match=r"`Ceiling` \(by Engineering\)"
        ):
            move(route, cast.finance, cast.cyd)
        assert move(route, cast.engineering, cast.cyd).version == 2

        route.refresh_from_db()
        assert move(route, cast.finance, cast.root).namespace == cast.finance

    def test_refuses_to_split_a_host(self, cast: Cast) -> None:
        one = make_route("A", namespace=cast.web, from_="https://app.corp.com")
        two = make_route(
            "B", namespace=cast.web, from_="https://app.corp.com", prefix="/b"
        )

        with pytest.raises(HostsSharedError, match="`B`"):
            move(one, cast.engineering, cast.ada)

        services.move_routes(
            {one.pk: 1, two.pk: 1},
            namespace_id=cast.engineering.pk,
            actor=actor_of(cast.ada),
            now=NOW,
        )
        assert HostClaim.objects.get().namespace == cast.engineering

    def test_refuses_a_name_that_is_taken_there(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)
        make_route("wiki", namespace=cast.engineering, from_="https://b.corp.com")

        with pytest.raises(RouteNameTakenError):
            move(route, cast.engineering, cast.ada)

    def test_into_what_is_open_takes_an_admin_there(self, cast: Cast) -> None:
        public = make_policy(namespace=cast.finance, source=OPEN)
        attach(public, cast.finance, "inherited", cast.root)
        for place in (cast.web, cast.finance):
            grant("manager", place, user=cast.cyd)
        route = make_route("Wiki", namespace=cast.web)

        with pytest.raises(RouteOpenToAnyoneError):
            move(route, cast.finance, cast.cyd)
        move(route, cast.finance, cast.root)

    def test_of_an_open_route_takes_an_admin(self, cast: Cast) -> None:
        public = make_policy(namespace=cast.everything, source=OPEN)
        for place in (cast.web, cast.finance):
            grant("manager", place, user=cast.cyd)
        route = make_route("Wiki", public, namespace=cast.web)

        with pytest.raises(RouteOpenToAnyoneError):
            move(route, cast.finance, cast.cyd)
        move(route, cast.finance, cast.root)

    def test_does_not_take_a_host_out_of_its_zone(self, cast: Cast) -> None:
        make_route("Zone", namespace=cast.engineering, from_="https://*.corp.com")
        for place in (cast.engineering, cast.finance):
            grant("manager", place, user=cast.cyd)
        route = make_route("App", namespace=cast.web, from_="https://app.corp.com")

        with pytest.raises(HostOwnedError):
            move(route, cast.finance, cast.cyd)
        assert move(route, cast.engineering, cast.cyd).version == 2

    def test_of_a_zone_takes_an_admin_of_the_root(self, cast: Cast) -> None:
        route = make_route("Zone", namespace=cast.web, from_="https://*.corp.com")
        grant("admin", cast.finance, user=cast.ada)

        with pytest.raises(WildcardHostError):
            move(route, cast.finance, cast.ada)
        move(route, cast.finance, cast.root)

    def test_to_where_it_is_changes_nothing(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)

        assert move(route, cast.web, cast.mia).version == 1
