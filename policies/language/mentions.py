"""How values are mentioned in sentences: by name, on one line, several in a row."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from policies.texts import counted, joined, worded

from .facts import NOTHING
from .nodes import Node, ScalarNode, SequenceNode, to_items

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MAX_VALUE: Final = 120
MAX_VALUES: Final = 12
_NEEDS_QUOTES: Final = re.compile(r'[;"“”]|[,:]\s|^\s|\s$|^$')


def shown(text: str, known: Mapping[str, str] = NOTHING) -> str:
    """Return a value as it is shown: by its name if it has one, and on one line.

    What could be taken for a part of the sentence is put in quotation marks.
    """
    text = known.get(text, text)
    safe = "".join(
        char if char.isprintable() else "\ufffd" for char in text[:MAX_VALUE]
    )
    if len(text) > MAX_VALUE:
        safe += "…"
    if not _NEEDS_QUOTES.search(safe):
        return safe
    inner = safe.replace("“", '"').replace("”", '"')
    return f"“{inner}”"


def value_of(node: Node, known: Mapping[str, str] = NOTHING) -> str:
    """Return the data of an operator as it is shown."""
    if isinstance(node, ScalarNode):
        if node.value is None:
            return worded("nothing")
        is_text = node.is_plain or isinstance(node.value, str)
        return shown(node.text if is_text else json.dumps(node.value), known)
    # An alias may stand for very much, so no more than the outline is shown.
    return worded("a list") if isinstance(node, SequenceNode) else worded("a mapping")


def list_of(
    node: Node,
    known: Mapping[str, str] = NOTHING,
    say: Callable[[Node, Mapping[str, str]], str] = value_of,
) -> str:
    """Return alternatives: `a`, `a, b or c`, shortened when there are many."""
    items = to_items(node)
    said = [say(item, known) for item in items[:MAX_VALUES]]
    if len(items) > MAX_VALUES:
        left = len(items) - MAX_VALUES
        said.append(counted("%(count)s more", "%(count)s more", count=left))
    return either(said) if said else worded("none at all")


def either(parts: Sequence[str]) -> str:
    """Return alternatives: `a`, `a or b`, `a, b or c`."""
    if len(parts) == 1:
        return parts[0]
    return worded("%(first)s or %(last)s", first=joined(parts[:-1]), last=parts[-1])


def both(parts: Sequence[str]) -> str:
    """Return what holds together: `a`, `a and b`, `a and b and c`."""
    if len(parts) == 1:
        return parts[0]
    return worded("%(first)s and %(last)s", first=both(parts[:-1]), last=parts[-1])


def any_of(parts: Sequence[str]) -> str:
    """Return alternatives without commas: `a`, `a or b`, `a or b or c`."""
    if len(parts) == 1:
        return parts[0]
    return worded("%(first)s or %(last)s", first=any_of(parts[:-1]), last=parts[-1])
