"""Pages of the tokens that identity providers push with: made, shown once, revoked."""

from datetime import timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from console.core.exceptions import ConsoleError, NotFoundError
from console.core.generic.pages import ConfirmPage, FormPage, add_errors
from console.ui.namespaces.forms import end_of_day
from directory import selectors, services
from directory.providers import pushed

USUAL_LIFETIME = timedelta(days=365)


def scim_address(request: Any, directory: Any) -> str:
    """Return the address that a provider pushes to."""
    return str(request.build_absolute_uri(f"/scim/v2/{directory.pk}"))


class ScimTokenForm(forms.Form):
    """A token's name, and until when it works."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("Which provider holds it: `Okta`."),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Until the end of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "Midnight UTC after that day. Empty: it does not end by itself."
        ),
    )


class CreateScimTokenPage(FormPage[ScimTokenForm]):
    """Another token; those before go on working until they are revoked."""

    title = gettext_noop("New token")
    form_class = ScimTokenForm
    template_name = "directory/scim_token_form.html"

    @cached_property
    def directory(self) -> Any:
        """The directory of the URL, if somebody pushes to it."""
        found = selectors.get_directory(self.kwargs["id"], actor=self.actor)
        if found.provider != pushed.CODE:
            raise NotFoundError(gettext("nobody pushes to this directory: it is read"))
        return found

    def get_initial(self) -> dict[str, Any]:
        """Start with an end in a year."""
        return {"ends_on": (self.now + USUAL_LIFETIME).date()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go back to."""
        return super().get_context_data(
            directory=self.directory,
            cancel_url=reverse("directory:directory-detail", args=[self.directory.pk]),
            **kwargs,
        )

    def form_valid(self, form: ScimTokenForm) -> HttpResponse:
        """Make it and show it, once."""
        try:
            issued = services.create_scim_token(
                self.directory.pk,
                name=form.cleaned_data["name"],
                expires_at=end_of_day(form.cleaned_data["ends_on"]),
                actor=self.actor,
                now=self.now,
            )
        except ConsoleError as error:
            if not error.is_about_input:
                raise
            add_errors(form, error)
            return self.render_to_response(
                self.get_context_data(form=form), status=error.http_status
            )
        context = {
            "title": gettext("Token %(name)s") % {"name": issued.row.name},
            "directory": self.directory,
            "address": scim_address(self.request, self.directory),
            "token": issued.token,
        }
        return render(self.request, "directory/scim_token.html", context)


class RevokeScimTokenPage(ConfirmPage):
    """A token works no more."""

    template_name = "namespaces/account_confirm.html"

    @cached_property
    def token(self) -> Any:
        """The token of the URL."""
        return selectors.get_scim_token(self.kwargs["id"], actor=self.actor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what happens."""
        return super().get_context_data(
            title=gettext("Revoke %(name)s") % {"name": self.token.name},
            text=gettext("Whoever pushes with %(name)s is refused at once.")
            % {"name": self.token.name},
            label=gettext("Revoke"),
            hidden=[],
            cancel_url=self.page_url,
            **kwargs,
        )

    @property
    def page_url(self) -> str:
        """The directory's page."""
        return reverse("directory:directory-detail", args=[self.token.directory_id])

    def carry_out(self) -> str:
        """Revoke it."""
        name, url = self.token.name, self.page_url
        services.revoke_scim_token(self.token.pk, actor=self.actor, now=self.now)
        messages.success(self.request, gettext("%(name)s is revoked.") % {"name": name})
        return url
