"""Gives API lists the search, filters and order of their `Listing`."""

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView

from console.core.http import actor_of

if TYPE_CHECKING:
    from console.core.generic.listing import Listing


class ListingFilter(BaseFilterBackend):
    """Reads `q`, `sort` and the filters of the view's `listing`."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        """Return what the listing selects; the queryset given is its own `rows`."""
        listing: Listing[Any] | None = getattr(view, "listing", None)
        if listing is None or getattr(view, "action", "list") != "list":
            return queryset
        return listing.select(request.query_params.dict(), actor_of(request))

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Describe the parameters for OpenAPI."""
        listing: Listing[Any] | None = getattr(view, "listing", None)
        if listing is None:
            return []
        sortable = [column.name for column in listing.columns if column.order_by]
        return [
            _parameter("q", listing.search_help),
            _parameter(
                "sort",
                f"Order by {', '.join(sortable)}; `-` in front reverses.",
                enum=[key for name in sortable for key in (name, f"-{name}")],
            ),
            *(_parameter(one.name, one.help or one.label) for one in listing.filters),
        ]


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": "string", **schema},
    }
