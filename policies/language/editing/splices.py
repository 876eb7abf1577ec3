"""The smallest changes of a text that change its tree in one place.

Each function returns edits, or None where the way the text is written leaves no precise
change; `engine` then writes a larger part anew. Edits may turn out wrong on odd texts:
the engine reads every result again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policies.language.errors import Edit
from policies.language.nodes import (
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    json_equal,
    to_json,
)
from policies.language.writer import (
    INDENT,
    double_quoted,
    flow_key,
    single_quoted,
    write_flow,
    write_scalar,
    write_text,
)

from .flow import insert_in_flow, remove_from_flow
from .rows import Rows, inline, lines_for, rows_of, text_of
from .sheet import children

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policies.language.comments import Comment

    from .sheet import Path, Sheet

Edits = list[Edit] | None
Member = tuple[ScalarNode | None, Node]
_MAX_KEY: Final = 900


def put(sheet: Sheet, path: Path, node: Node) -> Edits:
    """Change a value into another, member by member where both are collections."""
    old = sheet.node(path)
    if json_equal(to_json(old), to_json(node)):
        return []
    if isinstance(old, ScalarNode) and isinstance(node, ScalarNode):
        return _put_scalar(sheet, path, old, node) or put_whole(sheet, path, node)
    if isinstance(old, MappingNode) and isinstance(node, MappingNode):
        edits = _put_entries(sheet, path, old, node)
    elif isinstance(old, SequenceNode) and isinstance(node, SequenceNode):
        edits = _put_items(sheet, path, old, node)
    else:
        edits = None
    return put_whole(sheet, path, node) if edits is None else edits


def _put_scalar(sheet: Sheet, path: Path, old: ScalarNode, node: ScalarNode) -> Edits:
    start, end = old.span.start, old.span.end
    if start == end or sheet.comments_in(start, end):
        return None
    quote, value = sheet.text[start], node.value
    text = write_scalar(node, is_flow=sheet.is_flow(path))
    if isinstance(value, str) and quote == '"':
        text = double_quoted(value)
    elif isinstance(value, str) and quote == "'" and value.isprintable():
        text = single_quoted(value)
    return [Edit(start, end, text)]


def _put_entries(
    sheet: Sheet, path: Path, old: MappingNode, node: MappingNode
) -> Edits:
    wanted = {key.text: (key, value) for key, value in node.entries}
    names = [key.text for key, _ in old.entries]
    kept = [name for name in names if name in wanted]
    if not kept or kept != [name for name in wanted if name in kept]:
        return None
    parts: list[Edits] = []
    for number, name in enumerate(names):
        if name in wanted:
            parts.append(put(sheet, (*path, number), wanted[name][1]))
        else:
            parts.append(remove(sheet, path, number))
    added = [wanted[name] for name in wanted if name not in names]
    if added:
        parts.append(insert(sheet, path, len(names), added))
    return joined(parts)


def _put_items(
    sheet: Sheet, path: Path, old: SequenceNode, node: SequenceNode
) -> Edits:
    before, after = ([to_json(item) for item in one.items] for one in (old, node))
    least = min(len(before), len(after))
    head = 0
    while head < least and json_equal(before[head], after[head]):
        head += 1
    tail = 0
    rest = least - head
    while tail < rest and json_equal(before[-1 - tail], after[-1 - tail]):
        tail += 1
    old_end, new_end = len(before) - tail, len(after) - tail
    if old_end - head == new_end - head:
        numbers = range(head, old_end)
        return joined(
            [put(sheet, (*path, number), node.items[number]) for number in numbers]
        )
    if head + tail == 0:
        return None
    if old_end == head:
        added = [(None, item) for item in node.items[head:new_end]]
        return insert(sheet, path, head, added)
    if new_end == head and old_end == head + 1:
        return remove(sheet, path, head)
    return None


def joined(parts: list[Edits]) -> Edits:
    """Return all edits together; None when one of them could not be told."""
    edits: list[Edit] = []
    for part in parts:
        if part is None:
            return None
        edits += part
    return edits


def put_whole(
    sheet: Sheet, path: Path, node: Node, *, keeps_comments: bool = True
) -> Edits:
    """Write a value anew; comments inside the old one go above its first line."""
    old, key = sheet.node(path), sheet.key(path)
    start, end = old.span.start, sheet.end_of(old)
    anchor = start
    many = _levels_for(sheet, path)
    if key is not None and not sheet.is_flow(path):
        colon = sheet.after_colon(key)
        if colon is None:
            return None
        anchor, start, end = key.span.start, colon, max(colon, end)
        text = _behind_key(sheet, node, sheet.column(anchor) + INDENT, many)
    else:
        lines = [write_flow(node)]
        if not sheet.is_flow(path):
            lines = lines_for(node, sheet.column(start), levels=many)
        text = sheet.newline.join(lines).lstrip(" ")
        if start == end and path and sheet.text[start - 1] != " ":
            text = f" {text}"
    comments = sheet.comments_in(start, end) if keeps_comments else []
    return with_comments(sheet, [Edit(start, end, text)], comments, anchor)


def _levels_for(sheet: Sheet, path: Path) -> int | None:
    """Return how many levels of a value are written in block form; None for all."""
    is_filled = is_flow(sheet, path) and bool(children(sheet.node(path)))
    return 0 if is_filled or sheet.is_flow(path) else levels(sheet, len(path))


def _behind_key(sheet: Sheet, node: Node, indent: int, many: int | None) -> str:
    if not children(node) or many == 0:
        return f" {inline(node)}"
    lines = lines_for(node, indent, levels=many)
    return "".join(f"{sheet.newline}{line}" for line in lines)


def levels(sheet: Sheet, depth: int) -> int | None:
    """Return how many levels below a depth are written in block form; None for all.

    That depends on how the author writes the data of criteria, which stands below the
    object, the rule, the operator and the criterion.
    """
    if not sheet.prefers_flow:
        return None
    data = 4 + isinstance(sheet.root, SequenceNode)
    return max(0, data - depth)


def with_comments(
    sheet: Sheet, edits: list[Edit], comments: list[Comment], anchor: int | None = None
) -> list[Edit]:
    """Add comments to edits, on lines of their own above the first or an anchor."""
    first, *others = edits
    row = sheet.row(first.start if anchor is None else anchor)
    place, indent = sheet.row_start(row), " " * sheet.indent_of(row)
    above = "".join(f"{indent}{comment.text}{sheet.newline}" for comment in comments)
    if place == first.start:
        return [replace(first, replacement=above + first.replacement), *others]
    return [first, *others, *([Edit(place, place, above)] if above else [])]


def rename(sheet: Sheet, path: Path, name: str) -> Edits:
    """Give the value at a path another key."""
    key = sheet.key(path)
    if key is None or len(name) > _MAX_KEY or sheet.after_colon(key) is None:
        return None
    text = write_text(name, is_flow=sheet.is_flow(path))
    return [Edit(key.span.start, key.span.end, text)]


def is_flow(sheet: Sheet, path: Path) -> bool:
    """Return whether a node is a flow collection, or stands in one."""
    node = sheet.node(path)
    return not isinstance(node, ScalarNode) and node.is_flow


def insert(sheet: Sheet, path: Path, index: int, members: Sequence[Member]) -> Edits:
    """Insert members into a collection before the one of this number, or at the end."""
    node = sheet.node(path)
    count = len(children(node))
    if isinstance(node, ScalarNode) or count == 0:
        return None
    if node.is_flow:
        return insert_in_flow(sheet, node, index, [flow_member(one) for one in members])
    rows = rows_of(sheet, path, max(index - 1, 0))
    lines = [
        line
        for member in members
        for line in _member_lines(sheet, member, rows.column, len(path))
    ]
    if index > 0:
        return [insertion(sheet, rows.below + 1, lines)]
    return [insertion(sheet, rows.above, lines)] if rows.is_alone else None


def insertion(sheet: Sheet, row: int, lines: list[str]) -> Edit:
    """Return the edit that puts lines before a row."""
    place = sheet.row_start(row)
    if row == len(sheet.starts) and sheet.row_start(row - 1) < place:
        text = "".join(f"{sheet.newline}{line}" for line in lines)
    else:
        text = "".join(f"{line}{sheet.newline}" for line in lines)
    return Edit(place, place, text)


def flow_member(member: Member) -> str:
    """Return a member as it stands in a flow collection."""
    key, value = member
    return write_flow(value) if key is None else f"{flow_key(key)}: {write_flow(value)}"


def _member_lines(sheet: Sheet, member: Member, column: int, depth: int) -> list[str]:
    key, value = member
    span = value.span
    whole: Node = SequenceNode(span, (value,))
    if key is not None:
        whole = MappingNode(span, ((key, value),))
    many = levels(sheet, depth)
    return lines_for(whole, column, levels=None if many is None else max(many, 1))


def remove(sheet: Sheet, path: Path, index: int) -> Edits:
    """Remove a member of a collection, with its comments."""
    node = sheet.node(path)
    assert not isinstance(node, ScalarNode)  # noqa: S101 -- it has members
    if node.is_flow:
        return remove_from_flow(sheet, node, index)
    rows = rows_of(sheet, path, index)
    if len(children(node)) == 1:
        return _emptied(sheet, path, rows)
    if rows.is_alone:
        return [removal(sheet, rows.above, rows.below)]
    if not isinstance(node, MappingNode) or index > 0:
        return None
    # What follows takes the place behind the dash; its comments go above that.
    start, end = (key.span.start for key, _ in node.entries[:2])
    comments = sheet.comments_in(sheet.row_start(rows.below + 1), end)
    return with_comments(sheet, [Edit(start, end, "")], comments)


def removal(sheet: Sheet, first: int, last: int) -> Edit:
    """Return the edit that takes rows away."""
    return Edit(sheet.row_start(first), sheet.row_start(last + 1), "")


def _emptied(sheet: Sheet, path: Path, rows: Rows) -> Edits:
    """Take the only member away, and what is then left of the collection stays."""
    node, key = sheet.node(path), sheet.key(path)
    colon = None if key is None else sheet.after_colon(key)
    if colon is None or not rows.is_alone:
        empty = empty_like(node)
        return put_whole(sheet, path, empty, keeps_comments=False)
    text = " []" if isinstance(node, SequenceNode) else " {}"
    return [Edit(colon, colon, text), removal(sheet, rows.above, rows.below)]


def empty_like(node: Node) -> Node:
    """Return the empty collection of the same kind."""
    if isinstance(node, SequenceNode):
        return replace(node, items=())
    return MappingNode(node.span, ())


def move(sheet: Sheet, path: Path, index: int, target: Path, place: int) -> Edits:
    """Move the rows of a member of a block collection, as they are but for indentation.

    `place` is the number of the member of the target that it will stand before.
    """
    node, other = sheet.node(path), sheet.node(target)
    rows = rows_of(sheet, path, index)
    if not rows.is_alone or isinstance(other, ScalarNode) or is_flow(sheet, path):
        return None
    taken = (
        remove(sheet, path, index)
        if len(children(node)) == 1
        else [removal(sheet, rows.above, rows.below)]
    )
    count = len(children(other))
    if count == 0:
        return joined([taken, _fill(sheet, target, rows)])
    there = rows_of(sheet, target, max(place - 1, 0))
    if not there.is_alone or other.is_flow:
        return None
    row = there.below + 1 if place else there.above
    return joined([taken, [insertion(sheet, row, text_of(sheet, rows, there.column))]])


def _fill(sheet: Sheet, target: Path, rows: Rows) -> Edits:
    """Put rows into an empty list that stands behind its key."""
    key, empty = sheet.key(target), sheet.node(target)
    colon = None if key is None else sheet.after_colon(key)
    if key is None or colon is None or sheet.is_flow(target):
        return None
    row = sheet.row(empty.span.end)
    if sheet.row(key.span.start) != row:
        return None
    column = sheet.column(key.span.start) + INDENT
    lines = text_of(sheet, rows, column)
    return [Edit(colon, empty.span.end, ""), insertion(sheet, row + 1, lines)]


def carry(sheet: Sheet, path: Path, index: int, target: Path, place: int) -> Edits:
    """Take a member out here and write it anew there, with its comments above it."""
    node = sheet.node(path)
    member: Member = (sheet.key((*path, index)), children(node)[index])
    removed = remove(sheet, path, index)
    inserted = insert(sheet, target, place, [member])
    if removed is None or not inserted:
        return None
    comments = [
        comment for one in removed for comment in sheet.comments_in(one.start, one.end)
    ]
    return [*removed, *with_comments(sheet, inserted, comments)]


def copy(sheet: Sheet, path: Path, index: int) -> Edits:
    """Repeat the rows of a member of a block list right below it."""
    rows = rows_of(sheet, path, index)
    if not rows.is_alone or is_flow(sheet, path):
        return None
    return [insertion(sheet, rows.below + 1, text_of(sheet, rows, rows.column))]
