"""REST views of the gateway's settings."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import IF_MATCH, ScopedViewSet
from gateway import selectors, services
from gateway.models import GatewaySettings
from gateway.settings_table import TABLE
from gateway.settings_table.showing import show_value
from namespaces.permissions import Permission
from policies.api.serializers import ReasonField
from routes.api.schema import schema_of


class GatewaySettingsField(serializers.Field[Any, Any, Any, Any]):
    """Settings by their keys. What they may be is the service's business."""

    default_error_messages = {"shape": "settings are an object"}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Let any object through; problems are reported all together."""
        if not isinstance(data, Mapping):
            self.fail("shape")
        return dict(data)

    def to_representation(self, value: Any) -> Any:
        """Return the settings as they are."""
        return value


class GatewaySettingsExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Gives the settings one schema of their own, `GatewaySettings`."""

    target_class = "gateway.api.settings.GatewaySettingsField"

    def get_name(self) -> str:
        """Name the component."""
        return "GatewaySettings"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """Return the schema, whether it is read or written."""
        properties = {}
        for one in TABLE:
            schema = schema_of(one.setting)
            place = "In any namespace." if one.is_local else "At the root only."
            usual = show_value(one.setting, one.default)
            words = f"{one.setting.label}. {one.help} {place} Unset: {usual}."
            properties[one.key] = {**schema, "description": words, "nullable": True}
        return {
            "type": "object",
            "description": "Settings of the gateway; null means not set.",
            "properties": properties,
        }


class SettingsSerializer(serializers.Serializer[Any]):
    """What a namespace sets itself, and what holds there."""

    namespace = serializers.UUIDField(source="namespace.pk", read_only=True)
    version = serializers.IntegerField(read_only=True)
    settings = GatewaySettingsField(source="own", help_text="What it sets itself.")
    in_force = GatewaySettingsField(source="values", read_only=True)
    sources = serializers.SerializerMethodField(
        help_text="Where each setting in force is set; null for defaults."
    )

    def get_sources(self, found: selectors.SettingsOf) -> dict[str, str | None]:
        here = str(found.namespace.pk)
        return {
            one.setting.key: here
            if one.own is not None
            else (str(one.source.pk) if one.source else None)
            for one in found.held
            if one.value is not None
        }


class SettingsChangeSerializer(serializers.Serializer[Any]):
    """Settings to change; what is left out stays, null means not set any more."""

    settings = GatewaySettingsField()
    reason = ReasonField()


class SettingsViewSet(ScopedViewSet[GatewaySettings]):
    """How proxies behave where nothing else says so."""

    serializer_class = SettingsSerializer
    pagination_class = None
    filter_backends = []
    required_permissions = {
        "retrieve": Permission.SETTINGS_EDIT,
        "partial_update": Permission.SETTINGS_EDIT,
    }

    @extend_schema(
        summary="Read the settings of a namespace", operation_id="settings_retrieve"
    )
    def retrieve(self, request: Request, **_: Any) -> Response:
        """Answer what it sets itself, and what holds there."""
        found = selectors.get_settings(self.kwargs["id"], actor=self.actor)
        return Response(SettingsSerializer(found).data)

    @extend_schema(
        summary="Change settings of a namespace",
        operation_id="settings_partial_update",
        parameters=[IF_MATCH],
        request=SettingsChangeSerializer,
        responses=SettingsSerializer,
    )
    def partial_update(self, request: Request, **_: Any) -> Response:
        """Save some settings; a deployment follows."""
        values = self.read_input(SettingsChangeSerializer)
        found = services.change_settings(
            self.kwargs["id"],
            values=values["settings"],
            reason=values.get("reason", ""),
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return Response(SettingsSerializer(found).data)
