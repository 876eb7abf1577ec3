"""Members of flow collections: put in and taken out with their commas.

Where a member has rows of its own, rows are added or removed; else characters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policies.language.errors import Edit
from policies.language.nodes import MappingNode, SequenceNode

if TYPE_CHECKING:
    from .sheet import Sheet

_COMMA: Final = re.compile("[ \t]*,")


def insert_in_flow(
    sheet: Sheet, node: SequenceNode | MappingNode, index: int, texts: list[str]
) -> list[Edit] | None:
    """Insert members before the one of this number, or at the end."""
    spans = _members(sheet, node)
    if index < len(spans):
        start = spans[index][0]
        gap = _gap(sheet, start)
        return [Edit(start, start, "".join(f"{text},{gap}" for text in texts))]
    first, end = spans[-1]
    comma = _COMMA.match(sheet.text, end)
    if sheet.row(end) == sheet.row(node.span.end):
        place = end if comma is None else comma.end()
        added = "".join(f", {text}" for text in texts)
        return [Edit(place, place, added if comma is None else added[1:])]
    row_end = sheet.row_end(sheet.row(end))
    gap = _gap(sheet, first)
    gap = gap if gap != " " else sheet.newline + " " * sheet.indent_of(sheet.row(first))
    added = ",".join(f"{gap}{text}" for text in texts)
    if comma is not None:
        return [Edit(row_end, row_end, f"{added},")]
    if row_end == end:
        return [Edit(end, end, f",{added}")]
    return [Edit(end, end, ","), Edit(row_end, row_end, added)]


def remove_from_flow(
    sheet: Sheet, node: SequenceNode | MappingNode, index: int
) -> list[Edit] | None:
    """Remove a member, with the rows that it has for itself and their comments."""
    spans = _members(sheet, node)
    start, end = spans[index]
    if len(spans) == 1:
        inside = (node.span.start + 1, node.span.end - 1)
        return None if sheet.comments_in(*inside) else [Edit(*inside, "")]
    rows = _own_rows(sheet, node, start, end)
    if rows is not None:
        first, last = rows
        return [Edit(sheet.row_start(first), sheet.row_start(last + 1), "")]
    if index + 1 < len(spans):
        end = spans[index + 1][0]
    else:
        start = spans[index - 1][1]
    return None if sheet.comments_in(start, end) else [Edit(start, end, "")]


def _own_rows(
    sheet: Sheet, node: SequenceNode | MappingNode, start: int, end: int
) -> tuple[int, int] | None:
    """Return the rows of a member, if nothing but it and its comments stand there."""
    first, last = sheet.row(start), sheet.row(end)
    comma = _COMMA.match(sheet.text, end)
    if comma is None and end < _members(sheet, node)[-1][1]:
        # The comma stands in another row, and would be left there.
        return None
    behind = end if comma is None else comma.end()
    rest = sheet.text[behind : sheet.row_end(last)].strip()
    is_inside = sheet.row(node.span.start) < first and last < sheet.row(node.span.end)
    if not is_inside or not sheet.is_first(start) or (rest and rest[0] != "#"):
        return None
    return first, last


def _members(sheet: Sheet, node: SequenceNode | MappingNode) -> list[tuple[int, int]]:
    if isinstance(node, SequenceNode):
        return [(item.span.start, sheet.end_of(item)) for item in node.items]
    return [
        (key.span.start, max(key.span.end, sheet.end_of(value)))
        for key, value in node.entries
    ]


def _gap(sheet: Sheet, start: int) -> str:
    """Return what stands between a member and the one before: a blank, or a new row."""
    if not sheet.is_first(start):
        return " "
    return sheet.newline + " " * sheet.column(start)
