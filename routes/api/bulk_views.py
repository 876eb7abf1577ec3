"""REST views of acts on several routes: all of them, or none."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.bulk import BulkOutcomeSerializer, BulkSerializer, BulkViewSet
from namespaces.api.fields import NamespaceIdField
from namespaces.permissions import Permission
from routes import services


class MoveRoutesSerializer(BulkSerializer):
    """Several routes, and where they are to live."""

    namespace = NamespaceIdField(source="namespace_id")


class RoutesPolicySerializer(BulkSerializer):
    """Several routes, and a policy."""

    policy = serializers.UUIDField()


class RouteBulkViewSet(BulkViewSet):
    """Several routes at once."""

    required_permissions = {
        "delete_several": Permission.ROUTE_DELETE,
        "move_several": Permission.ROUTE_MOVE,
        "attach_several": Permission.ROUTE_EDIT,
        "detach_several": Permission.ROUTE_EDIT,
    }

    @extend_schema(
        summary="Delete several routes, all or none",
        operation_id="routes_bulk_delete",
        request=BulkSerializer,
        responses=BulkOutcomeSerializer,
    )
    def delete_several(self, request: Request) -> Response:
        """Delete them; each can be restored."""
        values = self.read_input(BulkSerializer)
        return self.carry_out(services.delete_routes, values)

    @extend_schema(
        summary="Let several routes live in another namespace, all or none",
        operation_id="routes_bulk_move",
        request=MoveRoutesSerializer,
        responses=BulkOutcomeSerializer,
    )
    def move_several(self, request: Request) -> Response:
        """Move them with their hosts."""
        values = self.read_input(MoveRoutesSerializer)
        return self.carry_out(
            services.move_routes, values, namespace_id=values["namespace_id"]
        )

    @extend_schema(
        summary="Attach a policy to several routes, all or none",
        operation_id="routes_bulk_attach",
        request=RoutesPolicySerializer,
        responses=BulkOutcomeSerializer,
    )
    def attach_several(self, request: Request) -> Response:
        """Attach it behind those that they have."""
        values = self.read_input(RoutesPolicySerializer)
        return self._with_policy(services.attach_policy, values)

    @extend_schema(
        summary="Detach a policy from several routes, all or none",
        operation_id="routes_bulk_detach",
        request=RoutesPolicySerializer,
        responses=BulkOutcomeSerializer,
    )
    def detach_several(self, request: Request) -> Response:
        """Take it off; routes without it stay as they are."""
        values = self.read_input(RoutesPolicySerializer)
        return self._with_policy(services.detach_policy, values)

    def _with_policy(self, service: Any, values: dict[str, Any]) -> Response:
        return self.carry_out(
            lambda versions, **who: service(values["policy"], versions=versions, **who),
            values,
        )
