"""Settings as people read them: by section, in words instead of codes."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from django.utils.formats import date_format
from django.utils.translation import gettext

from policies.translating import translated
from routes.forms.yaml_text import write_yaml
from routes.settings_table import SECTIONS, Kind, Setting, settings_of_section
from routes.validation.secrets import MASK

CODE = frozenset(
    {
        Kind.FROM_URL,
        Kind.UPSTREAMS,
        Kind.HOST,
        Kind.HOST_LIST,
        Kind.PATH,
        Kind.REGEX,
        Kind.HEADER_MAP,
        Kind.HEADER_NAMES,
        Kind.STRING_MAP,
        Kind.FILE,
        Kind.FREE,
        Kind.POLICY_TEXT,
        Kind.SCRIPT_LIST,
    }
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting: its label and what to read there.

    `lines` are the value; `parts` those of an object instead, or of each of several.
    """

    label: str
    help: str
    lines: tuple[str, ...] = ()
    parts: tuple[tuple["Shown", ...], ...] = ()
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section with its settings that are set."""

    label: str
    settings: tuple[Shown, ...]


def shown_sections(
    settings: Mapping[str, Any], *, without: frozenset[str]
) -> list[ShownSection]:
    """Return what is set, by section; sections without anything are left out."""
    sections = []
    for section in SECTIONS:
        found = tuple(
            shown(setting, settings[setting.key])
            for setting in translated(settings_of_section(section.code))
            if setting.key in settings and setting.key not in without
        )
        if found:
            sections.append(ShownSection(translated(section.label), found))
    return sections


def shown(setting: Setting, value: Any) -> Shown:
    """Return one setting as people read it."""
    if setting.kind is Kind.OBJECT and setting.fields:
        parts = _parts(setting, value)
        lines = () if parts else (gettext("Yes"),)
        return Shown(
            setting.label,
            translated(setting.explanation),
            lines,
            (parts,) if parts else (),
        )
    if setting.kind is Kind.OBJECT_LIST:
        many = tuple(_parts(setting, item) for item in value)
        return Shown(setting.label, translated(setting.explanation), (), many)
    return Shown(
        setting.label,
        translated(setting.explanation),
        tuple(lines_of(setting, value)),
        is_code=setting.kind in CODE,
    )


def _parts(setting: Setting, value: Mapping[str, Any]) -> tuple[Shown, ...]:
    return tuple(
        shown(field, value[field.key]) for field in setting.fields if field.key in value
    )


def lines_of(setting: Setting, value: Any) -> list[str]:
    """Return a value as lines of text."""
    if isinstance(value, bool):
        return [gettext("Yes") if value else gettext("No")]
    if isinstance(value, str) and value.startswith(MASK):
        return [_secret(value)]
    if setting.kind is Kind.CERTIFICATE:
        return _certificates(value)
    if setting.kind in (Kind.FREE, Kind.POLICY_TEXT):
        return write_yaml(value).splitlines()
    if isinstance(value, Mapping):
        return [f"{name}: {_unmasked(text)}" for name, text in value.items()]
    if isinstance(value, list):
        return [str(item) for item in value] or [gettext("None at all")]
    labels = {choice.value: choice.label for choice in setting.choices}
    return str(labels.get(str(value), value)).splitlines()


def lines_of_change(setting: Setting, value: Any) -> list[str]:
    """Return a value as lines that can be told apart; objects whole."""
    if setting.fields:
        return write_yaml(value).splitlines()
    return lines_of(setting, value)


def _unmasked(text: str) -> str:
    return _secret(text) if text.startswith(MASK) else text


def _secret(mask: str) -> str:
    return gettext("set, fingerprint %(removeprefix)s") % {
        "removeprefix": mask.removeprefix(MASK)
    }


def _certificates(value: str) -> list[str]:
    try:
        found = x509.load_pem_x509_certificates(base64.b64decode(value))
    except ValueError:
        return [gettext("A certificate that can't be read")]
    return [
        gettext("%(rfc4514_string)s, until %(date_format)s")
        % {
            "rfc4514_string": one.subject.rfc4514_string() or gettext("no subject"),
            "date_format": date_format(one.not_valid_after_utc, "j M Y"),
        }
        for one in found
    ]
