"""REST views of device types, trusted manufacturers, and links."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import IF_MATCH, SIGNED_IN, ScopedViewSet
from devices import services
from devices.api import serializers
from devices.authentication import party_of
from devices.listings import LinkListing, RootListing, TypeListing
from devices.models import AttestationRoot, DeviceType, EnrollmentLink
from namespaces.permissions import Permission


@extend_schema_view(
    list=extend_schema(summary="List device types"),
    retrieve=extend_schema(summary="Read a device type"),
)
class DeviceTypeViewSet(ScopedViewSet[DeviceType]):
    """Kinds of device; everybody who signed in may read them."""

    listing = TypeListing()
    serializer_class = serializers.DeviceTypeSerializer
    required_permissions = {
        "list": SIGNED_IN,
        "retrieve": SIGNED_IN,
        "create": Permission.SETTINGS_EDIT,
        "partial_update": Permission.SETTINGS_EDIT,
        "destroy": Permission.SETTINGS_EDIT,
    }

    @extend_schema(summary="Create a device type")
    def create(self, request: Request) -> Response:
        """Create a type that policies may ask for by its code."""
        kind = services.create_device_type(
            **self.read_input(), actor=self.actor, now=self.now
        )
        return self.answer(kind, status=201)

    @extend_schema(
        summary="Change a device type",
        request=serializers.DeviceTypeChangeSerializer,
        parameters=[IF_MATCH],
    )
    def partial_update(self, request: Request, **_: Any) -> Response:
        """Change what a type asks for; enrolled devices stay as they are."""
        changes = self.read_input(serializers.DeviceTypeChangeSerializer, partial=True)
        kind = services.change_device_type(
            self.kwargs["id"],
            version=self.expected_version,
            **changes,
            actor=self.actor,
            now=self.now,
        )
        return self.answer(kind)

    @extend_schema(
        summary="Delete a device type", responses={204: None}, parameters=[IF_MATCH]
    )
    def destroy(self, request: Request, **_: Any) -> Response:
        """Delete a type that no device and no link is of."""
        services.delete_device_type(
            self.kwargs["id"],
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return Response(status=204)


@extend_schema_view(list=extend_schema(summary="List trusted manufacturers"))
class RootViewSet(ScopedViewSet[AttestationRoot]):
    """Manufacturers' certificates that are trusted to vouch for devices."""

    listing = RootListing()
    serializer_class = serializers.RootSerializer
    required_permissions = {
        "list": Permission.DEVICE_VIEW,
        "create": Permission.SETTINGS_EDIT,
        "destroy": Permission.SETTINGS_EDIT,
    }

    @extend_schema(summary="Trust a manufacturer's certificate")
    def create(self, request: Request) -> Response:
        """Trust a certificate for what is enrolled from now on."""
        root = services.add_attestation_root(
            **self.read_input(), actor=self.actor, now=self.now
        )
        return self.answer(root, status=201)

    @extend_schema(
        summary="Stop trusting a manufacturer's certificate", responses={204: None}
    )
    def destroy(self, request: Request, **_: Any) -> Response:
        """Stop trusting a certificate for what is enrolled from now on."""
        services.remove_attestation_root(
            self.kwargs["id"], actor=self.actor, now=self.now
        )
        return Response(status=204)


@extend_schema_view(list=extend_schema(summary="List enrollment links"))
class LinkViewSet(ScopedViewSet[EnrollmentLink]):
    """Links by which one person may enroll one device."""

    listing = LinkListing()
    serializer_class = serializers.LinkSerializer
    required_permissions = {
        "list": Permission.DEVICE_VIEW,
        "create": Permission.DEVICE_APPROVE,
        "destroy": Permission.DEVICE_APPROVE,
    }

    @extend_schema(
        summary="Issue an enrollment link",
        request=serializers.NewLinkSerializer,
        responses={201: serializers.IssuedLinkSerializer},
    )
    def create(self, request: Request) -> Response:
        """Issue a link; its address is in this answer only."""
        values = self.read_input(serializers.NewLinkSerializer)
        link, path = services.issue_link(
            user_id=values["person"],
            device_type=values["type"],
            expires_at=values["expires_at"],
            return_to=values.get("return_to", ""),
            actor=self.actor,
            now=self.now,
        )
        link.url = party_of(request).origin + path  # type: ignore[attr-defined]
        return Response(serializers.IssuedLinkSerializer(link).data, status=201)

    @extend_schema(summary="Withdraw an enrollment link", responses={204: None})
    def destroy(self, request: Request, **_: Any) -> Response:
        """Take a link back that nobody has used."""
        services.withdraw_link(self.kwargs["id"], actor=self.actor, now=self.now)
        return Response(status=204)
