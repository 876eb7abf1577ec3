"""REST views of certificates: one service or selector call each."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import ScopedViewSet
from gateway import services
from gateway.forms import MAX_PEM
from gateway.listings import CertificateListing
from gateway.models import Certificate
from namespaces.api.fields import NamespaceIdField
from namespaces.permissions import Permission
from policies.api.serializers import ReasonField, ReasonSerializer


class CertificateSerializer(serializers.ModelSerializer[Certificate]):
    """A certificate that proxies show. Its key is never told."""

    namespace = serializers.UUIDField(source="namespace_id", read_only=True)
    hosts = serializers.ListField(
        source="host_list", child=serializers.CharField(), read_only=True
    )

    class Meta:
        model = Certificate
        fields = [
            *("id", "name", "namespace", "hosts", "chain", "issuer", "fingerprint"),
            *("starts_at", "ends_at", "created_at", "modified_at"),
        ]
        read_only_fields = fields


class UploadSerializer(serializers.Serializer[Any]):
    """A certificate with its key."""

    chain = serializers.CharField(
        max_length=MAX_PEM,
        help_text="PEM, the host's own certificate first, then those that issued it.",
    )
    key = serializers.CharField(
        max_length=MAX_PEM, write_only=True, help_text="PEM without a password."
    )
    name = serializers.CharField(
        max_length=200, required=False, help_text="Left out: its first host."
    )
    namespace = NamespaceIdField(source="namespace_id")
    reason = ReasonField()


@extend_schema_view(
    list=extend_schema(summary="List certificates"),
    retrieve=extend_schema(summary="Read a certificate"),
)
class CertificateViewSet(ScopedViewSet[Certificate]):
    """Certificates that proxies show to clients."""

    listing = CertificateListing()
    serializer_class = CertificateSerializer
    required_permissions = {
        "list": Permission.CERTIFICATE_VIEW,
        "retrieve": Permission.CERTIFICATE_VIEW,
        "create": Permission.CERTIFICATE_EDIT,
        "remove": Permission.CERTIFICATE_EDIT,
    }

    @extend_schema(
        summary="Upload a certificate",
        request=UploadSerializer,
        responses={201: CertificateSerializer},
    )
    def create(self, request: Request) -> Response:
        """One for all the hosts of an older one of the namespace takes its place."""
        values = self.read_input(UploadSerializer)
        made = services.upload_certificate(**values, actor=self.actor, now=self.now)
        return self.answer(made, status=201)

    @extend_schema(
        summary="Remove a certificate", request=ReasonSerializer, responses={204: None}
    )
    def remove(self, request: Request, **_: Any) -> Response:
        """Proxies no longer show it."""
        values = self.read_input(ReasonSerializer)
        services.remove_certificate(
            self.kwargs["id"], **values, actor=self.actor, now=self.now
        )
        return Response(status=204)
