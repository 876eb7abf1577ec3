"""A Django field for each kind of setting. Values are read by the services."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from policies.translating import translated
from routes.forms.yaml_text import YamlTextError, read_yaml, write_yaml
from routes.settings_table import Kind, Setting

LINES = frozenset({Kind.STRING_LIST, Kind.HOST_LIST, Kind.HEADER_NAMES})
LONG = frozenset({Kind.LONG_TEXT, Kind.CERTIFICATE, Kind.PRIVATE_KEY})
YAML = frozenset(
    {Kind.FREE, Kind.POLICY_TEXT, Kind.SCRIPT_LIST, Kind.OBJECT_LIST, Kind.STRING_MAP}
)
CODE = frozenset({Kind.REGEX, Kind.CERTIFICATE, Kind.PRIVATE_KEY}) | YAML
UNSET = ""
MASK_HELP = gettext_lazy(
    "Shown as a mask once it is set. Leave the mask to keep it, type "
    "another to replace it, clear it to remove it."
)


class Loose(forms.CharField):
    """Text as typed. Whether it is there and right is for the services to say."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def validate(self, value: Any) -> None:
        """Let everything pass."""


class YamlField(Loose):
    """A structure, written as YAML."""

    def prepare_value(self, value: Any) -> Any:
        """Show a structure as text; text that was typed stays."""
        return value if isinstance(value, str) else write_yaml(value)

    def clean(self, value: Any) -> Any:
        """Return the structure."""
        try:
            return read_yaml(super().clean(value))
        except YamlTextError as error:
            raise forms.ValidationError(str(error)) from error


class LinesField(Loose):
    """Several texts, one on each line."""

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Return the lines that hold anything."""
        lines = super().clean(value).splitlines()
        return [line.strip() for line in lines if line.strip()]


class LooseChoice(forms.ChoiceField):
    """One of some values, or none of them."""

    def validate(self, value: Any) -> None:
        """Let nothing pass, and what is offered."""
        if value != UNSET:
            super().validate(value)


class SwitchField(LooseChoice):
    """Yes, no, or not set."""

    def __init__(self, unset: str, **kwargs: Any) -> None:
        label = (
            gettext("Not set: %(unset)s") % {"unset": unset}
            if unset
            else gettext("Not set")
        )
        choices = [(UNSET, label), ("true", gettext("Yes")), ("false", gettext("No"))]
        super().__init__(choices=choices, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a boolean."""
        return str(value).lower() if isinstance(value, bool) else value


def make_field(setting: Setting) -> forms.Field:
    """Return the field that a setting is typed into."""
    kind = setting.kind
    shared: dict[str, Any] = {
        "label": setting.label,
        "help_text": _help(setting),
        "required": True,  # says "optional" nowhere: nearly all settings are
    }
    if kind is Kind.BOOL:
        return forms.BooleanField(**{**shared, "required": False})
    if kind is Kind.TRISTATE:
        return SwitchField(setting.unset, **shared)
    if setting.choices:
        return LooseChoice(
            choices=[(UNSET, _unset_label(setting)), *_choices(setting)], **shared
        )
    if kind in YAML:
        return YamlField(widget=_area(4), **shared)
    if kind in LINES:
        return LinesField(widget=_area(3), **shared)
    if kind in LONG:
        return Loose(widget=_area(3), **shared)
    return Loose(widget=forms.TextInput(attrs=_attributes(setting)), **shared)


def _help(setting: Setting) -> str:
    text: str = translated(setting.explanation)
    if setting.kind in LINES:
        text += gettext(" One on each line.")
    elif setting.kind in YAML:
        text += gettext(" As YAML.")
    if setting.unset and not (setting.choices or setting.kind is Kind.TRISTATE):
        text += gettext(" Not set: %(unset)s.") % {"unset": setting.unset}
    return f"{text} {MASK_HELP}" if setting.secret else text


def _unset_label(setting: Setting) -> str:
    return (
        gettext("Not set: %(unset)s") % {"unset": setting.unset}
        if setting.unset
        else gettext("Not set")
    )


def _choices(setting: Setting) -> list[tuple[str, str]]:
    return [(choice.value, choice.label) for choice in setting.choices]


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "spellcheck": "false"})


def _attributes(setting: Setting) -> dict[str, str]:
    attributes = {"autocomplete": "off", "spellcheck": "false"}
    if setting.placeholder:
        attributes["placeholder"] = setting.placeholder
    if setting.kind is Kind.INTEGER:
        attributes["inputmode"] = "numeric"
    return attributes
