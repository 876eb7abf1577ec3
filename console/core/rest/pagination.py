"""Pages of API lists."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from console.core.generic.paging import CountedPaginator
from console.core.http import actor_of


class Pages(PageNumberPagination):
    """`?page=2&page_size=100`; a page holds 50 rows unless asked, 500 at most."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500

    def paginate_queryset(  # type: ignore[override]
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any] | None:
        """Return the rows of the page; the view's `listing` says how many there are."""
        listing = getattr(view, "listing", None)
        if listing is not None and getattr(view, "action", "") == "list":
            asked = request.query_params.dict()
            self.django_paginator_class = partial(  # type: ignore[assignment] # is called
                CountedPaginator,
                count=partial(listing.count, queryset, asked, actor_of(request)),
            )
        return super().paginate_queryset(queryset, request, view)
