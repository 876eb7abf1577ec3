"""API of directory service accounts: secrets go in, and never come out."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import IF_MATCH, ScopedViewSet
from directory import services
from directory.api import serializers
from directory.listings import ServiceAccountListing
from directory.models import ServiceAccount
from namespaces.permissions import Permission


class ServiceAccountViewSet(ScopedViewSet[ServiceAccount]):
    """Credentials for identity providers, for admins of the root."""

    listing = ServiceAccountListing()
    serializer_class = serializers.ServiceAccountSerializer
    required_permissions = {
        "list": Permission.DIRECTORY_EDIT,
        "retrieve": Permission.DIRECTORY_EDIT,
        "create": Permission.DIRECTORY_EDIT,
        "partial_update": Permission.DIRECTORY_EDIT,
        "destroy": Permission.DIRECTORY_EDIT,
    }

    @extend_schema(request=serializers.ServiceAccountCreateSerializer)
    def create(self, request: Request) -> Response:
        """Keep a credential."""
        data = self.read_input(serializers.ServiceAccountCreateSerializer)
        account = services.create_service_account(
            actor=self.actor, now=self.now, **data
        )
        return self.answer(account, status=201)

    @extend_schema(
        request=serializers.ServiceAccountChangeSerializer, parameters=[IF_MATCH]
    )
    def partial_update(self, request: Request, id: str) -> Response:
        """Change a credential, or give it new secrets."""
        account = services.update_service_account(
            self.get_object().pk,
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
            **self.read_input(serializers.ServiceAccountChangeSerializer),
        )
        return self.answer(account)

    @extend_schema(parameters=[IF_MATCH])
    def destroy(self, request: Request, id: str) -> Response:
        """Delete a credential that nothing uses, for good."""
        services.delete_service_account(
            self.get_object().pk,
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return Response(status=204)

    def list(self, request: Request, **kwargs: Any) -> Response:
        """List credentials; to others than admins of the root there are none."""
        return super().list(request, **kwargs)
