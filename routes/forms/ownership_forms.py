"""Forms about who owns hosts and upstreams."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from console.core.actor import Actor
from namespaces.forms import NamespaceField
from namespaces.permissions import Permission


class _InNamespace(forms.Form):
    """Names one of the namespaces that may be chosen."""

    namespace = NamespaceField(label=gettext_lazy("Namespace"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("For the audit log, such as a ticket."),
    )

    def __init__(
        self, *args: Any, actor: Actor, permission: Permission, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        namespace: NamespaceField = self.fields["namespace"]  # type: ignore[assignment]
        namespace.offer(actor, permission)


class DelegateForm(_InNamespace):
    """A zone, or a path of a host, for a namespace."""

    host = forms.CharField(
        max_length=255,
        label=gettext_lazy("Zone or host"),
        help_text=gettext_lazy(
            "A zone such as *.apps.example.com; or one host, with a path."
        ),
    )
    path = forms.CharField(
        required=False,
        max_length=500,
        help_text=gettext_lazy(
            "Of one host: /admin/ stands for all that begins with it."
        ),
    )

    field_order = ("host", "path", "namespace", "reason")


class RegisterForm(_InNamespace):
    """An upstream for a namespace; `confirmed` once its routes of others were shown."""

    target = forms.CharField(
        max_length=255,
        label=gettext_lazy("Host or network"),
        help_text="app.internal, *.team.internal, 10.1.2.3 or 10.1.0.0/16",
    )
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    field_order = ("target", "namespace", "reason", "confirmed")


class AskForm(_InNamespace):
    """A namespace that wants to route to an upstream of another."""

    upstream = forms.CharField(
        max_length=255,
        label=gettext_lazy("Upstream"),
        help_text=gettext_lazy("The host or address of the route."),
    )

    field_order = ("upstream", "namespace", "reason")
