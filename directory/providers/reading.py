"""Reading a provider's JSON: what is absent, and what has the wrong type. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

MAX_TEXT = 255


class UnreadableError(ValueError):
    """An object of a page is not as documented; the text says where."""


def at(value: Any, path: str) -> Any:
    """Return what stands at a path of keys, `a.b`; None where there is nothing.

    A key with dots of its own is written with a backslash before each.
    """
    for key in _keys(path):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def _keys(path: str) -> list[str]:
    if not path:
        return []
    return [key.replace("\0", ".") for key in path.replace("\\.", "\0").split(".")]


def key(item: Any, path: str = "id") -> str:
    """Return an id: text that is not empty, or a whole number.

    Raises:
        UnreadableError: it is neither.
    """
    value = at(item, path)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        raise UnreadableError(f"`{path}` is missing or no text")
    if len(value) > MAX_TEXT:
        raise UnreadableError(f"`{path}` is longer than {MAX_TEXT} characters")
    if not value.isprintable() or value != value.strip():
        raise UnreadableError(f"`{path}` holds characters that are no part of an id")
    return value


def text(item: Any, *paths: str) -> str:
    """Return the first text that is there and not empty; "" where there is none.

    Raises:
        UnreadableError: something else than text stands there, or too much of it.
    """
    for path in paths:
        value = at(item, path)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            raise UnreadableError(f"`{path}` is no text")
        cleaned = "".join(one if one.isprintable() else " " for one in value).strip()
        if len(cleaned) > MAX_TEXT:
            raise UnreadableError(f"`{path}` is longer than {MAX_TEXT} characters")
        if cleaned:
            return cleaned
    return ""


def shown(value: object) -> str:
    """Return what a provider wrote in a form that can be stored and shown."""
    return "".join(one if one.isprintable() else " " for one in str(value))[:200]


def flag(item: Any, path: str, *, default: bool) -> bool:
    """Return a boolean.

    Raises:
        UnreadableError: something else stands there.
    """
    value = at(item, path)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise UnreadableError(f"`{path}` is neither true nor false")
    return value


def moment(value: Any) -> datetime | None:
    """Return a moment in ISO 8601, with its time zone; None when it is none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def full_name(item: Any, first: str, last: str, *others: str) -> str:
    """Return first and last name; else what the other paths say."""
    both = f"{text(item, first)} {text(item, last)}".strip()
    return both or text(item, *others)


def claims(**values: str) -> dict[str, list[Any]]:
    """Return the claims of those values that are there."""
    return {name: [value] for name, value in values.items() if value}
