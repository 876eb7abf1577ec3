"""Forms of directories, shaped after the provider."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy, ngettext

from console.core.generic.forms import VersionField
from directory.providers import BY_CODE

OPTION = "options."
INTERVALS = (
    (300, gettext_lazy("Every 5 minutes")),
    (900, gettext_lazy("Every 15 minutes")),
    (3600, gettext_lazy("Every hour")),
    (4 * 3600, gettext_lazy("Every 4 hours")),
    (24 * 3600, gettext_lazy("Once a day")),
)


def in_seconds(count: int) -> tuple[int, str]:
    """Return the choice of an interval that is none of those offered."""
    text = ngettext("Every %(count)s second", "Every %(count)s seconds", count)
    return count, text % {"count": count}


class DirectoryForm(forms.Form):
    """A directory at a provider of one kind."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    interval_seconds = forms.TypedChoiceField(
        label=gettext_lazy("Read it"), choices=INTERVALS, coerce=int, initial=3600
    )
    is_enabled = forms.BooleanField(
        label=gettext_lazy("Read it by this schedule"), required=False, initial=True
    )
    only_used_groups = forms.BooleanField(
        label=gettext_lazy("Keep only groups in use"),
        required=False,
        help_text=gettext_lazy(
            "Those that a policy names or that hold a role. People are all kept."
        ),
    )
    brake_percent = forms.IntegerField(
        label=gettext_lazy("Hold a run that changes more than this many percent"),
        min_value=1,
        max_value=100,
        initial=20,
    )
    brake_count = forms.IntegerField(
        label=gettext_lazy("…or more than this many people, groups or memberships"),
        min_value=1,
        max_value=1_000_000,
        initial=500,
        help_text=gettext_lazy(
            "Whichever is smaller counts. The first run is never held."
        ),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for option in BY_CODE[kind].options if kind in BY_CODE else ():
            known: dict[str, Any] = {
                "label": gettext(option.label),
                "help_text": gettext(option.help) if option.help else "",
                "required": option.is_required,
                "initial": option.default,
            }
            self.fields[f"{OPTION}{option.name}"] = (
                forms.ChoiceField(
                    choices=[(one, gettext(text)) for one, text in option.choices],
                    **known,
                )
                if option.choices
                else forms.CharField(max_length=500, **known)
            )
        options = [name for name in self.fields if name.startswith(OPTION)]
        self.order_fields(["name", *options])

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        data = dict(self.cleaned_data)
        data.pop("version", None)
        options = {
            name.removeprefix(OPTION): data.pop(name)
            for name in list(data)
            if name.startswith(OPTION)
        }
        return data | {"options": options}


class EditDirectoryForm(DirectoryForm):
    """A directory as it stands."""

    version = VersionField()

    def __init__(self, *args: Any, directory: Any, **kwargs: Any) -> None:
        initial = {
            name: getattr(directory, name)
            for name in (*DirectoryForm.base_fields, "version")
        }
        initial |= {f"{OPTION}{one}": text for one, text in directory.options.items()}
        known = dict(INTERVALS)
        super().__init__(
            *args, kind=directory.provider, **kwargs | {"initial": initial}
        )
        if directory.interval_seconds not in known:
            own = in_seconds(directory.interval_seconds)
            interval = self.fields["interval_seconds"]
            if isinstance(interval, forms.TypedChoiceField):
                interval.choices = [*INTERVALS, own]
