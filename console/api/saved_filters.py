"""API of the filters that a person keeps."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.core import saved_filters
from console.core.exceptions import ValidationFailedError
from console.core.generic.lists import list_places
from console.core.models import SavedFilter
from console.core.rest.viewsets import SIGNED_IN, ScopedViewSet


class SavedFilterSerializer(serializers.ModelSerializer[SavedFilter]):
    """A query of a list under a name."""

    list = serializers.CharField(
        source="listing",
        max_length=64,
        help_text="Name of the list, such as `routes`, `policies` or `devices`.",
    )
    name = serializers.CharField(max_length=80)
    query = serializers.CharField(
        max_length=4000,
        help_text="Its parameters as in the address: `q=wiki&sort=-updated`. What the "
        "list does not know is left out.",
    )

    class Meta:
        model = SavedFilter
        fields = ("id", "list", "name", "query", "created_at")
        read_only_fields = ("id", "created_at")


class SavedFilterViewSet(ScopedViewSet[SavedFilter]):
    """What the caller keeps; nobody else's."""

    serializer_class = SavedFilterSerializer
    filter_backends = []
    required_permissions = {
        "list": SIGNED_IN,
        "create": SIGNED_IN,
        "destroy": SIGNED_IN,
    }
    queryset = SavedFilter.objects.none()

    def get_queryset(self) -> Any:
        """Return the caller's own."""
        return saved_filters.list_saved_filters(self.actor)

    @extend_schema(summary="List your saved filters")
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer one page of them."""
        return super().list(request, **kwargs)

    @extend_schema(summary="Save a filter of a list")
    def create(self, request: Request) -> Response:
        """Keep a query under a name."""
        values = self.read_input()
        place = list_places().get(values["listing"])
        if place is None:
            known = ", ".join(sorted(list_places()))
            raise ValidationFailedError(fields={"list": [f"one of {known}"]})
        saved = saved_filters.save_filter(
            listing=values["listing"],
            name=values["name"],
            query=place.narrowing(values["query"]),
            actor=self.actor,
            now=self.now,
        )
        return self.answer(saved, status=201)

    @extend_schema(summary="Delete a saved filter")
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Keep it no longer."""
        saved_filters.delete_saved_filter(kwargs["id"], actor=self.actor, now=self.now)
        return Response(status=204)
