"""The comments of rules, operators and criteria: reading and writing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.language.comments import LINE_BREAK
from policies.language.errors import Edit, PolicyLanguageError
from policies.language.nodes import json_equal, to_json
from policies.texts import worded

from .engine import changed, result
from .model import Edited, EditingError, Place
from .rows import Rows, rows_of
from .sheet import Sheet
from .splices import is_flow

if TYPE_CHECKING:
    from policies.language.comments import Comment

    from .sheet import Path


def comment_of(sheet: Sheet, place: Place) -> str:
    """Return the comments of a place without their marks, one line for each.

    Those of a criterion are all on its lines and right above; those of a rule or an
    operator stand above it, or beside its keyword.
    """
    rows = _rows(sheet, place)
    if rows is None:
        return ""
    return "\n".join(_bare(comment) for comment in _own(sheet, rows, place))


def set_comment(text: str, place: Place, comment: str) -> Edited:
    """Give a place this comment, above it, instead of those that it has; "" for none.

    Raises:
        EditingError: there is no such place, or no line that a comment could stand on.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    rows = _rows(sheet, place)
    path, index = _member(sheet, place)
    old = [] if rows is None else _own(sheet, rows, place)
    edits = [_removal(sheet, one) for one in old]
    head = sheet.row(_start(sheet, path, index)) if rows is None else rows.head
    start = sheet.row_start(head)
    indent = " " * sheet.indent_of(head)
    lines = "".join(f"{indent}{line}{sheet.newline}" for line in _marked(comment))
    if lines:
        edits.append(Edit(start, start, lines))
    after = changed(sheet.text, edits)
    try:
        opened = None if after is None else Sheet.open(after)
    except PolicyLanguageError as error:
        problem = error.problems[0]
        raise EditingError(problem.code, problem.message) from error
    if opened is None or not json_equal(to_json(opened.root), to_json(sheet.root)):
        raise EditingError("no-line", worded("there is no line here for a comment"))
    return result(sheet, opened, edits)


def _member(sheet: Sheet, place: Place) -> tuple[Path, int]:
    """Return the collection that a place is a member of, and which member it is."""
    if place.index is not None:
        path = sheet.criterion_path(place)
    elif place.operator is not None:
        path = sheet.block_path(place)
    else:
        path = sheet.rule(place).body
    return path[:-1], path[-1]


def _rows(sheet: Sheet, place: Place) -> Rows | None:
    """Return the rows of a place; those of the dash when it stands behind one."""
    path, index = _member(sheet, place)
    while True:
        if is_flow(sheet, path):
            return None
        rows = rows_of(sheet, path, index)
        if rows.is_alone:
            return rows
        if index > 0 or not path:
            return None
        path, index = path[:-1], path[-1]


def _own(sheet: Sheet, rows: Rows, place: Place) -> list[Comment]:
    last = rows.below if place.index is not None else rows.head
    return sheet.comments_in(sheet.row_start(rows.above), sheet.row_start(last + 1))


def _start(sheet: Sheet, path: Path, index: int) -> int:
    key = sheet.key((*path, index))
    return sheet.node((*path, index)).span.start if key is None else key.span.start


def _removal(sheet: Sheet, comment: Comment) -> Edit:
    row = sheet.row(comment.start)
    if row in sheet.remarks:
        return Edit(sheet.row_start(row), sheet.row_start(row + 1), "")
    start = comment.start
    while sheet.text[start - 1] in " \t":
        start -= 1
    return Edit(start, comment.end, "")


def _bare(comment: Comment) -> str:
    return comment.text.lstrip("#").strip()


def _marked(comment: str) -> list[str]:
    stripped = comment.strip()
    lines = LINE_BREAK.split(stripped) if stripped else []
    return [f"# {line.strip()}".rstrip() for line in lines]
