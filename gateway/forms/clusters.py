"""Forms of the Pomerium Cores that we publish to."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from console.core.actor import Actor
from console.core.generic.forms import VersionField
from gateway.forms.certificates import MAX_PEM
from namespaces.forms import NamespaceField
from namespaces.permissions import Permission


class ClusterForm(forms.Form):
    """A Pomerium Core to publish to."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    namespace = NamespaceField(
        label=gettext_lazy("Namespace"),
        help_text=gettext_lazy(
            "Its routes, and those of all namespaces below, are served there."
        ),
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Publishing"),
        choices=[
            ("published", gettext_lazy("Publish to it")),
            ("paused", gettext_lazy("Leave it as it is")),
            ("withdrawn", gettext_lazy("Take away what was published")),
        ],
    )
    url = forms.CharField(
        label=gettext_lazy("Databroker"),
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://core.example.com:5443"}),
        help_text=gettext_lazy(
            "Core's grpc_address; http:// only for hosts that are listed."
        ),
    )
    shared_secret = forms.CharField(
        label=gettext_lazy("Shared secret"),
        max_length=200,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "Core's shared_secret, base64. It is sealed, and never shown again."
        ),
    )
    server_name = forms.CharField(
        label=gettext_lazy("Name in its certificate"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("Empty: the host of the address."),
    )
    authorities = forms.CharField(
        label=gettext_lazy("Certificate authorities"),
        required=False,
        max_length=MAX_PEM,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "PEM of who vouches for it. Empty: the well-known ones."
        ),
    )
    status_url = forms.CharField(
        label=gettext_lazy("Health"),
        required=False,
        max_length=2000,
        widget=forms.URLInput(
            attrs={"placeholder": "https://core.example.com:28080/status"}
        ),
        help_text=gettext_lazy(
            "Where Core says whether it took what it was told. Empty: not asked."
        ),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        namespace: NamespaceField = self.fields["namespace"]  # type: ignore[assignment]
        namespace.offer(actor, Permission.SETTINGS_EDIT, preselect=not self.is_bound)

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        data = dict(self.cleaned_data)
        data.pop("version", None)
        data["namespace_id"] = data.pop("namespace")
        return data


class EditClusterForm(ClusterForm):
    """A Core as it stands; the secret stays unless another is given."""

    version = VersionField()

    def __init__(self, *args: Any, cluster: Any, **kwargs: Any) -> None:
        names = ("name", "mode", "url", "server_name", "authorities", "status_url")
        initial = {name: getattr(cluster, name) for name in (*names, "version")}
        initial["namespace"] = str(cluster.namespace_id or "")
        super().__init__(*args, **kwargs | {"initial": initial})
        secret = self.fields["shared_secret"]
        secret.required = False
        secret.help_text = gettext(
            "Empty: it stays. Needed again when address, name or authorities change."
        )
        namespace: NamespaceField = self.fields["namespace"]  # type: ignore[assignment]
        namespace.initial = initial["namespace"]
