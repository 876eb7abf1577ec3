"""Shape of what people type about devices. Decisions are the services'."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from console.core.generic.forms import VersionField
from devices import selectors
from devices.models import Attachment, Attestation, UserVerification


class LinesField(forms.CharField):
    """One value on each line; empty lines don't count."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Put a list on lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the list."""
        return [
            line.strip() for line in super().clean(value).splitlines() if line.strip()
        ]


class LinkForm(forms.Form):
    """For whom, which type, until when."""

    device_type = forms.ChoiceField(label=gettext_lazy("Type"))
    ends_on = forms.DateField(
        label=gettext_lazy("Works until the end of"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("In UTC; at most 90 days off."),
    )
    return_to = forms.CharField(
        label=gettext_lazy("Afterwards, go on to"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("A route's address, or a path of this console."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["device_type"].choices = [  # type: ignore[attr-defined]
            (one.code, one.name) for one in selectors.list_device_types()
        ]

    @property
    def expires_at(self) -> datetime:
        """The end of the chosen day."""
        return datetime.combine(self.cleaned_data["ends_on"], time(23, 59), UTC)


class TypeForm(forms.Form):
    """What a type asks for."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Shown to the person who enrolls."),
    )
    attachment = forms.ChoiceField(
        label=gettext_lazy("Where it sits"), choices=Attachment.choices, required=False
    )
    user_verification = forms.ChoiceField(
        label=gettext_lazy("Recognizes its owner"), choices=UserVerification.choices
    )
    attestation = forms.ChoiceField(
        label=gettext_lazy("The manufacturer vouches"), choices=Attestation.choices
    )
    allowed_models = LinesField(
        label=gettext_lazy("Models"),
        help_text=gettext_lazy(
            "AAGUIDs that are let in, one on each line. Empty: every model."
        ),
    )
    version = VersionField(required=False)


class NewTypeForm(TypeForm):
    """A type that isn't there yet."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=50,
        help_text=gettext_lazy("What policies write: letters, digits, - and _."),
    )
    field_order = ("code", "name")


class RootForm(forms.Form):
    """A manufacturer's certificate."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    pem = forms.CharField(
        label=gettext_lazy("Certificate"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("In PEM, beginning with -----BEGIN CERTIFICATE-----"),
    )


class RulesForm(forms.Form):
    """What is approved by itself, for how long, how many, and who hears of it."""

    approves_links = forms.BooleanField(
        label=gettext_lazy(
            "Approve devices that come by a link which somebody else issued"
        ),
        required=False,
    )
    approved_models = LinesField(
        label=gettext_lazy("Approve these models"),
        help_text=gettext_lazy(
            "AAGUIDs, one on each line; a trusted manufacturer must vouch."
        ),
    )
    approval_days = forms.IntegerField(
        label=gettext_lazy("An approval holds for days"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=gettext_lazy("Empty: until it is taken back."),
    )
    devices_per_person = forms.IntegerField(
        label=gettext_lazy("Devices of one person, at most"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=gettext_lazy("Empty: as many as they like."),
    )
    notice_emails = LinesField(
        label=gettext_lazy("Tell these addresses of devices that wait"),
        help_text=gettext_lazy("One on each line."),
    )
    tells_people = forms.BooleanField(
        label=gettext_lazy(
            "Tell people by e-mail what was decided about their devices"
        ),
        required=False,
    )
    webhook_url = forms.CharField(
        label=gettext_lazy("Webhook"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy(
            "Gets a POST with JSON for everything that happens to devices."
        ),
    )
    webhook_secret = forms.CharField(
        label=gettext_lazy("Secret of the webhook"),
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Signs what is sent. Empty: stays as it is."),
    )
    version = VersionField(min_value=0)
