"""Shape of what people type about namespaces and roles."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy

from console.core.actor import Actor
from console.core.generic.forms import VersionField
from namespaces.forms import NamespaceField
from namespaces.permissions import Permission
from namespaces.roles import ROLES, Role

REASON = forms.CharField(
    label=gettext_lazy("Reason"),
    required=False,
    max_length=1000,
    help_text=gettext_lazy("For the audit log: why this is done, or a ticket."),
)


class NamespaceForm(forms.Form):
    """Name and description."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What this namespace is for, and whom to ask."),
    )


class NewNamespaceForm(NamespaceForm):
    """A namespace that isn't there yet, and where it goes."""

    parent = NamespaceField(label=gettext_lazy("In"))
    field_order = ("parent", "name", "description")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent: Any = self.fields["parent"]
        parent.offer(actor, Permission.NAMESPACE_CREATE)


class EditNamespaceForm(NamespaceForm):
    """A namespace as it stands. The root keeps its name."""

    version = VersionField()

    def __init__(self, *args: Any, is_root: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].disabled = is_root


class MoveForm(forms.Form):
    """Where a namespace goes."""

    under = NamespaceField(label=gettext_lazy("New parent"))
    reason = REASON

    def __init__(self, *args: Any, actor: Actor, outside: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        under: Any = self.fields["under"]
        under.offer(actor, Permission.NAMESPACE_MOVE, outside=outside)


def last_day(expires_at: datetime | None) -> date | None:
    """Return the last day on which a role holds that ends at a moment."""
    return (expires_at - timedelta.resolution).date() if expires_at else None


def end_of_day(day: date | None) -> datetime | None:
    """Return the midnight after a last day."""
    if day is None:
        return None
    return datetime.combine(day, time(), tzinfo=UTC) + timedelta(days=1)


class RoleForm(forms.Form):
    """A role, and until when."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect)
    ends_on = forms.DateField(
        label=gettext_lazy("Until the end of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "Midnight UTC after that day. Empty: it does not end by itself."
        ),
    )
    reason = REASON
    version = VersionField(required=False)

    def __init__(self, *args: Any, highest: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.code, f"{role.name}: {role.description}")
            for role in ROLES
            if role.rank <= highest.rank
        ]

    @property
    def expires_at(self) -> datetime | None:
        """The moment at which the role ends."""
        return end_of_day(self.cleaned_data["ends_on"])


class GrantForm(RoleForm):
    """A role for a person or a group that was found by searching."""

    subject = forms.RegexField(
        r"^(user|group):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        label=gettext_lazy("Person or group"),
        error_messages={
            "required": gettext_lazy("Search for a person or a group, and choose one."),
            "invalid": gettext_lazy("Choose one of those that were found."),
        },
    )
    field_order = ("subject", "role", "ends_on", "reason")

    @property
    def subject_id(self) -> dict[str, Any]:
        """The subject as the service takes it."""
        kind, _, subject_id = self.cleaned_data["subject"].partition(":")
        return {f"{kind}_id": UUID(subject_id)}


class EditAccountForm(RoleForm):
    """A service account as it stands."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Which machine this is, and whom to ask."),
    )
    reason = None  # type: ignore[assignment] # the events of accounts have none
    field_order = ("namespace", "name", "description", "role", "ends_on")


class AccountForm(EditAccountForm):
    """A service account that isn't there yet, and where it works."""

    namespace = NamespaceField(
        label=gettext_lazy("Namespace"),
        help_text=gettext_lazy("It works there and in all below."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        namespace: Any = self.fields["namespace"]
        namespace.offer(actor, Permission.SERVICE_ACCOUNT_EDIT)
