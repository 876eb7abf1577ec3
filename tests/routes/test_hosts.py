"""Who owns a host (decision 9)."""

from datetime import timedelta
from typing import Any

import pytest

from console.core.exceptions import NotFoundError, PermissionDeniedError
from namespaces import services as namespace_services
from namespaces.exceptions import NamespaceNotEmptyError
from namespaces.models import Namespace
from routes import services
from routes.exceptions import (
    HostOwnedError,
    HostRestingError,
    RouteSettingsError,
    WildcardHostError,
)
from routes.models import HostClaim, Route
from tests.factories import NOW, grant, make_namespace, make_route
from tests.people import Cast, actor_of


def publish(
    user: Any, namespace: Namespace, from_url: str, *, now: Any = NOW, **settings: Any
) -> Route:
    return services.create_route(
        namespace_id=namespace.pk,
        name=f"{from_url} {settings}"[:200],
        settings={"from": from_url, "to": "http://app.internal"} | settings,
        actor=actor_of(user),
        now=now,
    )


class TestOneOwner:
    """Hostile case 46: two namespaces claim one host."""

    @pytest.mark.parametrize(
        "spelling",
        [
            "https://app.corp.com",
            "https://APP.corp.com.",
            "https://app.corp.com:443",
            "https://app.corp.com:8443",
            "http://app.corp.com",
            "https://\uff41pp.corp.com",
        ],
    )
    def test_refuses_every_spelling_to_a_second_namespace(
        self, cast: Cast, spelling: str
    ) -> None:
        publish(cast.mia, cast.web, "https://app.corp.com")
        grant("manager", cast.finance, user=cast.cyd)

        with pytest.raises(HostOwnedError) as caught:
            publish(cast.cyd, cast.finance, spelling, prefix="/x")

        assert "another namespace" in caught.value.message
        assert "Web" not in caught.value.message
        assert Route.objects.count() == 1

    def test_names_the_owner_to_those_who_may_see_it(self, cast: Cast) -> None:
        publish(cast.mia, cast.web, "https://app.corp.com")

        with pytest.raises(HostOwnedError, match="belongs to Web"):
            publish(cast.root, cast.finance, "https://app.corp.com", prefix="/x")

    @pytest.mark.parametrize(
        "settings",
        [
            {"prefix": "/admin"},
            {"path": "/admin/x"},
            {"regex": "/admin/.*", "regex_priority_order": 100},
        ],
    )
    def test_only_the_owner_adds_paths(self, cast: Cast, settings: Any) -> None:
        """Hostile case 47: a longer prefix, a path, an expression of another."""
        publish(cast.mia, cast.web, "https://app.corp.com")

        with pytest.raises(HostOwnedError):
            publish(cast.ada, cast.engineering, "https://app.corp.com", **settings)
        publish(cast.mia, cast.web, "https://app.corp.com", **settings)

    def test_a_tunnel_does_not_take_the_traffic_of_anothers_host(
        self, cast: Cast
    ) -> None:
        publish(cast.mia, cast.web, "https://app.corp.com")
        grant("manager", cast.finance, user=cast.cyd)

        with pytest.raises(HostOwnedError):
            publish(
                cast.cyd,
                cast.finance,
                "tcp+https://mine.corp.com/app.corp.com:443",
                to="tcp://evil.internal:443",
            )

    def test_a_server_name_does_not_either(self, cast: Cast) -> None:
        publish(cast.mia, cast.web, "https://app.corp.com")
        grant("manager", cast.finance, user=cast.cyd)

        with pytest.raises(HostOwnedError):
            publish(
                cast.cyd,
                cast.finance,
                "https://mine.corp.com",
                tls_downstream_server_name="APP.corp.com.",
            )


class TestWildcards:
    """Hostile case 48: a wildcard over hosts of others."""

    @pytest.mark.parametrize(
        "host", ["*", "*.com", "a.*.com", "*.*.corp.com", "*corp.com", "*.co.uk"]
    )
    def test_refuses_wildcards_that_reach_over_others(
        self, cast: Cast, host: str
    ) -> None:
        with pytest.raises(RouteSettingsError):
            publish(cast.root, cast.everything, f"https://{host}")

    def test_take_an_admin_of_the_root(self, cast: Cast) -> None:
        for user in (cast.mia, cast.ada):
            with pytest.raises(WildcardHostError):
                publish(user, cast.web, "https://*.corp.com")

        publish(cast.root, cast.web, "https://*.corp.com")

    def test_hosts_in_a_zone_are_for_its_namespace_and_below(self, cast: Cast) -> None:
        publish(cast.root, cast.engineering, "https://*.corp.com")
        grant("manager", cast.finance, user=cast.cyd)

        with pytest.raises(HostOwnedError):
            publish(cast.cyd, cast.finance, "https://pay.corp.com")
        publish(cast.mia, cast.web, "https://app.corp.com")

    def test_owners_from_before_keep_their_hosts(self, cast: Cast) -> None:
        publish(cast.mia, cast.web, "https://app.corp.com")
        publish(cast.root, cast.finance, "https://*.corp.com")

        publish(cast.mia, cast.web, "https://app.corp.com", prefix="/more")


class TestRest:
    """Hostile case 56: a freed host is claimed by another."""

    def freed(self, cast: Cast) -> Route:
        route = publish(cast.mia, cast.web, "https://app.corp.com")
        services.delete_route(
            route.pk, version=route.version, actor=actor_of(cast.mia), now=NOW
        )
        grant("manager", cast.finance, user=cast.cyd)
        return route

    def test_refuses_it_to_others_for_a_week(self, cast: Cast) -> None:
        self.freed(cast)

        with pytest.raises(HostRestingError) as caught:
            publish(
                cast.cyd,
                cast.finance,
                "https://app.corp.com",
                now=NOW + timedelta(seconds=1),
            )
        assert caught.value.details["free_at"] == (NOW + timedelta(days=7)).isoformat()

        publish(
            cast.cyd,
            cast.finance,
            "https://app.corp.com",
            now=NOW + timedelta(days=7),
        )

    def test_its_former_owner_may_have_it_back_at_once(self, cast: Cast) -> None:
        self.freed(cast)

        publish(cast.mia, cast.web, "https://app.corp.com")

        assert HostClaim.objects.get().released_at is None

    def test_a_host_with_another_route_does_not_rest(self, cast: Cast) -> None:
        route = make_route("A", namespace=cast.web, from_="https://app.corp.com")
        make_route("B", namespace=cast.web, from_="https://app.corp.com", prefix="/b")

        services.delete_route(route.pk, version=1, actor=actor_of(cast.mia), now=NOW)

        assert HostClaim.objects.get().released_at is None

    def test_a_restore_after_another_claimed_it_shows_the_conflict(
        self, cast: Cast
    ) -> None:
        route = self.freed(cast)
        later = NOW + timedelta(days=8)
        publish(cast.cyd, cast.finance, "https://app.corp.com", now=later)

        with pytest.raises(HostOwnedError):
            services.restore_route(route.pk, actor=actor_of(cast.mia), now=later)

    def test_an_admin_may_end_the_rest(self, cast: Cast) -> None:
        self.freed(cast)

        with pytest.raises(PermissionDeniedError):
            services.release_host("app.corp.com", actor=actor_of(cast.mia), now=NOW)
        services.release_host("app.corp.com", actor=actor_of(cast.ada), now=NOW)

        publish(cast.cyd, cast.finance, "https://app.corp.com")
        with pytest.raises(NotFoundError):
            services.release_host("app.corp.com", actor=actor_of(cast.ada), now=NOW)

    def test_a_namespace_that_goes_leaves_its_hosts_resting(self, cast: Cast) -> None:
        team = make_namespace("Team", parent=cast.engineering)
        route = make_route("A", namespace=team, from_="https://app.corp.com")
        with pytest.raises(NamespaceNotEmptyError, match="1 route"):
            namespace_services.delete_namespace(
                team.pk, actor=actor_of(cast.ada), now=NOW
            )
        services.delete_route(route.pk, version=1, actor=actor_of(cast.ada), now=NOW)

        namespace_services.delete_namespace(team.pk, actor=actor_of(cast.ada), now=NOW)

        with pytest.raises(HostRestingError):
            publish(cast.mia, cast.web, "https://app.corp.com")
