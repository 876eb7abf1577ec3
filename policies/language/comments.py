"""The comments of a policy text, found between its scalars.

The tree of a text has no comments; whoever keeps them looks here for where they stand.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .nodes import MappingNode, Node, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Iterator

# What ends a line for the parser; Python's own idea of lines agrees on policy text.
LINE_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_NOT_BREAK: Final = "[^\n\r\x85\u2028\u2029]"
_COMMENT: Final = re.compile(f"#{_NOT_BREAK}*")
_BLOCK_SCALAR: Final = re.compile(
    rf"(?:[&!]\S*\s+)*[|>][-+0-9]*[ \t]*(#{_NOT_BREAK}*)?"
)
_BEFORE_CONTENT: Final = re.compile(r"[\s\-?:]*")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment from its `#` to the end of the line; `column` counts from 0.

    `is_alone` when nothing but indicators stand before it on the line.
    """

    start: int
    end: int
    column: int
    text: str
    is_alone: bool


def find_comments(text: str, root: Node) -> tuple[Comment, ...]:
    """Return the comments of a text whose tree is known, in order."""
    if "#" not in text:
        return ()
    lines = line_starts(text)
    return tuple(_comment(text, lines, *place) for place in _places(text, root))


def line_starts(text: str) -> list[int]:
    """Return where each line begins."""
    return [0, *(found.end() for found in LINE_BREAK.finditer(text))]


def _places(text: str, root: Node) -> Iterator[tuple[int, int]]:
    position = 0
    for scalar in sorted(_scalars(root), key=lambda node: node.span.start):
        start = scalar.span.start
        if start < position:
            continue
        yield from _between(text, position, start)
        header = None if scalar.is_plain else _BLOCK_SCALAR.match(text, start)
        if header is not None and header.group(1) is not None:
            yield header.span(1)
        position = scalar.span.end
    yield from _between(text, position, len(text))


def _between(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the comments between two scalars, where nothing else may hold a `#`."""
    return (found.span() for found in _COMMENT.finditer(text, start, end))


def _comment(text: str, lines: list[int], start: int, end: int) -> Comment:
    begin = lines[bisect_right(lines, start) - 1]
    is_alone = _BEFORE_CONTENT.fullmatch(text, begin, start) is not None
    return Comment(start, end, start - begin, text[start:end].rstrip(), is_alone)


def _scalars(root: Node) -> Iterator[ScalarNode]:
    """Yield all scalars once; what an alias stands for is not gone through again."""
    seen: set[int] = set()
    pending: list[Node] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, ScalarNode):
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, MappingNode):
                pending.extend(part for entry in node.entries for part in entry)
            else:
                pending.extend(node.items)
