"""Deleting routes, and taking it back."""

import pytest

from console.core.exceptions import PermissionDeniedError, StaleVersionError
from policies import services as policy_services
from routes import selectors, services
from routes.exceptions import (
    PolicyGoneError,
    RouteAddressTakenError,
    RouteNameTakenError,
    RouteNotFoundError,
)
from routes.models import Route
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast, actor_of
from tests.routes.events import newest_event


def delete(route: Route, cast: Cast, version: int = 1) -> None:
    services.delete_route(route.pk, version=version, actor=actor_of(cast.mia), now=NOW)


class TestDeleteRoute:
    def test_takes_it_away_and_remembers_it(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)

        delete(route, cast)

        assert not Route.objects.exists()
        assert newest_event().action == "route.deleted"
        assert newest_event().before["settings"]["name"] == "Wiki"
        deleted = selectors.list_deleted(actor_of(cast.mia))
        assert [one.label for one in deleted] == ["Wiki"]
        assert not selectors.list_deleted(actor_of(cast.ben)).exists()

    def test_refuses_a_version_that_nobody_sees_any_more(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)

        with pytest.raises(StaleVersionError):
            delete(route, cast, version=7)

    def test_needs_a_manager(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)

        with pytest.raises(PermissionDeniedError):
            services.delete_route(
                route.pk, version=1, actor=actor_of(cast.ben), now=NOW
            )
        with pytest.raises(RouteNotFoundError):
            services.delete_route(
                route.pk, version=1, actor=actor_of(cast.cyd), now=NOW
            )

    def test_several_go_together_or_not_at_all(self, cast: Cast) -> None:
        mine = make_route("Wiki", namespace=cast.web)
        other = make_route("Pay", namespace=cast.finance)

        with pytest.raises(RouteNotFoundError):
            services.delete_routes(
                {mine.pk: 1, other.pk: 1}, actor=actor_of(cast.mia), now=NOW
            )
        assert Route.objects.count() == 2


class TestRestoreRoute:
    def test_brings_everything_back(self, cast: Cast) -> None:
        policies = [make_policy(namespace=cast.web) for _ in range(2)]
        route = make_route(
            "Wiki",
            *policies,
            namespace=cast.web,
            prefix="/a",
            idp_client_secret="hunter2",
        )
        before = selectors.open_settings(route)
        delete(route, cast)

        restored = services.restore_route(route.pk, actor=actor_of(cast.mia), now=NOW)

        assert restored.pk == route.pk
        assert selectors.open_settings(restored) == before
        assert selectors.policies_of(restored).attached == tuple(policies)
        assert restored.created_at == route.created_at
        assert newest_event().action == "route.restored"
        with pytest.raises(RouteNotFoundError):
            services.restore_route(route.pk, actor=actor_of(cast.mia), now=NOW)

    def test_is_not_there_for_those_who_may_not_see_it(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)
        delete(route, cast)

        with pytest.raises(RouteNotFoundError):
            services.restore_route(route.pk, actor=actor_of(cast.cyd), now=NOW)
        with pytest.raises(PermissionDeniedError):
            services.restore_route(route.pk, actor=actor_of(cast.ben), now=NOW)
        services.restore_route(route.pk, actor=actor_of(cast.mia), now=NOW)

    def test_shows_what_is_in_the_way(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)
        delete(route, cast)
        taken = make_route("Wiki", namespace=cast.web)

        with pytest.raises(RouteNameTakenError):
            services.restore_route(route.pk, actor=actor_of(cast.mia), now=NOW)
        services.update_route(
            taken.pk, version=1, name="Other", actor=actor_of(cast.mia), now=NOW
        )
        with pytest.raises(RouteAddressTakenError):
            services.restore_route(route.pk, actor=actor_of(cast.mia), now=NOW)

    def test_does_not_come_back_without_its_policies(self, cast: Cast) -> None:
        policy = make_policy("Strict", namespace=cast.web)
        route = make_route("Wiki", policy, namespace=cast.web)
        delete(route, cast)
        policy_services.delete_policy(
            policy.pk, version=1, actor=actor_of(cast.mia), now=NOW
        )

        with pytest.raises(PolicyGoneError, match="`Strict`"):
            services.restore_route(route.pk, actor=actor_of(cast.mia), now=NOW)

        policy_services.restore_policy(policy.pk, actor=actor_of(cast.mia), now=NOW)
        services.restore_route(route.pk, actor=actor_of(cast.mia), now=NOW)
