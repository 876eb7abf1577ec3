"""The page of the gateway's settings, of one namespace at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views import View

from console.core import http
from console.core.exceptions import PermissionDeniedError, ValidationFailedError
from console.core.generic.pages import ActorMixin, FormPage
from console.core.http import uuid_from
from gateway import selectors, services
from gateway.forms import SettingsForm
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission


class SettingsStart(ActorMixin, View):
    """Leads to the settings of the chosen namespace, else of the uppermost there is."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Redirect."""
        chosen = request.GET.get("namespace", "")
        if chosen:
            found = selectors.get_settings(
                uuid_from(chosen, name="namespace"), actor=self.actor
            ).namespace
        else:
            rows = namespace_selectors.list_namespaces_where(
                self.actor, Permission.SETTINGS_EDIT
            )
            uppermost = rows.order_by("depth", "path").first()
            if uppermost is None:
                raise PermissionDeniedError
            found = uppermost
        return http.redirect(
            request, reverse("gateway:gateway-settings", args=[found.pk])
        )


class SettingsPage(FormPage[SettingsForm]):
    """What a namespace sets itself."""

    template_name = "gateway/settings.html"
    form_class = SettingsForm
    success_message = gettext_noop("Saved. Proxies follow within a second.")

    @cached_property
    def found(self) -> selectors.SettingsOf:
        """The settings of the namespace in the address."""
        return selectors.get_settings(self.kwargs["id"], actor=self.actor)

    def get_title(self) -> str:
        """Say whose settings they are."""
        return gettext("Settings of %(name)s") % {"name": self.found.namespace.name}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Start from what is there; only for those who may."""
        return super().get_form_kwargs() | {"found": self.found}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the places where the reader may change settings as well."""
        rows = namespace_selectors.list_namespaces_where(
            self.actor, Permission.SETTINGS_EDIT
        )
        namespace = self.found.namespace
        parent = rows.filter(children=namespace.pk).first()
        below = rows.filter(parent_id=namespace.pk).order_by("name")
        return super().get_context_data(
            namespace=namespace,
            is_root=namespace.depth == 0,
            parent=parent,
            below=list(below[:20]),
            **kwargs,
        )

    def save(self, form: SettingsForm) -> str:
        """Save what was typed."""
        with by_field(form):
            services.change_settings(
                self.kwargs["id"],
                values=form.typed(),
                version=form.cleaned_data["version"] or 0,
                reason=form.cleaned_data["reason"],
                actor=self.actor,
                now=self.now,
            )
        return reverse("gateway:gateway-settings", args=[self.kwargs["id"]])


@contextmanager
def by_field(form: SettingsForm) -> Iterator[None]:
    """Have what is wrong with a setting stand beside its field."""
    try:
        yield
    except ValidationFailedError as error:
        fields: dict[str, list[str]] = {}
        for path, texts in error.fields.items():
            named = fields.setdefault(form.name_of(path) or path, [])
            named += [f"{text[:1].upper()}{text[1:]}" for text in texts]
        raise ValidationFailedError(error.message, fields=fields) from error
