"""REST views of the addresses that policies in Rego may GET."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import ScopedViewSet
from namespaces.permissions import Permission
from policies import selectors, services
from policies.models import FetchedAddress


class FetchedAddressSerializer(serializers.ModelSerializer[FetchedAddress]):
    """An address, and how fetching it goes. The answer itself isn't here."""

    class Meta:
        model = FetchedAddress
        fields = [
            "id",
            "url",
            "interval_seconds",
            "max_age_seconds",
            "fetched_at",
            "tried_at",
            "error",
            "created_at",
            "created_by",
        ]
        read_only_fields = fields


class FetchedAddressWriteSerializer(serializers.Serializer[Any]):
    """An address that is to be listed."""

    url = serializers.CharField(max_length=2000)
    interval_seconds = serializers.IntegerField(
        default=3600, min_value=services.SHORTEST, max_value=services.LONGEST
    )
    max_age_seconds = serializers.IntegerField(
        default=24 * 3600, min_value=services.SHORTEST, max_value=services.LONGEST
    )


class NothingSerializer(serializers.Serializer[Any]):
    """No field at all: whoever sends one believes that it counts."""


@extend_schema_view(
    list=extend_schema(summary="List the addresses that policies may fetch"),
    retrieve=extend_schema(summary="Read how fetching an address goes"),
)
class FetchedAddressViewSet(ScopedViewSet[FetchedAddress]):
    """Addresses that policies in Rego may GET, for admins of the root."""

    serializer_class = FetchedAddressSerializer
    filter_backends = []
    required_permissions = dict.fromkeys(
        ("list", "retrieve", "create", "destroy", "fetch"), Permission.SETTINGS_EDIT
    )

    def get_queryset(self) -> QuerySet[FetchedAddress]:
        """Return the addresses, for those who may."""
        if getattr(self, "swagger_fake_view", False):
            return FetchedAddress.objects.none()
        return selectors.list_addresses(self.actor)

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Answer one address."""
        return self.answer(selectors.get_address(kwargs["id"], actor=self.actor))

    @extend_schema(
        summary="List an address that policies may fetch",
        request=FetchedAddressWriteSerializer,
        responses={201: FetchedAddressSerializer},
    )
    def create(self, request: Request, **_: Any) -> Response:
        """List an address; it is fetched at once."""
        values = self.read_input(FetchedAddressWriteSerializer)
        row = services.list_address(
            values.pop("url"), actor=self.actor, now=self.now, **values
        )
        return self.answer(row, status=201)

    @extend_schema(summary="Take an address off the list", responses={204: None})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Remove an address; policies that fetch it refuse from now on."""
        services.unlist_address(kwargs["id"], actor=self.actor, now=self.now)
        return Response(status=204)

    @extend_schema(
        operation_id="policies_addresses_fetch",
        summary="Have an address fetched now",
        request=None,
        responses={202: None},
    )
    def fetch(self, request: Request, **kwargs: Any) -> Response:
        """Have a worker fetch it."""
        self.read_input(NothingSerializer)
        services.refetch_address(kwargs["id"], actor=self.actor, now=self.now)
        return Response(status=202)
