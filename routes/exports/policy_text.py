"""Policy texts as items of a route's `policy` list, and back again.

Core takes one list of rules for a route. Rules are alternatives, so the rules of
several policies in one list mean what the policies mean side by side. Texts keep their
comments and layout; only the indentation changes, in a way that `restore` can undo.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from policies.language import source as language_source
from policies.language.errors import Report
from policies.language.nodes import Json, MappingNode, Node, SequenceNode, to_json
from routes.exports import emitter

CACHED_TEXTS = 4096


class Shape(StrEnum):
    """What a text looked like before it became items of a list.

    Of a ceiling the items are the opposite, and the text stands elsewhere.
    """

    MAPPING = "mapping"
    LIST = "list"
    REWRITTEN = "rewritten"
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True)
class Items:
    """A policy as unindented lines, each rule set an item of a list.

    `is_exact` says that `restore` gives the source back, to the character.
    """

    lines: tuple[str, ...]
    shape: Shape
    is_exact: bool


@lru_cache(maxsize=CACHED_TEXTS)
def to_items(source: str) -> Items:
    """Return the list items of a policy; rewritten, without comments, if need be.

    `source` is a policy that can be parsed.
    """
    root = _compose(source)
    rules = _rules(root)
    shape = _shape(source, root)
    if shape is not None:
        lines = _itemize(source.rstrip("\n").split("\n"), shape, _first_line(root))
        if _rules(_compose("\n".join(lines))) == rules:
            is_exact = restore(lines, shape) == source
            return Items(tuple(lines), shape, is_exact)
    return Items(tuple(emitter.emit_lines(rules)), Shape.REWRITTEN, is_exact=False)


def restore(lines: Sequence[str], shape: Shape) -> str:
    """Return the source whose items these lines are; the inverse of `to_items`."""
    if shape is Shape.MAPPING:
        start = next(
            (n for n, line in enumerate(lines) if line.startswith("- ")), len(lines)
        )
        lines = [
            *lines[:start],
            *(
                line.removeprefix("- " if n == 0 else "  ")
                for n, line in enumerate(lines[start:])
            ),
        ]
    return "\n".join(lines) + "\n"


def _compose(text: str) -> Node | None:
    return language_source.compose(text, Report())


def rules_of(source: str) -> Json:
    """Return a policy as the list of rule sets that it stands for."""
    return _rules(_compose(source))


def _rules(root: Node | None) -> Json:
    if root is None:
        return None
    value = to_json(root)
    return value if isinstance(value, list) else [value]


def _first_line(root: Node | None) -> int:
    return root.span.line if root is not None else 1


def _shape(source: str, root: Node | None) -> Shape | None:
    """Return how the text can be carried over line by line, or None."""
    if not isinstance(root, MappingNode | SequenceNode) or root.is_flow:
        return None
    if root.span.column != 1 or any(
        line.startswith(("---", "...", "%")) for line in source.split("\n")
    ):
        return None
    return Shape.MAPPING if isinstance(root, MappingNode) else Shape.LIST


def _itemize(lines: list[str], shape: Shape, first: int) -> list[str]:
    if shape is Shape.LIST:
        return lines
    before, rules = lines[: first - 1], lines[first - 1 :]
    return [*before, *emitter.hang("- ", rules)]
