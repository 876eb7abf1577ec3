"""Shape of what people give to import and export."""

from typing import Any

from django import forms

from console.core.actor import Actor
from namespaces.forms import NamespaceField
from namespaces.permissions import Permission
from routes.imports.plan import Differing, Options
from routes.imports.reader import FILE

DIFFERING = (
    (Differing.REFUSE.value, "Stop, and show me what differs"),
    (Differing.UPDATE.value, "Update it, as the file has it"),
    (Differing.SKIP.value, "Leave it as it is"),
)


class OptionsForm(forms.Form):
    """What to do where a file leaves a choice."""

    differing = forms.ChoiceField(
        label="What is there already and differs",
        choices=DIFFERING,
        widget=forms.RadioSelect,
        initial=Differing.REFUSE.value,
    )
    inherits = forms.BooleanField(
        label="New routes inherit the policies of their namespace",
        required=False,
        initial=True,
        help_text="A file of Pomerium Core knows nothing like it.",
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
        label="Into namespace",
        help_text="Routes and policies are made there.",
    )
    use_required_attribute = False

    text = forms.CharField(
        label="Configuration",
        strip=False,
        error_messages={"required": "Paste a configuration, or choose a file."},
        widget=forms.Textarea(
            attrs={
                "spellcheck": "false",
                "data-dropzone-text": "",
                "class": "code",
            }
        ),
        help_text="Paste it, or drop the file here.",
    )
    file = forms.FileField(
        label="Or choose a file",
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
        label="Namespace", help_text="With all routes in it and below."
    )
    with_secrets = forms.BooleanField(
        label="With the secrets of routes",
        required=False,
        help_text="For admins of the namespace; the audit log records it.",
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        namespace: NamespaceField = self.fields["namespace"]  # type: ignore[assignment]
        namespace.offer(actor, Permission.ROUTE_VIEW, preselect=True)
