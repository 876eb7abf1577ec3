"""Where routes are to live."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from console.core.actor import Actor
from namespaces.forms import NamespaceField
from namespaces.permissions import Permission
from routes.forms.route_form import MAX_VERSION


class MoveRoutesForm(forms.Form):
    """Another namespace for several routes."""

    to = NamespaceField(label=gettext_lazy("New namespace"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: NamespaceField = self.fields["to"]  # type: ignore[assignment]
        to.offer(actor, Permission.ROUTE_MOVE)


class MoveRouteForm(forms.Form):
    """Another namespace for a route."""

    namespace = NamespaceField(label=gettext_lazy("New namespace"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("For the history and the audit log, such as a ticket."),
    )
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=MAX_VERSION
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        namespace: NamespaceField = self.fields["namespace"]  # type: ignore[assignment]
        namespace.offer(actor, Permission.ROUTE_MOVE)
