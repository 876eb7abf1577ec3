"""Trying a route on its page: the panel of policies, the answer of all of them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from console.core import http
from console.core.actor import Actor
from console.core.exceptions import ConsoleError
from console.core.generic.pages import Page
from namespaces.permissions import Permission
from policies.forms import AttemptForm
from policies.views.trying import BAD_ATTEMPT, panel_context
from routes import services
from routes.models import Route
from routes.services import RouteTrial
from routes.views.frame import OfRoute

FORBIDDEN = frozenset({403, 404})


def route_panel(
    route: Route,
    *,
    actor: Actor,
    form: AttemptForm | None = None,
    found: RouteTrial | None = None,
    error: ConsoleError | None = None,
) -> dict[str, Any]:
    """Return what the panel shows; it begins with a path that comes to the route."""
    if form is None:
        form = AttemptForm()
        form.initial["path"] = services.suggested_path(route) or "/"
    action = reverse("routes:route-try", args=[route.pk])
    panel = panel_context(
        action,
        actor=actor,
        form=form,
        trial=found.trial if found else None,
        error=error,
    )
    return panel | {
        "answer": "routes/partials/_trial.html",
        "found": found,
        "parts": _parts(found) if found else [],
    }


@dataclass(frozen=True, slots=True)
class Part:
    """One policy's part in the answer."""

    policy: Any
    tried: Any


def _parts(found: RouteTrial) -> list[Part]:
    """Return the policies of the answer; a route has no rules of its own."""
    return [
        Part(found.policies[tried.id], tried)
        for tried in found.trial.policies
        if tried.id is not None
    ]


class TryRoutePage(OfRoute, Page):
    """The panel as a page of its own; htmx gets the answer alone."""

    template_name = "routes/route_try.html"
    fragment_template_name = "routes/partials/_trial.html"

    def get_title(self) -> str:
        """What is tried."""
        return gettext("Try %(name)s") % {"name": self.route.name}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the panel to those who may use it."""
        self.check(Permission.POLICY_TRY)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Answer the attempt."""
        form = AttemptForm(request.POST)
        found, error = None, None
        if form.is_valid():
            try:
                found = services.try_route(
                    self.route.pk,
                    form.attempt(now=self.now),
                    actor=self.actor,
                    now=self.now,
                )
            except ConsoleError as refused:
                if refused.http_status in FORBIDDEN:
                    raise
                error = refused
        panel = route_panel(
            self.route, actor=self.actor, form=form, found=found, error=error
        )
        is_ok = found is not None or http.is_fragment(request)
        return self.render_to_response(
            self.get_context_data(panel=panel), status=200 if is_ok else BAD_ATTEMPT
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Start with an empty panel."""
        if "panel" not in kwargs:
            kwargs["panel"] = route_panel(self.route, actor=self.actor)
        return super().get_context_data(**kwargs)
