"""Pages that change routes: create, edit, move, delete, restore."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext_lazy

from console.core.exceptions import (
    ConsoleError,
    NotFoundError,
    PermissionDeniedError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.generic.pages import ActionView, ConfirmPage, FormPage
from console.core.generic.undo import undo_tag
from console.core.http import uuid_from
from namespaces import access
from namespaces.permissions import Permission
from routes import selectors, services
from routes.exceptions import RouteSettingsError
from routes.forms import MoveRouteForm, RouteForm
from routes.models import Route
from routes.validation.secrets import masked_entries, put_secrets
from routes.views.frame import OfRoute
from routes.views.picking import picker_context

UNDO = "routes:route-undo"


class RouteFormPage(FormPage[RouteForm]):
    """The form of a route, with what it would meet and which policies it has."""

    template_name = "routes/route_form.html"
    form_class = RouteForm
    preview_url: str
    options_url: str
    cancel_url: str

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the policies that can be picked, and what somebody saved meanwhile."""
        error: ConsoleError | None = kwargs.get("error")
        context = super().get_context_data(**kwargs)
        form: RouteForm = context["form"]
        return context | {
            "panels": form.panels,
            "picker": picker_context(
                self.namespace_id(form),
                chosen=self.chosen(form),
                url=self.options_url,
                actor=self.actor,
            ),
            "preview_url": self.preview_url,
            "cancel_url": self.cancel_url,
            "stale": error.details if isinstance(error, StaleVersionError) else None,
        }

    def content(self) -> dict[str, Any]:
        """Return what the form is made of: settings, namespaces, initial."""
        raise NotImplementedError

    def get_form(self, form_class: Any = None) -> RouteForm:
        """Return the form, filled with what was sent if anything was."""
        data = self.request.POST if self.request.method == "POST" else None
        return RouteForm(data, **self.content())

    def namespace_id(self, form: RouteForm) -> UUID | None:
        """Return the namespace whose policies can be picked."""
        raise NotImplementedError

    def chosen(self, form: RouteForm) -> list[str]:
        """Return the ids of the policies that are picked, in order."""
        if form.is_bound:
            return list(self.request.POST.getlist("policy_ids"))
        return [str(one) for one in form.initial.get("policy_ids", ())]


def refused(form: RouteForm, error: RouteSettingsError) -> ValidationFailedError:
    """Put every problem next to its field; return what is said of them together."""
    form.add_problems(error)
    return ValidationFailedError(error.message)


class CreatePage(RouteFormPage):
    """A new route, in a namespace where the person may create some."""

    title = gettext_noop("New route")

    @property
    def preview_url(self) -> str:  # type: ignore[override]
        """Where drafts are looked at."""
        return reverse("routes:route-preview-draft")

    @property
    def options_url(self) -> str:  # type: ignore[override]
        """Where policies are looked for."""
        return reverse("routes:route-policy-options")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        """Where to go without saving."""
        return reverse("routes:route-list")

    def content(self) -> dict[str, Any]:
        """Offer the places where the person may; start from a copy, if one is named."""
        if not access.can_anywhere(self.actor, Permission.ROUTE_CREATE):
            raise PermissionDeniedError
        initial: dict[str, Any] = {"inherits_policies": True}
        if self.request.GET.get("namespace"):
            initial["namespace"] = self.request.GET["namespace"]
        settings: dict[str, Any] = {}
        if self.request.GET.get("copy"):
            route = selectors.get_route(
                uuid_from(self.request.GET["copy"], name="copy"), actor=self.actor
            )
            settings = _copied(route)
            initial |= {
                "namespace": str(route.namespace_id),
                "inherits_policies": route.inherits_policies,
                "policy_ids": [one.pk for one in selectors.policies_of(route).attached],
            }
        return {"settings": settings, "actor": self.actor, "initial": initial}

    def namespace_id(self, form: RouteForm) -> UUID | None:
        """The namespace that is chosen in the form."""
        try:
            return UUID(str(form["namespace"].value()))
        except ValueError:
            return None

    def save(self, form: RouteForm) -> str:
        """Create it."""
        values = form.cleaned_data
        settings = dict(values["settings"])
        try:
            route = services.create_route(
                namespace_id=values["namespace"],
                name=settings.pop("name", ""),
                settings=settings,
                policy_ids=values["policy_ids"],
                inherits_policies=values["inherits_policies"],
                reason=values["reason"],
                actor=self.actor,
                now=self.now,
            )
        except RouteSettingsError as error:
            raise refused(form, error) from error
        messages.success(
            self.request, gettext("%(name)s is there.") % {"name": route.name}
        )
        return reverse("routes:route-detail", args=[route.pk])


def _copied(route: Route) -> dict[str, Any]:
    """Return the settings of a copy: another name, and no secrets."""
    settings = selectors.masked_settings(route)
    settings = put_secrets(settings, dict.fromkeys(masked_entries(settings), ""))
    return settings | {"name": gettext("Copy of %(name)s") % {"name": route.name}}


class EditPage(OfRoute, RouteFormPage):
    """A route as it stands, to be changed."""

    @property
    def preview_url(self) -> str:  # type: ignore[override]
        """Where the draft is looked at."""
        return self.url("route-preview")

    @property
    def options_url(self) -> str:  # type: ignore[override]
        """Where policies are looked for."""
        return (
            f"{reverse('routes:route-policy-options')}"
            f"?namespace={self.route.namespace_id}"
        )

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        """Where to go without saving."""
        return self.page_url

    def get_title(self) -> str:
        """What is edited."""
        return gettext("Edit %(name)s") % {"name": self.route.name}

    def content(self) -> dict[str, Any]:
        """Start from what is there; refuse a form that would be refused when sent."""
        self.check(Permission.ROUTE_EDIT)
        return {
            "settings": selectors.masked_settings(self.route),
            "actor": None,
            "initial": {
                "version": self.route.version,
                "inherits_policies": self.route.inherits_policies,
                "policy_ids": [
                    one.pk for one in selectors.policies_of(self.route).attached
                ],
            },
        }

    def namespace_id(self, form: RouteForm) -> UUID | None:
        """The namespace of the route."""
        return self.route.namespace_id

    def save(self, form: RouteForm) -> str:
        """Save it, unless nothing changed."""
        values = form.cleaned_data
        settings = selectors.masked_settings(self.route)
        try:
            route = services.update_route(
                self.route.pk,
                version=values["version"],
                settings=values["settings"],
                policy_ids=values["policy_ids"],
                inherits_policies=values["inherits_policies"],
                reason=values["reason"],
                actor=self.actor,
                now=self.moment,
            )
        except RouteSettingsError as error:
            raise refused(form, error) from error
        if route.version == values["version"]:
            messages.info(
                self.request, gettext("Nothing was changed, so nothing was saved.")
            )
        else:
            # Policies can be put back; settings hold secrets that nobody remembers.
            is_same = selectors.masked_settings(route) == settings
            undo = undo_tag(UNDO, self.moment) if is_same else ""
            messages.success(
                self.request,
                gettext("%(name)s is saved.") % {"name": route.name},
                extra_tags=undo,
            )
        return self.page_url


class MovePage(OfRoute, FormPage[MoveRouteForm]):
    """Another namespace for a route."""

    template_name = "routes/route_move.html"
    form_class = MoveRouteForm

    def get_title(self) -> str:
        """What is moved."""
        return gettext("Move %(name)s") % {"name": self.route.name}

    def get_initial(self) -> dict[str, Any]:
        """Keep the version that was seen."""
        return {"version": self.route.version}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the places where the person may."""
        self.check(Permission.ROUTE_MOVE)
        return super().get_form_kwargs() | {"actor": self.actor}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go back to."""
        return super().get_context_data(cancel_url=self.page_url, **kwargs)

    def save(self, form: MoveRouteForm) -> str:
        """Move it."""
        values = dict(form.cleaned_data)
        route = services.move_route(
            self.route.pk,
            namespace_id=values.pop("namespace"),
            actor=self.actor,
            now=self.moment,
            **values,
        )
        messages.success(
            self.request,
            gettext("%(name)s lives in %(namespace)s now.")
            % {"name": route.name, "namespace": route.namespace.name},
            extra_tags=undo_tag(UNDO, self.moment),
        )
        return self.page_url


class DeletePage(OfRoute, ConfirmPage):
    """Lists what goes with a route; then deletes it."""

    template_name = "routes/route_confirm_delete.html"

    def get_title(self) -> str:
        """What is deleted."""
        return gettext("Delete %(name)s") % {"name": self.route.name}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what goes with it."""
        self.check(Permission.ROUTE_DELETE)
        route = self.route
        attached = selectors.policies_of(route).attached
        resting = selectors.hosts_left_by([route])
        return super().get_context_data(
            text=gettext("“%(name)s” is deleted. %(from_url)s is not served any more.")
            % {"name": route.name, "from_url": route.from_url},
            consequences=[
                *consequence(
                    ngettext_lazy(
                        "policy is detached, and stays",
                        "policies are detached, and stay",
                    ),
                    [
                        {
                            "name": one.name,
                            "url": reverse("policies:policy-detail", args=[one.pk]),
                        }
                        for one in attached
                    ],
                ),
                *resting_hosts(resting),
            ],
            hidden=[{"name": "version", "value": route.version}],
            cancel_url=self.page_url,
            **kwargs,
        )

    def carry_out(self) -> str:
        """Delete it, and offer to take that back."""
        services.delete_route(
            self.route.pk,
            version=number_from(self.request.POST.get("version", "")),
            actor=self.actor,
            now=self.now,
        )
        undo = self.url("route-restore")
        messages.success(
            self.request,
            gettext("%(name)s is deleted.") % {"name": self.route.name},
            extra_tags=f"undo:{undo}",
        )
        return reverse("routes:route-list")


class RestoreAction(ActionView):
    """Takes back a deletion."""

    def carry_out(self) -> str:
        """Restore it."""
        try:
            route = services.restore_route(
                self.kwargs["id"], actor=self.actor, now=self.now
            )
        except NotFoundError:
            messages.info(
                self.request, gettext("It is there already, or was never deleted.")
            )
            return reverse("routes:route-list")
        messages.success(
            self.request,
            gettext("%(name)s is back, with its policies.") % {"name": route.name},
        )
        return reverse("routes:route-detail", args=[route.pk])


def consequence(words: Any, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what components/confirm.html shows of things, nothing for none."""
    one = {"label": words % len(entries), "count": len(entries), "entries": entries}
    return [one] if entries else []


def resting_hosts(hosts: list[str]) -> list[dict[str, Any]]:
    """Return what is said of hosts that no route uses any more."""
    return consequence(
        ngettext_lazy(
            "host rests for a week: nobody else may claim it",
            "hosts rest for a week: nobody else may claim them",
        ),
        [{"name": host} for host in hosts],
    )


def number_from(text: str) -> int:
    """Return the number that a hidden field gives; 0, which no version has, if none."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - digits
