"""Shape of what people give to import and export."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from console.core.actor import Actor
from namespaces.forms import NamespaceField
from namespaces.permissions import Permission
from routes.imports.plan import Differing, Options
from routes.imports.reader import FILE

DIFFERING = (
    (Differing.REFUSE.value, gettext_lazy("Stop, and show me what differs")),
    (Differing.UPDATE.value, gettext_lazy("Update it, as the file has it")),
    (Differing.SKIP.value, gettext_lazy("Leave it as it is")),
)


class OptionsForm(forms.Form):
    """What to do where a file leaves a choice."""

    differing = forms.ChoiceField(
        label=gettext_lazy("What is there already and differs"),
        choices=DIFFERING,
        widget=forms.RadioSelect,
        initial=Differing.REFUSE.value,
    )
    inherits = forms.BooleanField(
        label=gettext_lazy("New routes inherit the policies of their namespace"),
        required=False,
        initial=True,
        help_text=gettext_lazy("A file of Pomerium Core knows nothing like it."),
    )

    def options(self) -> Options:
        """Return what was chosen."""
        return Options(
            differing=Differing(self.cleaned_data["differing"]),
            inherits=self.cleaned_data["inherits"],
        )


class ImportForm(forms.Form):
    """A configuration, pasted or uploaded, and where it goes."""

    namespace = NamespaceField(
        label=gettext_lazy("Into namespace"),
        help_text=gettext_lazy("Routes and policies are made there."),
    )
    use_required_attribute = False

    text = forms.CharField(
        label=gettext_lazy("Configuration"),
        strip=False,
        error_messages={
            "required": gettext_lazy("Paste a configuration, or choose a file.")
        },
        widget=forms.Textarea(
            attrs={
                "spellcheck": "false",
                "data-dropzone-text": "",
                "class": "code",
            }
        ),
        help_text=gettext_lazy("Paste it, or drop the file here."),
    )
    file = forms.FileField(
        label=gettext_lazy("Or choose a file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": ".yaml,.yml,.json", "data-dropzone-file": ""}
        ),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        namespace: NamespaceField = self.fields["namespace"]  # type: ignore[assignment]
        namespace.offer(actor, Permission.ROUTE_CREATE, preselect=True)
        self.fields["text"].required = "file" not in self.files

    def content(self) -> tuple[bytes, str]:
        """Return the bytes, at most one more than can be imported, and a name."""
        file = self.cleaned_data["file"]
        if file is None:
            return self.cleaned_data["text"].encode("utf-8", "surrogatepass"), ""
        return file.read(FILE.max_bytes + 1), file.name or ""


class ExportForm(forms.Form):
    """What to export."""

    namespace = NamespaceField(
        label=gettext_lazy("Namespace"),
        help_text=gettext_lazy("With all routes in it and below."),
    )
    with_secrets = forms.BooleanField(
        label=gettext_lazy("With the secrets of routes"),
        required=False,
        help_text=gettext_lazy(
            "For admins of the namespace; the audit log records it."
        ),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        namespace: NamespaceField = self.fields["namespace"]  # type: ignore[assignment]
        namespace.offer(actor, Permission.ROUTE_VIEW, preselect=True)
