"""The form of the gateway's settings. Its fields come from the table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from console.core.generic.forms import VersionField
from gateway.selectors import Held, HeldSettings
from gateway.settings_table import SECTIONS
from gateway.settings_table.showing import show_value
from gateway.settings_table.types import Honorer
from policies.translating import translated
from routes.forms.controls import make_field
from routes.settings_table import Kind, Section, Setting


@dataclass(frozen=True, slots=True)
class Panel:
    """A section with its fields."""

    section: Section
    fields: tuple[forms.BoundField, ...]
    set_count: int

    @property
    def has_errors(self) -> bool:
        """Answer whether anything in it can't be saved."""
        return any(one.errors for one in self.fields)


class SettingsForm(forms.Form):
    """What a namespace or a Core sets itself; what is left empty comes from above."""

    version = VersionField(min_value=0)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("For the audit log, such as a ticket."),
    )
    use_required_attribute = False

    def __init__(self, *args: Any, found: HeldSettings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"initial": {"version": found.version}})
        self._found = found
        for one in found.held:
            for name, setting, value in _parts(one):
                self.fields[name] = make_field(setting)
                self.initial[name] = value

    @property
    def panels(self) -> list[Panel]:
        """The sections of which there is anything to set here."""
        made = []
        for section in SECTIONS:
            held = [
                one
                for one in self._found.held
                if one.setting.setting.section == section.code
            ]
            fields = tuple(self[name] for one in held for name, _, _ in _parts(one))
            if fields:
                count = sum(one.own is not None for one in held)
                made.append(Panel(translated(section), fields, count))
        return made

    def typed(self) -> dict[str, Any]:
        """Return every setting as it was typed, None where nothing was."""
        return {one.setting.key: self._typed(one) for one in self._found.held}

    def _typed(self, held: Held) -> Any:
        setting, cleaned = held.setting.setting, self.cleaned_data
        if setting.kind is not Kind.OBJECT:
            return cleaned.get(setting.key) or None
        parts = {
            child.key: cleaned.get(f"{setting.key}.{child.key}")
            for child in setting.fields
        }
        return {key: one for key, one in parts.items() if one} or None

    def name_of(self, path: str) -> str | None:
        """Return the field that a problem is about: `groups[2]` is in `groups`."""
        outer = path.partition("[")[0]
        return next(
            (one for one in (outer, outer.partition(".")[0]) if one in self.fields),
            None,
        )


def _parts(held: Held) -> Iterator[tuple[str, Setting, Any]]:
    """Yield the fields of a setting: name, what it is, and what stands in it."""
    setting = translated(held.setting.setting)
    where = (
        gettext(", as in %(name)s") % {"name": held.source.name} if held.source else ""
    )
    if setting.kind is Kind.OBJECT:
        own = held.own if isinstance(held.own, Mapping) else {}
        # One of its own takes the place of the whole.
        above = held.otherwise if not own and held.source else {}
        for child in setting.fields:
            told = translated(show_value(child, above.get(child.key)))
            unset = f"{told}{where}" if child.key in above else child.unset
            shown = replace(child, unset=unset)
            yield f"{setting.key}.{child.key}", shown, own.get(child.key)
        return
    # Of those for Core alone, the setting itself says so.
    is_core = held.setting.honored_by is Honorer.CORE
    help_ = setting.help if is_core else translated(held.setting.help)
    kind = Kind.STRING_MAP if setting.kind is Kind.HEADER_MAP else setting.kind
    shown = replace(
        setting,
        kind=kind,
        help=help_,
        unset=f"{translated(show_value(setting, held.otherwise))}{where}",
    )
    yield setting.key, shown, held.own
