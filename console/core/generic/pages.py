"""Base classes of the server-rendered pages: list, detail, form, confirmation.

A page is for people who signed in (`core.middleware.SignInRequiredMiddleware` sees
to that before any of these runs). Each translates HTTP to one selector or service
call; errors of the domain that are not the form's become error pages.
"""

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.generic import FormView, TemplateView, View

from console.core import http
from console.core.actor import Actor
from console.core.exceptions import ConsoleError
from console.core.generic.export import csv_response
from console.core.generic.listing import Listing
from console.core.generic.paging import list_state

F = TypeVar("F", bound=forms.BaseForm)

if TYPE_CHECKING:
    DjangoFormView = FormView
else:  # Django's own can't be subscripted when the program runs

    class DjangoFormView(FormView, Generic[F]):
        """Django's form view, with a parameter for its form."""


class ActorMixin(View):
    """Knows who asks, and when."""

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return http.actor_of(self.request)

    @property
    def now(self) -> datetime:
        """When: the time that the service records."""
        return timezone.now()

    @cached_property
    def moment(self) -> datetime:
        """When something is done that can be undone: by this it is known again."""
        return timezone.now()


class Page(ActorMixin, TemplateView):
    """A page, or the fragment of it that htmx asks for.

    Attributes:
        title: of the browser's tab; `get_title` may compute it.
        fragment_template_name: what htmx gets: the same include that the page uses.
            Without one htmx gets the page.
    """

    title: ClassVar[str] = ""
    fragment_template_name: ClassVar[str] = ""

    def get_title(self) -> str:
        """Return the page's title."""
        return gettext(self.title) if self.title else ""

    def get_template_names(self) -> list[str]:
        """Choose between page and fragment."""
        if self.fragment_template_name and http.is_fragment(self.request):
            return [self.fragment_template_name]
        return super().get_template_names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the title; it comes after the rest, because it may need it."""
        context = super().get_context_data(**kwargs)
        context.setdefault("title", self.get_title())
        return context


class ListPage(Page):
    """A list with search, filters, order and pages. The template gets `list`.

    `list` is a `paging.ListState`.
    """

    listing: ClassVar[Listing[Any]]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the list's state."""
        state = list_state(self.request, self.listing, actor=self.actor)
        return super().get_context_data(list=state, **kwargs)


class CsvExport(ActorMixin, View):
    """The rows that a list shows with these parameters, all pages, as CSV."""

    listing: ClassVar[Listing[Any]]
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, **_: Any) -> StreamingHttpResponse:
        """Answer with the file."""
        rows = self.listing.select(request.GET.dict(), self.actor)
        return csv_response(self.listing, rows)


class FormPage(ActorMixin, DjangoFormView[F]):
    """A form around one service call: subclasses write `save`."""

    http_method_names = ["get", "post", "head", "options"]  # Django's has PUT as well
    title: ClassVar[str] = ""
    success_message: ClassVar[str] = ""

    def save(self, form: F) -> str:
        """Call the service with the cleaned data; return where to go next."""
        raise NotImplementedError

    def get_title(self) -> str:
        """Return the page's title."""
        return gettext(self.title) if self.title else ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the title."""
        context = super().get_context_data(**kwargs)
        context.setdefault("title", self.get_title())
        return context

    def form_valid(self, form: F) -> HttpResponse:
        """Save; show what the domain refuses next to the fields concerned."""
        try:
            url = self.save(form)
        except ConsoleError as error:
            if not error.is_about_input:
                raise
            add_errors(form, error)
            return self.render_to_response(
                self.get_context_data(form=form, error=error), status=error.http_status
            )
        if self.success_message:
            messages.success(self.request, gettext(self.success_message))
        return http.redirect(self.request, url)

    def form_invalid(self, form: F) -> HttpResponse:
        """Show the form again with its errors."""
        return self.render_to_response(self.get_context_data(form=form), status=422)


class ConfirmPage(Page):
    """Asks before something that can't be taken lightly: subclasses write two methods.

    GET shows what goes with it, from `get_context_data`. POST does it.
    """

    def carry_out(self) -> str:
        """Call the service; return where to go next."""
        raise NotImplementedError

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Do it, or show what stands in the way."""
        try:
            url = self.carry_out()
        except ConsoleError as error:
            if not error.is_about_input:
                raise
            return self.render_to_response(
                self.get_context_data(error=error), status=error.http_status
            )
        return http.redirect(request, url)


class ActionView(ActorMixin, View):
    """One button: POST calls one service and goes somewhere. No page of its own."""

    http_method_names = ["post", "options"]

    def carry_out(self) -> str:
        """Call the service; return where to go next."""
        raise NotImplementedError

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Do it."""
        return http.redirect(request, self.carry_out())


def add_errors(form: forms.BaseForm, error: ConsoleError) -> None:
    """Put an error of the domain on the form: by field, the rest on top."""
    known = {name: texts for name, texts in error.fields.items() if name in form.fields}
    for name, texts in known.items():
        for text in texts:
            form.add_error(name, text)
    if len(known) < len(error.fields) or not known:
        form.add_error(None, error.message)
