"""Taking away what refuses people on routes that are open to anyone is up to admins."""

from collections.abc import Callable
from typing import Any

import pytest

from console.core.actor import system
from directory.models import User
from namespaces import services as namespace_services
from namespaces.models import Namespace
from policies import services as policy_services
from policies.models import NamespacePolicy, Policy
from routes import services
from routes.exceptions import RouteOpenToAnyoneError
from routes.models import Route
from tests.factories import NOW, make_namespace, make_policy, make_route
from tests.people import Cast, actor_of
from tests.policies.texts import EMPLOYEES, OPEN

ELSEWHERE = """\
deny:
  or:
    - source_ip: 198.51.100.0/24
"""
NOWHERE = ELSEWHERE.replace("198.51.100.0/24", "203.0.113.7")


def attach(policy: Policy, namespace: Namespace, mode: str = "inherited") -> None:
    policy_services.attach_to_namespace(
        policy.pk,
        namespace_id=namespace.pk,
        mode=mode,
        actor=system("test"),
        now=NOW,
    )


@pytest.fixture
def guard(cast: Cast) -> Policy:
    """Refuses some networks; inherited by all of Web, where Mia is manager."""
    policy = make_policy("Guard", namespace=cast.web, source=ELSEWHERE)
    attach(policy, cast.web)
    return policy


@pytest.fixture
def shop(cast: Cast) -> Namespace:
    return make_namespace("Shop", parent=cast.web)


@pytest.fixture
def public(cast: Cast, shop: Namespace) -> Route:
    """Open to anyone, by an admin's wish, but for those whom Guard refuses."""
    return make_route("public", make_policy("Open", source=OPEN), namespace=shop)


def detach(policy: Policy, cast: Cast, user: User) -> None:
    policy_services.detach_from_namespace(
        policy.pk, namespace_id=cast.web.pk, actor=actor_of(user), now=NOW
    )


def stop_inheriting(namespace: Namespace, user: User) -> None:
    namespace.refresh_from_db()
    namespace_services.update_namespace(
        namespace.pk,
        version=namespace.version,
        inherits_policies=False,
        actor=actor_of(user),
        now=NOW,
    )


def reword(policy: Policy, cast: Cast, user: User) -> None:
    policy_services.update_policy(
        policy.pk, version=1, source=NOWHERE, actor=actor_of(user), now=NOW
    )


WAYS: dict[str, Callable[[Policy, Cast, Namespace, User], None]] = {
    "detaching": lambda guard, cast, _, user: detach(guard, cast, user),
    "switching off": lambda _, __, shop, user: stop_inheriting(shop, user),
    "rewording": lambda guard, cast, _, user: reword(guard, cast, user),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
class TestAGuardInFrontOfAnOpenRoute:
    def test_is_not_taken_away_by_a_manager(
        self, cast: Cast, guard: Policy, shop: Namespace, public: Route, way: Any
    ) -> None:
        with pytest.raises(RouteOpenToAnyoneError, match="`public`"):
            way(guard, cast, shop, cast.mia)

        assert NamespacePolicy.objects.filter(policy=guard).exists()
        shop.refresh_from_db()
        guard.refresh_from_db()
        assert (shop.inherits_policies, guard.source) == (True, ELSEWHERE)
        way(guard, cast, shop, cast.ada)

    def test_is_a_managers_while_people_have_to_sign_in(
        self, cast: Cast, guard: Policy, shop: Namespace, way: Any
    ) -> None:
        staff = make_policy("Staff", source=EMPLOYEES)
        make_route("private", staff, namespace=shop)

        way(guard, cast, shop, cast.mia)

    def test_counts_where_the_open_route_inherits_that_as_well(
        self, cast: Cast, guard: Policy, shop: Namespace, way: Any
    ) -> None:
        attach(make_policy("Open", source=OPEN), shop)
        make_route("public", namespace=shop)

        with pytest.raises(RouteOpenToAnyoneError):
            way(guard, cast, shop, cast.mia)


def test_a_guard_that_stays_by_another_way_may_go(
    cast: Cast, guard: Policy, shop: Namespace, public: Route
) -> None:
    attach(guard, shop, "enforced")

    detach(guard, cast, cast.mia)
    stop_inheriting(shop, cast.mia)


def test_a_route_that_does_not_inherit_loses_nothing(
    cast: Cast, guard: Policy, public: Route
) -> None:
    services.update_route(
        public.pk, version=1, inherits_policies=False, actor=actor_of(cast.ada), now=NOW
    )

    detach(guard, cast, cast.mia)


def test_a_namespace_that_does_not_inherit_loses_nothing(
    cast: Cast, guard: Policy, shop: Namespace, public: Route
) -> None:
    stop_inheriting(shop, cast.ada)

    detach(guard, cast, cast.mia)


def test_a_route_is_not_taken_out_of_inheriting_by_a_manager(
    cast: Cast, guard: Policy, public: Route
) -> None:
    with pytest.raises(RouteOpenToAnyoneError):
        services.update_route(
            public.pk,
            version=1,
            inherits_policies=False,
            actor=actor_of(cast.mia),
            now=NOW,
        )
