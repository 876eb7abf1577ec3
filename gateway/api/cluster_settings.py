"""REST views of the settings that one Pomerium Core has for itself."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import IF_MATCH, ScopedViewSet
from gateway import selectors, services
from gateway.api.settings import GatewaySettingsField, SettingsChangeSerializer
from gateway.models import Cluster
from namespaces.permissions import Permission


class ClusterSettingsSerializer(serializers.Serializer[Any]):
    """What a Core has for itself, and what it is told."""

    cluster = serializers.UUIDField(source="cluster.pk", read_only=True)
    version = serializers.IntegerField(read_only=True)
    settings = GatewaySettingsField(source="own", help_text="What it has for itself.")
    told = GatewaySettingsField(source="values", read_only=True)


class ClusterSettingsViewSet(ScopedViewSet[Cluster]):
    """Settings that a Pomerium Core is told in the stead of those of the root."""

    serializer_class = ClusterSettingsSerializer
    pagination_class = None
    filter_backends = []
    required_permissions = {
        "retrieve": Permission.SETTINGS_EDIT,
        "partial_update": Permission.SETTINGS_EDIT,
    }

    @extend_schema(
        summary="Read the settings of a Pomerium Core",
        operation_id="cluster_settings_retrieve",
    )
    def retrieve(self, request: Request, **_: Any) -> Response:
        """Answer what it has for itself, and what it is told."""
        found = selectors.get_cluster_settings(self.kwargs["id"], actor=self.actor)
        return Response(ClusterSettingsSerializer(found).data)

    @extend_schema(
        summary="Change settings of a Pomerium Core",
        operation_id="cluster_settings_partial_update",
        parameters=[IF_MATCH],
        request=SettingsChangeSerializer,
        responses=ClusterSettingsSerializer,
    )
    def partial_update(self, request: Request, **_: Any) -> Response:
        """Save some settings; Core is told at once."""
        values = self.read_input(SettingsChangeSerializer)
        found = services.change_cluster_settings(
            self.kwargs["id"],
            values=values["settings"],
            reason=values.get("reason", ""),
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return Response(ClusterSettingsSerializer(found).data)
