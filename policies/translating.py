"""Texts of the language in the words of whoever reads them now.

The language itself knows no Django and writes English (`policies.texts`).
Where its texts leave for a page or for an answer of the API they go through here. What
is kept, sent to another process or written to a log stays as it is.
"""

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from django.utils import translation

from policies.texts import Text, said

_T = TypeVar("_T")


def translated(value: _T) -> _T:
    """Return a text in the reader's language, or data with all its texts in it.

    Lists, mappings and dataclasses are looked through. What is no text of the language
    stays as it is: names, ids, and what people wrote.
    """
    return _translated(value)  # type: ignore[no-any-return]


def _translated(value: Any) -> Any:
    if isinstance(value, Text):
        return said(value, translation)
    if isinstance(value, dict):
        return {key: _translated(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_translated, value))
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value) if field.init]
        found = {name: getattr(value, name) for name in names}
        changed = {
            name: now
            for name, one in found.items()
            if (now := _translated(one)) is not one and now != one
        }
        return replace(value, **changed) if changed else value
    return value
