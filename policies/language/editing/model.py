"""What editing a policy text deals in: places, results, and what can't be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.language.grammar import Operator
from policies.texts import worded

if TYPE_CHECKING:
    from policies.language.errors import Edit
    from policies.language.grammar import PolicyDocument


class EditingError(ValueError):
    """An edit that can't be made; `code` tells which kind of reason it has."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Place:
    """A rule, an operator of a rule, or a criterion of an operator.

    Rules are counted from 0 as they stand in the text, criteria within their operator.
    Written `0`, `0/or`, `0/or/2`.
    """

    rule: int
    operator: Operator | None = None
    index: int | None = None

    @classmethod
    def read(cls, text: str) -> Place:
        """Return the place that a text names.

        Raises:
            EditingError: it names none.
        """
        rule, *rest = text.split("/", 2)
        try:
            operator = Operator(rest[0]) if rest else None
            index = _number(rest[1]) if len(rest) > 1 else None
            return cls(_number(rule), operator, index)
        except ValueError:
            raise EditingError(
                "no-such-place", worded("%(text)s is no place", text=f"{text[:40]!r:}")
            ) from None

    def __str__(self) -> str:
        parts = (self.rule, self.operator, self.index)
        return "/".join(str(part) for part in parts if part is not None)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


@dataclass(frozen=True, slots=True)
class Edited:
    """A text after an edit, and the lines that it touched.

    Lines `first_line` to `last_line` of the new text, counted from 1, stand in the
    place of what was there; none if lines were only removed, and then `last_line` is
    the one before. `edits` lead from the old text to the new one. `document` is the new
    text read by the grammar alone: its data may still be wrong.
    """

    text: str
    first_line: int
    last_line: int
    edits: tuple[Edit, ...]
    document: PolicyDocument
