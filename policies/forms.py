"""Shape of what people type about policies. Decisions are the services'."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.validators import validate_ipv46_address
from django.utils.translation import gettext, gettext_lazy

from console.core.actor import Actor
from namespaces.forms import NamespaceField
from namespaces.permissions import Permission
from policies import validation
from policies.models import AttachmentMode, ExpectedAnswer, PolicyLanguage
from policies.selectors import METHODS, Attempt

MAX_VERSION = 2**31 - 1
COMMON_ZONES = (
    "UTC",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Toronto",
    "Asia/Dubai",
    "Asia/Hong_Kong",
    "Asia/Kolkata",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Europe/Amsterdam",
    "Europe/Berlin",
    "Europe/Istanbul",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Paris",
    "Europe/Rome",
    "Europe/Warsaw",
    "Europe/Zurich",
    "Pacific/Auckland",
)


class VersionField(forms.IntegerField):
    """The version that the form was filled from, unseen; services compare it."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput, min_value=1, max_value=MAX_VERSION)


class ReasonField(forms.CharField):
    """Why something is changed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("Reason"),
            required=False,
            max_length=validation.MAX_REASON_LENGTH,
            help_text=gettext_lazy(
                "For the history and the audit log, such as a ticket."
            ),
            **kwargs,
        )


class PolicyForm(forms.Form):
    """What a policy says."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=validation.MAX_NAME_LENGTH
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=validation.MAX_NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What it is for, for those who attach it."),
    )
    source = forms.CharField(
        label=gettext_lazy("Policy text"),
        strip=False,
        required=False,
        widget=forms.Textarea,
    )
    explanation = forms.CharField(
        label=gettext_lazy("Explanation"),
        required=False,
        max_length=validation.MAX_NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Told to people whom it refuses."),
    )
    remediation = forms.CharField(
        label=gettext_lazy("Remediation"),
        required=False,
        max_length=validation.MAX_NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Tells them what to do about it."),
    )
    reason = ReasonField()
    language = forms.ChoiceField(
        choices=PolicyLanguage.choices, required=False, widget=forms.HiddenInput
    )

    def clean_language(self) -> str:
        """Take PPL where nothing was said."""
        return self.cleaned_data["language"] or PolicyLanguage.PPL


class NewPolicyForm(PolicyForm):
    """A policy that isn't there yet, and where it goes."""

    namespace = NamespaceField(
        label=gettext_lazy("Namespace"),
        help_text=gettext_lazy(
            "It can be attached there and below, and is seen there and below."
        ),
    )
    field_order = ("namespace", "name", "description")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        namespace: Any = self.fields["namespace"]
        namespace.offer(actor, Permission.POLICY_CREATE)


class EditPolicyForm(PolicyForm):
    """A policy as it stands."""

    version = VersionField()


class MovePolicyForm(forms.Form):
    """Where a policy is to live."""

    namespace = NamespaceField(label=gettext_lazy("New namespace"))
    reason = ReasonField()
    version = VersionField()

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        namespace: Any = self.fields["namespace"]
        namespace.offer(actor, Permission.POLICY_EDIT)


class AttachForm(forms.Form):
    """Where a policy is to count, and how."""

    namespace = NamespaceField(label=gettext_lazy("Namespace"))
    mode = forms.ChoiceField(
        label=gettext_lazy("How it counts there and below"),
        widget=forms.RadioSelect,
        choices=[
            (
                AttachmentMode.INHERITED,
                (
                    gettext_lazy(
                        "Inherited: as if attached to every route; a route or a "
                        "namespace may switch inheriting off."
                    )
                ),
            ),
            (
                AttachmentMode.ENFORCED,
                (
                    gettext_lazy(
                        "Enforced: a ceiling over every route that nobody below can "
                        "switch off. Needs the admin role."
                    )
                ),
            ),
        ],
        initial=AttachmentMode.INHERITED,
    )
    reason = ReasonField()

    def __init__(self, *args: Any, actor: Actor, below: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        namespace: Any = self.fields["namespace"]
        namespace.offer(actor, Permission.POLICY_ATTACH, below=below)


class MovePoliciesForm(forms.Form):
    """Another namespace for several policies."""

    namespace = NamespaceField(label=gettext_lazy("New namespace"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        namespace: Any = self.fields["namespace"]
        namespace.offer(actor, Permission.POLICY_EDIT)


class AttachPoliciesForm(forms.Form):
    """Where several policies are to count, and how."""

    namespace = NamespaceField(label=gettext_lazy("Namespace"))
    mode = forms.ChoiceField(
        label=gettext_lazy("How they count there and below"),
        choices=AttachmentMode.choices,
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        namespace: Any = self.fields["namespace"]
        namespace.offer(actor, Permission.POLICY_ATTACH)


class AttemptForm(forms.Form):
    """Who tries what, when. Everything has a default: nobody, `GET /`, now."""

    person = forms.UUIDField(label=gettext_lazy("Person"), required=False)
    device = forms.UUIDField(label=gettext_lazy("Device"), required=False)
    method = forms.ChoiceField(
        label=gettext_lazy("Method"),
        choices=[(one, one) for one in METHODS],
        required=False,
    )
    path = forms.CharField(
        label=gettext_lazy("Path"), required=False, max_length=2000, strip=False
    )
    address = forms.CharField(
        label=gettext_lazy("From address"),
        required=False,
        validators=[validate_ipv46_address],
    )
    is_preflight = forms.BooleanField(
        label=gettext_lazy("CORS preflight"), required=False
    )
    at = forms.DateTimeField(
        label=gettext_lazy("Date and time"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    zone = forms.CharField(
        label=gettext_lazy("Time zone"), required=False, max_length=64
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        # It stands beside the policy's own form, whose fields have the usual ids.
        super().__init__(data, **{"auto_id": "try-%s", **kwargs})

    def clean_path(self) -> str:
        """Refuse what no request line holds."""
        path: str = self.cleaned_data["path"] or "/"
        if not path.startswith("/"):
            raise forms.ValidationError(gettext("A path begins with /."))
        return path

    def clean_zone(self) -> str:
        """Refuse what is no zone of the IANA database."""
        zone: str = self.cleaned_data["zone"] or "UTC"
        if zone not in available_timezones():
            raise forms.ValidationError(gettext("There is no such time zone."))
        return zone

    def attempt(self, *, now: datetime) -> Attempt:
        """Return what was described; without a time, now."""
        values = self.cleaned_data
        at = now
        if values["at"]:
            # Typed as a clock shows it there, whatever zone Django took it to be in.
            at = values["at"].replace(tzinfo=ZoneInfo(values["zone"])).astimezone(UTC)
        return Attempt(
            at=at,
            person_id=values["person"],
            device_id=values["device"],
            method=values["method"] or "GET",
            path=values["path"],
            address=values["address"],
            is_preflight=values["is_preflight"],
        )


class ExampleForm(AttemptForm):
    """A request that was tried, to be kept with its answer."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=validation.MAX_NAME_LENGTH
    )
    expected = forms.ChoiceField(
        label=gettext_lazy("Expected answer"), choices=ExpectedAnswer.choices
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="keep-%s", **kwargs)
