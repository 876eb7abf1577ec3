"""The form by which a certificate is uploaded."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from console.core.actor import Actor
from namespaces.forms import NamespaceField
from namespaces.permissions import Permission

MAX_PEM = 256 * 1024


class CertificateForm(forms.Form):
    """A certificate with its chain and its key."""

    chain = forms.CharField(
        max_length=MAX_PEM,
        label=gettext_lazy("Certificate and chain"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "PEM, the host's own certificate first, then those that issued it."
        ),
    )
    key = forms.CharField(
        max_length=MAX_PEM,
        label=gettext_lazy("Private key"),
        widget=forms.Textarea(
            attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}
        ),
        help_text=gettext_lazy(
            "PEM without a password. It is sealed, and never shown again."
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Empty: its first host."),
    )
    namespace = NamespaceField(label=gettext_lazy("Namespace"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("For the audit log, such as a ticket."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        namespace: NamespaceField = self.fields["namespace"]  # type: ignore[assignment]
        namespace.offer(actor, Permission.CERTIFICATE_EDIT)
