"""Carries an edit out: tries the precise changes first, and reads every result again.

INVARIANT: what is returned holds the tree that the edit meant. A change that turns out
to mean something else is dropped for one that writes a larger part of the text anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from policies.language.errors import Edit, PolicyLanguageError
from policies.language.nodes import json_equal, to_json
from policies.language.writer import UnwritableValueError
from policies.texts import worded

from .model import Edited, EditingError
from .sheet import MARK, Sheet, children, prefixes
from .splices import put_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from policies.language.nodes import Node

    from .sheet import Path
    from .splices import Edits

# Limits that no other way of writing the same tree keeps.
_OF_THE_TREE: Final = frozenset({"too-deep", "too-many-criteria", "too-many-values"})


def carry_out(
    sheet: Sheet, wanted: Node, path: Path, *precise: Callable[[], Edits]
) -> Edited:
    """Return the text with the tree `wanted`, which differs from the old below `path`.

    Raises:
        EditingError: the result can't be written, or would break a limit.
    """
    attempt = _Attempt(sheet, wanted)
    try:
        for candidate in precise:
            edited = attempt.make(candidate())
            if edited is not None:
                return edited
        for edits in _coarse(sheet, wanted, path):
            edited = attempt.make(edits)
            if edited is not None:
                return edited
    except UnwritableValueError as error:
        raise EditingError("unwritable", error.args[0]) from error
    raise attempt.refusal


def _coarse(sheet: Sheet, wanted: Node, path: Path) -> Iterator[Edits]:
    """Yield changes that write the value at a path anew, then ever larger ones."""
    for place in prefixes(path):
        node = wanted
        for number in place:
            node = children(node)[number]
        yield put_whole(sheet, place, node)


@dataclass(slots=True)
class _Attempt:
    sheet: Sheet
    wanted: Node
    refusal: EditingError = field(
        default_factory=lambda: EditingError(
            "not-possible", worded("it can't be changed here")
        )
    )

    def make(self, edits: Edits) -> Edited | None:
        """Return the text after edits, if it then holds what was wanted."""
        if edits is None:
            return None
        edits = [_apart(self.sheet.text, edit) for edit in edits]
        text = changed(self.sheet.text, edits)
        if text is None:
            return None
        try:
            after = Sheet.open(text)
        except PolicyLanguageError as error:
            problem = error.problems[0]
            self.refusal = EditingError(problem.code, problem.message)
            if problem.code in _OF_THE_TREE:
                raise self.refusal from error
            return None
        if not json_equal(to_json(after.root), to_json(self.wanted)):
            return None
        return result(self.sheet, after, edits)


def _apart(text: str, edit: Edit) -> Edit:
    """Keep a value away from a comment right behind it, which only a bracket may be."""
    last = edit.replacement[-1:]
    if text[edit.end : edit.end + 1] != "#" or not last or last.isspace():
        return edit
    return Edit(edit.start, edit.end, f"{edit.replacement} ")


def changed(text: str, edits: Iterable[Edit]) -> str | None:
    """Return a text with edits made; None when they get into each other's way."""
    parts = []
    end = 0
    for edit in sorted(edits, key=_order):
        if edit.start < end:
            return None
        parts += [text[end : edit.start], edit.replacement]
        end = edit.end
    return "".join([*parts, text[end:]])


def _order(edit: Edit) -> tuple[int, int]:
    return edit.start, edit.end


def result(before: Sheet, after: Sheet, edits: Iterable[Edit]) -> Edited:
    """Return the result of edits, with the lines that they touched."""
    old = before.text.splitlines(keepends=True)
    new = after.text.splitlines(keepends=True)
    least = min(len(old), len(new))
    head = 0
    while head < least and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < least - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    ordered = sorted(edits, key=_order)
    if before.has_mark:
        ordered = [
            Edit(0, 1, ""),
            *(Edit(one.start + 1, one.end + 1, one.replacement) for one in ordered),
        ]
    last = len(new) - tail
    return Edited(after.text, head + 1, last, tuple(ordered), after.document)


def together(before: Sheet, text: str) -> Edited:
    """Return several steps as one, from the text before them to that after them."""
    old, text = before.text, text.removeprefix(MARK)
    if old == text:
        return result(before, before, [])
    least = min(len(old), len(text))
    head = next((n for n in range(least) if old[n] != text[n]), least)
    rest = least - head
    tail = next((n for n in range(rest) if old[-1 - n] != text[-1 - n]), rest)
    edit = Edit(head, len(old) - tail, text[head : len(text) - tail])
    return result(before, Sheet.open(text), [edit])
