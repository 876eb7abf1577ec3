"""What routes say to changes of the tree of namespaces above them."""

from typing import Any

import pytest

from namespaces import services as namespace_services
from namespaces.models import Namespace
from policies import services as policy_services
from policies.models import Policy
from routes.exceptions import (
    EnforcedPoliciesLeaveError,
    HostOwnedError,
    PoliciesOutOfReachError,
    RouteOpenToAnyoneError,
)
from tests.factories import NOW, grant, make_namespace, make_policy, make_route
from tests.people import Cast, actor_of
from tests.policies.texts import OPEN


def attach(policy: Policy, namespace: Namespace, mode: str, user: Any) -> None:
    policy_services.attach_to_namespace(
        policy.pk, namespace_id=namespace.pk, mode=mode, actor=actor_of(user), now=NOW
    )


def move(namespace: Namespace, under: Namespace, user: Any) -> Namespace:
    return namespace_services.move_namespace(
        namespace.pk, under=under.pk, actor=actor_of(user), now=NOW
    )


def inherit(namespace: Namespace, user: Any, *, on: bool) -> None:
    namespace.refresh_from_db()
    namespace_services.update_namespace(
        namespace.pk,
        version=namespace.version,
        inherits_policies=on,
        actor=actor_of(user),
        now=NOW,
    )


class TestMovingANamespace:
    @pytest.fixture
    def shop(self, cast: Cast) -> Namespace:
        """Below Web; Mia is admin of Web and of Finance, not of Engineering."""
        for place in (cast.web, cast.finance):
            grant("admin", place, user=cast.mia)
        return make_namespace("Shop", parent=cast.web)

    def test_refuses_to_leave_a_ceiling_of_those_above(
        self, cast: Cast, shop: Namespace
    ) -> None:
        policy = make_policy("Ceiling", namespace=cast.engineering)
        attach(policy, cast.engineering, "enforced", cast.ada)

        with pytest.raises(
            EnforcedPoliciesLeaveError, match=r"`Ceiling` \(by Engineering\)"
        ):
            move(shop, cast.finance, cast.mia)

        shop.refresh_from_db()
        assert shop.parent == cast.web
        assert move(shop, cast.finance, cast.root).parent == cast.finance

    def test_goes_along_below_the_same_ceiling(
        self, cast: Cast, shop: Namespace
    ) -> None:
        policy = make_policy("Ceiling", namespace=cast.everything)
        attach(policy, cast.everything, "enforced", cast.root)

        assert move(shop, cast.finance, cast.mia).parent == cast.finance

    def test_refuses_to_keep_policies_of_the_place_it_leaves(
        self, cast: Cast, shop: Namespace
    ) -> None:
        on_route = make_policy("Web people", namespace=cast.web)
        on_namespace = make_policy("Engineers", namespace=cast.engineering)
        make_route("Wiki", on_route, namespace=shop)
        attach(on_namespace, shop, "inherited", cast.ada)

        with pytest.raises(PoliciesOutOfReachError, match="`Engineers`, `Web people`"):
            move(shop, cast.finance, cast.root)

    def test_refuses_to_take_hosts_out_of_their_zone(
        self, cast: Cast, shop: Namespace
    ) -> None:
        make_route("Zone", namespace=cast.engineering, from_="https://*.corp.com")
        make_route("App", namespace=shop, from_="https://app.corp.com")

        with pytest.raises(HostOwnedError):
            move(shop, cast.finance, cast.mia)
        assert move(shop, cast.finance, cast.root).parent == cast.finance


class TestInheritingAgain:
    def test_refuses_a_manager_what_could_let_in_anybody(self, cast: Cast) -> None:
        public = make_policy(namespace=cast.engineering, source=OPEN)
        attach(public, cast.engineering, "inherited", cast.ada)
        inherit(cast.web, cast.mia, on=False)

        with pytest.raises(RouteOpenToAnyoneError):
            inherit(cast.web, cast.mia, on=True)

        cast.web.refresh_from_db()
        assert not cast.web.inherits_policies
        inherit(cast.web, cast.ada, on=True)

    def test_takes_a_manager_when_people_have_to_sign_in(self, cast: Cast) -> None:
        attach(
            make_policy(namespace=cast.engineering),
            cast.engineering,
            "inherited",
            cast.ada,
        )
        inherit(cast.web, cast.mia, on=False)

        inherit(cast.web, cast.mia, on=True)

        cast.web.refresh_from_db()
        assert cast.web.inherits_policies
