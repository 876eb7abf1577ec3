"""REST views of routes: one service or selector call each."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.previews import preview
from console.core.rest.previews import ActPreviewSerializer
from console.core.rest.viewsets import IF_MATCH, ScopedViewSet
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from policies.api.serializers import ReasonSerializer
from policies.api.trial_serializers import attempt_from
from routes import selectors, services
from routes.api import serializers
from routes.listings import RouteListing
from routes.models import Route


@extend_schema_view(
    list=extend_schema(summary="List routes"),
    retrieve=extend_schema(summary="Read a route"),
)
class RouteViewSet(ScopedViewSet[Route]):
    """Routes: published addresses, and what decides over them."""

    listing = RouteListing()
    serializer_class = serializers.RouteSerializer
    required_permissions = {
        "list": Permission.ROUTE_VIEW,
        "retrieve": Permission.ROUTE_VIEW,
        "create": Permission.ROUTE_CREATE,
        "update": Permission.ROUTE_EDIT,
        "partial_update": Permission.ROUTE_EDIT,
        "destroy": Permission.ROUTE_DELETE,
        "move": Permission.ROUTE_MOVE,
        "inherit_preview": Permission.ROUTE_EDIT,
        "restore": Permission.ROUTE_CREATE,
    }

    def list(self, request: Request, **_: Any) -> Response:
        """Answer one page of the routes that the actor may see."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        serializer = serializers.RouteSerializer(
            rows, many=True, context=self._context(rows)
        )
        return self.get_paginated_response(serializer.data)

    def _context(self, rows: Sequence[Route]) -> dict[str, Any]:
        return {
            **self.get_serializer_context(),
            "policies": selectors.policies_of_many(rows),
            "paths": namespace_selectors.name_paths(row.namespace for row in rows),
        }

    def answer(self, row: Route, *, status: int = 200) -> Response:
        """Answer with one route."""
        serializer = serializers.RouteSerializer(row, context=self._context([row]))
        return Response(serializer.data, status=status)

    @extend_schema(
        summary="Create a route",
        request=serializers.RouteCreateSerializer,
        responses={201: serializers.RouteSerializer},
    )
    def create(self, request: Request) -> Response:
        """Create a route; its namespace becomes the owner of its host."""
        values = self.read_input(serializers.RouteCreateSerializer)
        route = services.create_route(**values, actor=self.actor, now=self.now)
        return self.answer(route, status=201)

    @extend_schema(
        summary="Replace the settings of a route",
        request=serializers.RouteWriteSerializer,
        responses=serializers.RouteSerializer,
        parameters=[IF_MATCH],
    )
    def update(self, request: Request, **_: Any) -> Response:
        """Save name and settings; settings that are left out are not set any more."""
        return self._save(self.read_input(serializers.RouteWriteSerializer))

    @extend_schema(
        summary="Change single settings of a route",
        request=serializers.RouteWriteSerializer,
        responses=serializers.RouteSerializer,
        parameters=[IF_MATCH],
    )
    def partial_update(self, request: Request, **_: Any) -> Response:
        """Save what is given; a setting that is null is not set any more."""
        values = self.read_input(serializers.RouteWriteSerializer, partial=True)
        changes = values.pop("settings", None)
        return self._save({**values, "changes": changes})

    def _save(self, values: dict[str, Any]) -> Response:
        route = services.update_route(
            self.kwargs["id"],
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
            **values,
        )
        return self.answer(route)

    @extend_schema(
        summary="Delete a route", responses={204: None}, parameters=[IF_MATCH]
    )
    def destroy(self, request: Request, **_: Any) -> Response:
        """Delete a route; `restore` takes it back."""
        services.delete_route(
            self.kwargs["id"],
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return Response(status=204)

    @extend_schema(
        summary="Let a route live in another namespace",
        request=serializers.RouteMoveSerializer,
        responses=serializers.RouteSerializer,
        parameters=[IF_MATCH],
    )
    def move(self, request: Request, **_: Any) -> Response:
        """Move a route with its host, under the policies of another namespace."""
        route = services.move_route(
            self.kwargs["id"],
            **self.read_input(serializers.RouteMoveSerializer),
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return self.answer(route)

    @extend_schema(
        summary="Look at what inheriting or not would change for a route",
        request=serializers.RouteInheritSerializer,
        responses=ActPreviewSerializer,
    )
    def inherit_preview(self, request: Request, **_: Any) -> Response:
        """Answer how requests to the route would be decided otherwise."""
        route = self.get_object()
        values = self.read_input(serializers.RouteInheritSerializer)
        found = preview(
            lambda: services.update_route(
                route.pk,
                version=route.version,
                actor=self.actor,
                now=self.now,
                **values,
            )
        )
        return Response(ActPreviewSerializer(found).data)

    @extend_schema(
        summary="Take back the deletion of a route",
        request=ReasonSerializer,
        responses=serializers.RouteSerializer,
    )
    def restore(self, request: Request, **_: Any) -> Response:
        """Restore a deleted route with its id, its secrets and its policies."""
        route = services.restore_route(
            self.kwargs["id"],
            **self.read_input(ReasonSerializer),
            actor=self.actor,
            now=self.now,
        )
        return self.answer(route)


class DeletedRouteViewSet(ScopedViewSet[Any]):
    """Routes that were deleted and can be restored."""

    serializer_class = serializers.DeletedRouteSerializer
    required_permissions = {"list": Permission.ROUTE_CREATE}
    filter_backends = []

    def get_queryset(self) -> Any:
        """Return what the actor may restore, the latest first."""
        return selectors.list_deleted(self.actor)


class RoutePoliciesViewSet(ScopedViewSet[Any]):
    """What decides over a route."""

    serializer_class = serializers.EffectivePoliciesSerializer
    required_permissions = {
        "retrieve": Permission.ROUTE_VIEW,
        "update": Permission.POLICY_ATTACH,
    }

    @extend_schema(summary="Tell which policies decide over a route")
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Answer with what is attached, inherited and enforced."""
        route = selectors.get_route(kwargs["id"], actor=self.actor)
        return Response(self.get_serializer(selectors.policies_of(route)).data)

    @extend_schema(
        summary="Set the policies of a route",
        request=serializers.RoutePoliciesSerializer,
        responses=serializers.EffectivePoliciesSerializer,
        parameters=[IF_MATCH],
    )
    def update(self, request: Request, **kwargs: Any) -> Response:
        """Attach these policies, in this order, and no others."""
        route = services.set_route_policies(
            kwargs["id"],
            **self.read_input(serializers.RoutePoliciesSerializer),
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return Response(self.get_serializer(selectors.policies_of(route)).data)


class RouteTrialViewSet(ScopedViewSet[Any]):
    """What routes would do. Nothing here writes."""

    serializer_class = serializers.RouteTrialSerializer
    pagination_class = None
    filter_backends = []
    required_permissions = {
        "try_route": Permission.POLICY_TRY,
        "overlaps": Permission.ROUTE_VIEW,
        "preview": Permission.ROUTE_CREATE,
    }

    @extend_schema(
        summary="Try a route",
        request=serializers.RouteAttemptSerializer,
        responses=serializers.RouteTrialSerializer,
    )
    def try_route(self, request: Request, **kwargs: Any) -> Response:
        """Answer a request that was thought up, by all that decides over the route."""
        values = self.read_input(serializers.RouteAttemptSerializer)
        found = services.try_route(
            kwargs["id"],
            attempt_from(values, now=self.now),
            actor=self.actor,
            now=self.now,
        )
        return Response(serializers.RouteTrialSerializer(found).data)

    @extend_schema(
        summary="Tell which routes meet a route",
        responses=serializers.OverlapSerializer(many=True),
    )
    def overlaps(self, request: Request, **kwargs: Any) -> Response:
        """Answer with the routes that hide it, that it hides, and what lies between."""
        route = selectors.get_route(kwargs["id"], actor=self.actor)
        found = selectors.list_overlaps(route, actor=self.actor)
        return Response(serializers.OverlapSerializer(found, many=True).data)

    @extend_schema(
        summary="Check settings that are not saved yet",
        request=serializers.PreviewRequestSerializer,
        responses=serializers.PreviewSerializer,
    )
    def preview(self, request: Request) -> Response:
        """Answer with every problem, and with the routes that they would meet."""
        values = self.read_input(serializers.PreviewRequestSerializer)
        found = services.preview_route(
            {**values["settings"], "name": values["name"]},
            namespace_id=values.get("namespace_id"),
            route_id=values.get("route_id"),
            policy_ids=values.get("policy_ids"),
            inherits_policies=values.get("inherits_policies"),
            actor=self.actor,
            now=self.now,
        )
        return Response(serializers.PreviewSerializer(found).data)
