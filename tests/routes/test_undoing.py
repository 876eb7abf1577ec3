"""Undoing what was just done to routes."""

from datetime import timedelta

import pytest

from console.core.exceptions import ConflictError, PermissionDeniedError
from console.core.undoing import ChangedSinceError
from directory.models import User
from namespaces.models import RoleBinding
from routes import selectors, services
from routes.models import HostClaim, Route
from tests.factories import NOW, grant, make_policy, make_route
from tests.people import Cast, actor_of
from tests.routes.events import newest_event

HOST = "https://apps.example.com"
LATER = NOW + timedelta(seconds=5)


def undo(user: User) -> list[Route]:
    return services.undo(NOW, actor=actor_of(user), now=LATER)


class TestUndo:
    def test_moves_routes_of_a_host_back_together(self, cast: Cast) -> None:
        routes = [
            make_route(name, namespace=cast.web, prefix=f"/{name}", from_=HOST)
            for name in ("one", "two")
        ]
        services.move_routes(
            {route.pk: route.version for route in routes},
            namespace_id=cast.engineering.pk,
            actor=actor_of(cast.ada),
            now=NOW,
        )

        assert len(undo(cast.ada)) == 2

        assert {one.namespace for one in Route.objects.all()} == {cast.web}
        assert HostClaim.objects.get().namespace == cast.web
        assert newest_event().reason == "undone"

    def test_gives_back_the_policies_in_their_order(self, cast: Cast) -> None:
        first, second = (make_policy(namespace=cast.web) for _ in range(2))
        route = make_route("Wiki", first, second, namespace=cast.web)
        services.detach_policy(
            first.pk,
            versions={route.pk: route.version},
            actor=actor_of(cast.ada),
            now=NOW,
        )

        (undone,) = undo(cast.ada)

        assert list(selectors.policies_of(undone).attached) == [first, second]

    def test_refuses_what_somebody_changed_since(self, cast: Cast) -> None:
        route = self.switched(cast)
        services.update_route(
            route.pk,
            version=route.version,
            changes={"description": "By another"},
            actor=actor_of(cast.root),
            now=LATER,
        )

        with pytest.raises(ChangedSinceError):
            undo(cast.ada)

    def test_leaves_settings_to_the_history(self, cast: Cast) -> None:
        self.switched(cast, changes={"description": "New"})

        with pytest.raises(ConflictError, match="settings of `Wiki`"):
            undo(cast.ada)

    def test_needs_the_right_that_the_opposite_needs(self, cast: Cast) -> None:
        self.switched(cast)
        RoleBinding.objects.filter(user=cast.ada).delete()
        grant("viewer", cast.engineering, user=cast.ada)

        with pytest.raises(PermissionDeniedError):
            undo(cast.ada)

    def switched(self, cast: Cast, **more: dict[str, str]) -> Route:
        route = make_route("Wiki", namespace=cast.web)
        return services.update_route(
            route.pk,
            version=route.version,
            inherits_policies=False,
            actor=actor_of(cast.ada),
            now=NOW,
            **more,  # type: ignore[arg-type]
        )
