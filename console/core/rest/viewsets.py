"""The base of every API view: scoped reads, declared permissions, versions.

A view translates HTTP to one service or selector call. Services check rights; what
is declared here feeds the system check, the API's description and the permission
matrix, so that no operation comes into being unnoticed.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import GenericViewSet

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from console.core.generic.listing import Listing
from console.core.http import actor_of
from console.core.rest import versions
from console.core.rest.bodies import read_body
from console.core.rest.filters import ListingFilter

M = TypeVar("M", bound=Model)

SIGNED_IN = "signed-in"  # for operations that need no role, such as `me`
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag that a read gave: the version that is to be changed.",
)


class ScopedViewSet(GenericViewSet[M]):
    """Objects that live in namespaces (or are seen by holding a role somewhere).

    Attributes:
        required_permissions: for each action (`list`, `create`, the name of an extra
            action…) the permission that the called service or selector asks for, or
            SIGNED_IN. A served action without one stops the start (console.E002).
        listing: what `list` can be asked; its `rows` is the selector that every
            read of this class starts from.
        lookup_value_regex: ids are UUIDs; anything else is no URL of ours.
    """

    required_permissions: ClassVar[Mapping[str, str]] = {}
    listing: ClassVar[Listing[Any]]
    filter_backends = [ListingFilter]
    lookup_field = "pk"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return actor_of(self.request)

    @property
    def now(self) -> datetime:
        """When: the time that the service records."""
        return timezone.now()

    @property
    def expected_version(self) -> int:
        """The version that the caller saw (If-Match); 428 when it is missing."""
        return versions.expected_version(self.request)

    def get_queryset(self) -> QuerySet[M]:
        """Return the rows that the actor may see."""
        if getattr(self, "swagger_fake_view", False):
            return self.listing.rows(Actor())
        return self.listing.rows(self.actor)

    def list(self, request: Request, **_: Any) -> Response:
        """Answer one page of the rows that the actor may see."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, **_: Any) -> Response:
        """Answer one row that the actor may see."""
        return self.answer(self.get_object())

    def get_object(self) -> M:
        """Return the row of the URL; 404 when it isn't there or may not be seen."""
        row = self.get_queryset().filter(pk=self.kwargs["id"]).first()
        if row is None:
            raise NotFoundError
        return row

    def answer(self, row: M, *, status: int = 200) -> Response:
        """Answer with one row."""
        return Response(self.get_serializer(row).data, status=status)

    def read_input(
        self, shape: type[Serializer[Any]] | None = None, *, partial: bool = False
    ) -> dict[str, Any]:
        """Return the validated body; `shape` is another serializer than the view's.

        Raises:
            rest_framework.exceptions.ValidationError: it has another shape.
            ValidationFailedError: it has a key that can't be set.
        """
        make: type[Serializer[Any]] = shape or self.get_serializer_class()  # type: ignore[assignment]
        return read_body(
            self.request,
            make,
            partial=partial,
            context=self.get_serializer_context(),
        )

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Tag the answer with the version of the object that it holds."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response) and response.status_code < 300:  # noqa: PLR2004
            versions.tag_response(response)
        return response
