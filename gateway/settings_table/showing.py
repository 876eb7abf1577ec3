"""Values of settings in words: for forms, for what changed, and for the docs."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.settings_table import BY_KEY
from gateway.settings_table.types import GatewaySetting
from policies.texts import joined, worded
from routes.settings_table import Kind, Setting

MOST = 120  # characters of a value
CODES = frozenset({Kind.CERTIFICATE})


def show_value(setting: Setting, value: Any) -> str:
    """Return a value on a line, as people read it."""
    if value is None:
        return setting.unset
    if setting.kind in CODES:
        return worded("a certificate")
    if isinstance(value, bool):
        return worded("yes") if value else worded("no")
    for choice in setting.choices:
        if choice.value == str(value):
            return choice.label
    text = _text(setting, value)
    return text if len(text) <= MOST else _shortened(text)


def _text(setting: Setting, value: Any) -> str:
    if isinstance(value, Mapping):
        fields = {one.key: one for one in setting.fields}
        return joined(
            joined((name, show_value(fields[name], one)), ": ")
            if name in fields
            else f"{name}: {one}"
            for name, one in value.items()
        )
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return " ".join(str(value).split())


def _shortened(text: str) -> str:
    return text if len(text) <= MOST else f"{text[:MOST]}…"


def tell_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each setting that differs."""
    for key in sorted(before.keys() | after.keys(), key=_place):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        known = BY_KEY.get(key)
        label = joined(("“", known.setting.label, "”"), "") if known else f"`{key}`"
        if new is None:
            yield worded(
                "%(label)s is no longer set; it was %(value)s.",
                label=label,
                value=_shown(known, old),
            )
        elif old is None:
            yield worded(
                "%(label)s is set: %(value)s.", label=label, value=_shown(known, new)
            )
        else:
            yield worded(
                "%(label)s is %(value)s; it was %(before)s.",
                label=label,
                value=_shown(known, new),
                before=_shown(known, old),
            )


def _place(key: str) -> tuple[int, str]:
    keys = list(BY_KEY)
    return (keys.index(key) if key in BY_KEY else len(keys), key)


def _shown(known: GatewaySetting | None, value: Any) -> str:
    text = show_value(known.setting, value) if known else _shortened(str(value))
    return joined(("`", text, "`"), "")
