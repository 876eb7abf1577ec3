"""Trying a route before anybody really comes."""

import pytest

from console.core.exceptions import PermissionDeniedError
from policies import services as policy_services
from policies.selectors import Attempt
from routes import services
from routes.exceptions import RouteNotFoundError
from routes.models import Route
from routes.services import RouteTrial
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast, actor_of


def attempt(route: Route, cast: Cast, **values: object) -> RouteTrial:
    given: dict[str, object] = {"at": NOW, "person_id": cast.ada.pk} | values
    return services.try_route(
        route.pk,
        Attempt(**given),  # type: ignore[arg-type]
        actor=actor_of(cast.mia),
        now=NOW,
    )


class TestTryRoute:
    def test_attached_policies_let_people_in(self, cast: Cast) -> None:
        policy = make_policy("Employees", namespace=cast.web)
        route = make_route("Wiki", policy, namespace=cast.web)

        found = attempt(route, cast)

        assert found.trial.outcome == "allow"
        assert found.policies[str(policy.pk)] == policy
        assert found.trial.attempt.host == "wiki.example.com"

    def test_nobody_is_sent_to_sign_in(self, cast: Cast) -> None:
        route = make_route("Wiki", make_policy(namespace=cast.web), namespace=cast.web)

        assert attempt(route, cast, person_id=None).trial.outcome == "login"

    def test_an_enforced_policy_limits_and_never_opens(self, cast: Cast) -> None:
        ceiling = make_policy(
            "Ceiling",
            namespace=cast.engineering,
            source="allow:\n  or:\n    - email: ben@example.com\n",
        )
        policy_services.attach_to_namespace(
            ceiling.pk,
            namespace_id=cast.engineering.pk,
            mode="enforced",
            actor=actor_of(cast.ada),
            now=NOW,
        )
        open_route = make_route(
            "Wiki", make_policy(namespace=cast.web), namespace=cast.web
        )
        closed_route = make_route("Docs", namespace=cast.web)

        assert attempt(open_route, cast).trial.outcome == "deny"
        found = attempt(open_route, cast, person_id=cast.ben.pk)
        assert found.trial.outcome == "allow"
        found = attempt(closed_route, cast, person_id=cast.ben.pk)
        assert found.trial.outcome == "deny"

    def test_says_which_route_is_asked_for_a_path(self, cast: Cast) -> None:
        whole = make_route("Wiki", namespace=cast.web)
        part = make_route(
            "Admin", namespace=cast.web, from_=whole.from_url, prefix="/admin"
        )

        assert attempt(whole, cast, path="/page?x=1").is_asked
        found = attempt(whole, cast, path="/admin/users")
        assert not found.is_asked
        assert found.answering == part
        assert attempt(part, cast, path="/page").answering == whole

    def test_needs_a_manager(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)

        with pytest.raises(PermissionDeniedError):
            services.try_route(
                route.pk, Attempt(at=NOW), actor=actor_of(cast.ben), now=NOW
            )
        with pytest.raises(RouteNotFoundError):
            services.try_route(
                route.pk, Attempt(at=NOW), actor=actor_of(cast.cyd), now=NOW
            )

    @pytest.mark.parametrize(
        ("settings", "path"),
        [
            ({}, "/"),
            ({"prefix": "/admin"}, "/admin"),
            ({"path": "/health"}, "/health"),
            ({"regex": "/users/[0-9]+"}, ""),
        ],
    )
    def test_begins_with_a_path_that_comes_to_the_route(
        self, cast: Cast, settings: dict[str, str], path: str
    ) -> None:
        route = make_route("Wiki", namespace=cast.web, **settings)

        assert services.suggested_path(route) == path
