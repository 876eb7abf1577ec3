"""Filters that a person keeps: in the toolbar of each list, and on a page of all."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from console.core import http, saved_filters
from console.core.exceptions import ConsoleError, ValidationFailedError
from console.core.generic.lists import ListPlace, list_places
from console.core.generic.pages import ActionView, Page

MAX_QUERY = 4000
COLUMNS = (
    {"label": gettext_lazy("Name")},
    {"label": gettext_lazy("List")},
    {"label": gettext_lazy("Query"), "hide": "narrow"},
)


class SavedFiltersPage(Page):
    """What the person keeps; of one list, when htmx asks for its toolbar."""

    title = gettext_noop("Saved filters")
    template_name = "console/saved_filters.html"
    fragment_template_name = "console/partials/_saved_filters.html"
    http_method_names = ["get", "post", "head", "options"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the filters with their addresses, and what could be kept now."""
        place = list_places().get(self.asked("list"))
        name = place.listing.name if place else ""
        rows = saved_filters.list_saved_filters(self.actor, listing=name)
        return super().get_context_data(
            place=place,
            name=name,
            query=self.narrowing(place) if place else "",
            entries=[
                {"saved": row, "title": at.title, "url": at.url(row.query)}
                for row in rows
                if (at := list_places().get(row.listing))
            ],
            columns=COLUMNS,
            typed=self.request.POST.get("name", ""),
            **kwargs,
        )

    def asked(self, name: str) -> str:
        """Return a parameter of the form, or of the address."""
        given = self.request.POST.get(name, self.request.GET.get(name, ""))
        return given[:MAX_QUERY]

    def narrowing(self, place: ListPlace) -> str:
        """Return how the list is narrowed: as sent, or as the page is that asks."""
        shown = urlsplit(self.request.headers.get("HX-Current-URL", "")[:MAX_QUERY])
        return place.narrowing(self.asked("query") or shown.query)

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Keep what is shown, and go back to it."""
        place = list_places().get(self.asked("list"))
        try:
            if place is None:
                raise ValidationFailedError(gettext("there is no such list"))
            saved = saved_filters.save_filter(
                listing=place.listing.name,
                name=self.asked("name"),
                query=self.narrowing(place),
                actor=self.actor,
                now=self.now,
            )
        except ConsoleError as error:
            if not error.is_about_input:
                raise
            context = self.get_context_data(error=error)
            return self.render_to_response(context, status=error.http_status)
        messages.success(request, gettext("%(name)s is saved.") % {"name": saved.name})
        return http.redirect(request, place.url(saved.query))


class DeleteSavedFilter(ActionView):
    """Keeps one no longer."""

    def carry_out(self) -> str:
        """Delete it."""
        saved = saved_filters.delete_saved_filter(
            http.uuid_from(self.request.POST.get("id", ""), name="id"),
            actor=self.actor,
            now=self.now,
        )
        messages.success(
            self.request, gettext("%(name)s is deleted.") % {"name": saved.name}
        )
        return reverse("saved-filters")
