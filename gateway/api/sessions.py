"""REST views of sessions at the proxy."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import SIGNED_IN, ScopedViewSet
from gateway import services
from gateway.listings import SessionListing
from gateway.models import GatewaySession


class SessionSerializer(serializers.ModelSerializer[GatewaySession]):
    """A session as the API shows it; nothing by which it could be used."""

    person = serializers.UUIDField(source="user_id", read_only=True)
    email = serializers.CharField(source="user.email", read_only=True)

    class Meta:
        model = GatewaySession
        fields = (
            "id",
            "person",
            "email",
            "host",
            "address",
            "agent",
            "device_ids",
            "began_at",
            "seen_at",
            "ends_at",
            "ended_at",
        )
        read_only_fields = fields


@extend_schema_view(
    list=extend_schema(summary="List sessions at the proxy"),
    retrieve=extend_schema(summary="Read a session at the proxy"),
)
class SessionViewSet(ScopedViewSet[GatewaySession]):
    """Sessions at the proxy: everybody's for admins of the root, else one's own."""

    listing = SessionListing()
    serializer_class = SessionSerializer
    required_permissions = {
        "list": SIGNED_IN,
        "retrieve": SIGNED_IN,
        "destroy": SIGNED_IN,
    }

    @extend_schema(summary="End a session at the proxy", responses={204: None})
    def destroy(self, request: Request, **_: Any) -> Response:
        """End a session; every authorizer refuses it within a second."""
        services.revoke_session(self.kwargs["id"], actor=self.actor, now=self.now)
        return Response(status=204)
