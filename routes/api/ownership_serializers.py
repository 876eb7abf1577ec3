"""Shape of hosts, delegations, upstreams and consents in the API.

A namespace that the caller does not see is null: what it is about is told, not whose.
"""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from console.core.http import actor_of
from namespaces import access
from namespaces.api.fields import NamespaceIdField
from namespaces.permissions import Permission
from policies.api.serializers import ReasonField
from routes.models import HostClaim, HostDelegation, UpstreamClaim, UpstreamConsent


@extend_schema_field(serializers.UUIDField(allow_null=True))
class SeenNamespaceField(serializers.Field[Any, Any, Any, Any]):
    """Id of a namespace, null when the caller doesn't see it."""

    def to_representation(self, value: Any) -> str | None:
        """Return the id, or None."""
        actor = actor_of(self.context["request"])
        is_seen = access.can(actor, Permission.NAMESPACE_VIEW, value)
        return str(value.pk) if is_seen else None


class HostSerializer(serializers.ModelSerializer[HostClaim]):
    """A host and the namespace that owns it, or gave it up at `released_at`."""

    namespace = serializers.UUIDField(
        source="namespace_id", read_only=True, allow_null=True
    )

    class Meta:
        model = HostClaim
        fields = ["id", "host", "namespace", "released_at", "created_at"]
        read_only_fields = fields


class DelegationSerializer(serializers.ModelSerializer[HostDelegation]):
    """A zone, or a path of a host, that a namespace may publish under."""

    namespace = SeenNamespaceField(read_only=True, help_text="Who may publish there.")
    owner = SeenNamespaceField(read_only=True, help_text="Who delegated it.")

    class Meta:
        model = HostDelegation
        fields = ["id", "host", "path", "namespace", "owner", "created_at"]
        read_only_fields = fields


class DelegateSerializer(serializers.Serializer[Any]):
    """What is delegated to whom."""

    host = serializers.CharField(
        max_length=255, help_text="A zone such as `*.corp.com`, or a host with `path`."
    )
    path = serializers.CharField(
        max_length=500, required=False, help_text="A part of the host, `/admin/`."
    )
    namespace = NamespaceIdField(source="namespace_id")
    reason = ReasonField()


class UpstreamSerializer(serializers.ModelSerializer[UpstreamClaim]):
    """A host or network that only one namespace routes to without asking."""

    namespace = serializers.UUIDField(source="namespace_id", read_only=True)

    class Meta:
        model = UpstreamClaim
        fields = ["id", "target", "namespace", "created_at"]
        read_only_fields = fields


class RegisterSerializer(serializers.Serializer[Any]):
    """What is registered for whom."""

    target = serializers.CharField(
        max_length=255,
        help_text="A host, `*.` and a name, an address, or a network such as "
        "`10.1.0.0/16`.",
    )
    namespace = NamespaceIdField(source="namespace_id")
    reason = ReasonField()


class RouteIntoSerializer(serializers.Serializer[Any]):
    """A route of another namespace that leads there."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    namespace = serializers.UUIDField(source="namespace_id")


class RoutesIntoSerializer(serializers.Serializer[Any]):
    """Routes of other namespaces that lead to an upstream."""

    routes = RouteIntoSerializer(many=True)
    hidden = serializers.IntegerField(help_text="Further ones that you may not see.")


class ConsentSerializer(serializers.ModelSerializer[UpstreamConsent]):
    """A namespace wants to route to an upstream of another."""

    upstream = serializers.CharField(source="upstream.target", read_only=True)
    namespace = SeenNamespaceField(read_only=True, help_text="Who asks.")
    owner = SeenNamespaceField(
        source="upstream.namespace", read_only=True, help_text="Who decides."
    )

    class Meta:
        model = UpstreamConsent
        fields = [
            "id",
            "upstream",
            "namespace",
            "owner",
            "status",
            "reason",
            "created_at",
            "modified_at",
        ]
        read_only_fields = fields


class AskConsentSerializer(serializers.Serializer[Any]):
    """Who wants to route to what."""

    upstream = serializers.CharField(max_length=255, help_text="A host or address.")
    namespace = NamespaceIdField(source="namespace_id")
    reason = ReasonField()
