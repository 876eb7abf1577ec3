"""Forms of directory service accounts, shaped after the kind."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from console.core.generic.forms import VersionField
from directory.credential_kinds import KIND_BY_CODE, Field

SETTINGS, SECRETS = "settings", "secrets"


class SecretTextarea(forms.Textarea):
    """Several lines that are never sent back to the browser."""

    def format_value(self, value: Any) -> None:
        """Show nothing."""
        return


def _control(field: Field, *, is_secret: bool, required: bool) -> forms.CharField:
    widget: forms.Widget
    attributes = {"autocomplete": "off", "spellcheck": "false"}
    if field.long:
        make = SecretTextarea if is_secret else forms.Textarea
        widget = make(attrs=attributes | {"rows": 5})
    elif is_secret:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    else:
        widget = forms.TextInput(attrs=attributes)
    return forms.CharField(
        label=gettext(field.label),
        help_text=gettext(field.help) if field.help else "",
        required=required,
        widget=widget,
    )


def scope_help_of(kind: str) -> str:
    """Return what an account of a kind needs at its provider, "" if unknown."""
    text = KIND_BY_CODE[kind].scope_help if kind else ""
    return gettext(text) if text else ""


class CredentialForm(forms.Form):
    """A new account of one kind."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    scope = forms.CharField(
        label=gettext_lazy("Scope"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("What the provider lets it do, for people to read."),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Expires after"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "The last day on which the provider accepts it. Empty: no end."
        ),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = KIND_BY_CODE[kind]
        for field in self.kind.settings:
            control = _control(field, is_secret=False, required=field.required)
            control.initial = field.default
            self.fields[f"{SETTINGS}.{field.name}"] = control
        for field in self.kind.secrets:
            self.fields[f"{SECRETS}.{field.name}"] = self.secret_control(field)
        last = ("scope", "expires_on")
        self.order_fields([name for name in self.fields if name not in last])

    def secret_control(self, field: Field) -> forms.CharField:
        """Return the control of a secret."""
        return _control(field, is_secret=True, required=field.required)

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        data = self.cleaned_data
        day = data["expires_on"]
        end = datetime.combine(day, time(), tzinfo=UTC) if day else None
        return {
            "name": data["name"],
            "scope": data["scope"],
            "expires_at": end + timedelta(days=1) if end else None,
            SETTINGS: self.part(SETTINGS),
            SECRETS: {name: text for name, text in self.part(SECRETS).items() if text},
        }

    def part(self, prefix: str) -> dict[str, str]:
        """Return the fields of one dictionary."""
        return {
            name.partition(".")[2]: text
            for name, text in self.cleaned_data.items()
            if name.startswith(f"{prefix}.")
        }


class EditCredentialForm(CredentialForm):
    """An account as it stands. Secrets that are left empty stay."""

    version = VersionField()

    def __init__(self, *args: Any, account: Any, **kwargs: Any) -> None:
        self.account = account
        ends = account.expires_at
        initial = {
            "name": account.name,
            "scope": account.scope,
            "version": account.version,
            "expires_on": (ends - timedelta.resolution).date() if ends else None,
        }
        super().__init__(*args, kind=account.kind, **kwargs | {"initial": initial})
        for name, text in account.settings.items():
            self.initial[f"{SETTINGS}.{name}"] = text

    def secret_control(self, field: Field) -> forms.CharField:
        """Say whether it is set, and that empty means unchanged."""
        control = super().secret_control(field)
        known = self.account.fingerprints.get(field.name)
        control.required = field.required and not known
        if known:
            control.help_text = gettext(
                "Set (%(known)s). Empty: it stays as it is."
            ) % {"known": known}
        return control
