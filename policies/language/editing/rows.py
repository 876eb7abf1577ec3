"""Which rows belong to a member of a block collection, and how they are moved.

A member is an item of a sequence or an entry of a mapping. The comments right above it,
in its column, and those below it that stand deeper, are its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policies.language.nodes import MappingNode, Node, ScalarNode, SequenceNode
from policies.language.writer import (
    INDENT,
    UnwritableValueError,
    block_lines,
    flow_key,
    write_flow,
    write_scalar,
)
from policies.texts import worded

from .sheet import children

if TYPE_CHECKING:
    from .sheet import Path, Sheet

_LONG_KEY: Final = 900
# Indentation counts for each line, so that very much of it stands for very much text.
_MAX_INDENT: Final = 400


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a member, from its comments `above` to those `below`.

    Its dash or key is in row `head`; `is_alone` unless something stands before that.
    """

    above: int
    head: int
    below: int
    column: int
    is_alone: bool


def rows_of(sheet: Sheet, path: Path, index: int) -> Rows:
    """Return the rows of a member of a block collection."""
    node = sheet.node(path)
    if isinstance(node, MappingNode):
        start = node.entries[index][0].span.start
    else:
        start = _dash(sheet, path, index)
    head, column = sheet.row(start), sheet.column(start)
    below = sheet.row(max(start, children(node)[index].span.end))
    while below + 1 in sheet.remarks and sheet.remarks[below + 1].column > column:
        below += 1
    above = head
    while above - 1 in sheet.remarks and sheet.remarks[above - 1].column == column:
        above -= 1
    return Rows(above, head, below, column, sheet.is_first(start))


def _dash(sheet: Sheet, path: Path, index: int) -> int:
    """Return where the dash of an item is, looking upwards from the item."""
    sequence = sheet.node(path)
    if index == 0:
        return sequence.span.start
    column = sheet.column(sequence.span.start)
    before, item = children(sequence)[index - 1 : index + 1]
    rows = range(sheet.row(item.span.start), sheet.row(before.span.start), -1)
    places = (sheet.row_start(row) + column for row in rows)
    dashes = (
        place
        for place in places
        if sheet.text[place : place + 1] == "-" and sheet.is_first(place)
    )
    return next(dashes, item.span.start)


def text_of(sheet: Sheet, rows: Rows, column: int) -> list[str]:
    """Return the rows of a member, moved to another column."""
    shift = column - rows.column
    lines = []
    for row in range(rows.above, rows.below + 1):
        line = sheet.text[sheet.row_start(row) : sheet.row_end(row)]
        if shift < 0:
            blanks = min(-shift, len(line) - len(line.lstrip(" ")))
            lines.append(line[blanks:])
        else:
            lines.append(" " * shift + line if line.strip() else line)
    return lines


def lines_for(node: Node, indent: int, *, levels: int | None) -> list[str]:
    """Return a tree in block form; below so many levels in flow form.

    Raises:
        UnwritableValueError: the lines would begin absurdly far to the right.
    """
    if indent > _MAX_INDENT:
        raise UnwritableValueError(
            worded("lines begin behind column %(max_indent)s", max_indent=_MAX_INDENT)
        )
    if levels is None:
        return [" " * one.indent + one.text for one in block_lines(node, indent=indent)]
    if levels == 0 or not children(node):
        return [" " * indent + inline(node)]
    if isinstance(node, SequenceNode):
        lines: list[str] = []
        for item in node.items:
            first, *others = lines_for(item, indent + INDENT, levels=levels - 1)
            lines += [f"{' ' * indent}- {first.lstrip(' ')}", *others]
        return lines
    assert isinstance(node, MappingNode)  # noqa: S101 -- a scalar has no children
    return [
        line
        for key, value in node.entries
        for line in _entry_lines(key, value, indent, levels)
    ]


def _entry_lines(key: ScalarNode, value: Node, indent: int, levels: int) -> list[str]:
    if len(key.text) > _LONG_KEY:
        entry = MappingNode(key.span, ((key, value),))
        return lines_for(entry, indent, levels=None)
    head = f"{' ' * indent}{flow_key(key)}:"
    if levels == 1 or not children(value):
        return [f"{head} {inline(value)}"]
    return [head, *lines_for(value, indent + INDENT, levels=levels - 1)]


def inline(node: Node) -> str:
    """Return a tree as it stands behind a key or a dash, on the same line."""
    if isinstance(node, ScalarNode):
        return write_scalar(node, is_flow=False)
    return write_flow(node)
