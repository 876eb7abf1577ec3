"""How people sign in: the identity provider's settings, and whether it works."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from console.core import http
from console.core.generic.forms import VersionField
from console.core.generic.pages import FormPage, Page
from directory import selectors as directory_selectors
from directory import services as directory_services

KINDS = {"passed": "success", "failed": "danger", "unknown": "warning"}
WORDS = {
    "passed": gettext_lazy("Works"),
    "failed": gettext_lazy("Wrong"),
    "unknown": gettext_lazy("Unknown"),
}
CONNECTION = ("issuer", "client_id", "client_secret")


class SignInSettingsForm(forms.Form):
    """The provider, and what is believed of it."""

    is_enabled = forms.BooleanField(
        label=gettext_lazy("People sign in with this provider"), required=False
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("On the button: “Sign in with …”."),
    )
    issuer = forms.CharField(
        label=gettext_lazy("Issuer"),
        max_length=500,
        required=False,
        help_text=gettext_lazy(
            "To the letter as the provider writes it, such as "
            "https://acme.okta.com or https://sso.example.com/realms/main."
        ),
    )
    client_id = forms.CharField(
        label=gettext_lazy("Client id"), max_length=255, required=False
    )
    client_secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        max_length=2000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    scopes = forms.CharField(label=gettext_lazy("Scopes"), max_length=255)
    directory_id = forms.ChoiceField(
        label=gettext_lazy("Directory"),
        required=False,
        help_text=gettext_lazy(
            "Whose people sign in here: they are recognized by their id in it."
        ),
    )
    id_claim = forms.CharField(
        label=gettext_lazy("Claim with that id"),
        max_length=64,
        help_text=gettext_lazy("Mostly sub; oid for Microsoft Entra ID."),
    )
    admits_unknown = forms.BooleanField(
        label=gettext_lazy("Admit people who are in no directory"),
        required=False,
        help_text=gettext_lazy("They start without any role."),
    )
    trusts_email = forms.BooleanField(
        label=gettext_lazy("Take all its e-mail addresses for verified"),
        required=False,
        help_text=gettext_lazy(
            "Off: an address counts only if the provider says that it is "
            "verified. Microsoft Entra ID never says so."
        ),
    )
    version = VersionField(min_value=0)

    def __init__(self, *args: Any, row: Any, **kwargs: Any) -> None:
        names = [name for name in self.base_fields if name != "client_secret"]
        initial = {name: getattr(row, name) for name in names}
        super().__init__(*args, **kwargs | {"initial": initial})
        choices = [
            (str(one.pk), one.name) for one in directory_selectors.list_directories()
        ]
        self.fields["directory_id"].choices = [("", gettext("None")), *choices]  # type: ignore[attr-defined]
        if row.secret_fingerprint:
            self.fields["client_secret"].help_text = gettext(
                "Set (%(secret_fingerprint)s). Empty: it stays as it is."
            ) % {"secret_fingerprint": row.secret_fingerprint}
        if settings.OPENID_ISSUER:
            self.initial["issuer"] = settings.OPENID_ISSUER
            self.initial["client_id"] = settings.OPENID_CLIENT_ID
            for name in CONNECTION:
                self.fields[name].disabled = True
                self.fields[name].help_text = gettext("Given by the environment.")


class SignInSettingsPage(FormPage[SignInSettingsForm]):
    """The settings. Empty secrets stay as they are."""

    title = "Sign-in"
    template_name = "console/sign_in_settings.html"
    form_class = SignInSettingsForm
    success_message = "Saved."

    def get_form_kwargs(self) -> dict[str, Any]:
        """Start from what is there; only for those who may."""
        row = directory_selectors.get_provider_settings(self.actor)
        return super().get_form_kwargs() | {"row": row}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the provider must be told."""
        addresses = provider_addresses(self.request)
        return super().get_context_data(addresses=addresses, **kwargs)

    def save(self, form: SignInSettingsForm) -> str:
        """Save them."""
        values = dict(form.cleaned_data)
        if settings.OPENID_ISSUER:
            values = {k: v for k, v in values.items() if k not in CONNECTION}
        directory_services.save_identity_provider(
            version=values.pop("version") or 0,
            actor=self.actor,
            now=self.now,
            **values,
        )
        return reverse("sign-in-settings")


class SignInTrialPage(Page):
    """What is wrong with the provider as it is saved."""

    title = gettext_noop("Test of the identity provider")
    template_name = "console/sign_in_trial.html"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask the provider."""
        checks = directory_services.try_identity_provider(
            redirect_uri=http.public_url(request, reverse("openid-callback")),
            actor=self.actor,
            now=self.now,
        )
        shown = [
            {
                "label": one.label,
                "kind": KINDS[one.outcome],
                "word": WORDS[one.outcome],
                "text": one.text,
            }
            for one in checks
        ]
        context = self.get_context_data(
            checks=shown, works=all(one.outcome != "failed" for one in checks)
        )
        return self.render_to_response(context)


def provider_addresses(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the addresses that are registered at the provider."""
    pages = (
        (gettext("Redirect URI"), "openid-callback"),
        (gettext("Back-channel logout URI"), "openid-backchannel-logout"),
        (gettext("Front-channel logout URI"), "openid-frontchannel-logout"),
        (gettext("Address after sign-out"), "sign-in"),
    )
    return [
        {
            "label": label,
            "value": http.public_url(request, reverse(name)),
            "code": True,
            "copyable": True,
        }
        for label, name in pages
    ]
