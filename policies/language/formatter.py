"""Policy text in its one canonical form: block style, two spaces, quotes where needed.

Rules, operators and criteria keep their order, comments their place. What the text
means is not looked at, so a policy that can't be compiled yet is formatted as well.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from policies.texts import worded

from . import source
from .comments import find_comments, line_starts
from .decoding import MAX_BYTES, decode
from .errors import START, PolicyLanguageError, Report, Stage
from .nodes import MappingNode, Node, SequenceNode
from .writer import Line, block_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .comments import Comment

# What only obscures the text is resolved; a further document would be lost.
_RESOLVED: Final = frozenset({"anchor", "alias", "merge-key", "tag", "directive"})
_BEFORE_CONTENT: Final = re.compile(r"[\s\-?:]*")
_BLANK: Final = re.compile(r"\s*")
_SPACES: Final = re.compile(" *")


def format_policy(text: str | bytes) -> str:
    """Return a policy text in its canonical form, which means exactly the same.

    A list of just one rules-object becomes that object. Anchors, aliases and merge keys
    are written out. Formatting twice is the same as formatting once.

    Raises:
        PolicyLanguageError: the text can't be read, or would become too large.
    """
    report = Report(passes_over=_RESOLVED)
    readable = decode(text, report)
    root = None
    if readable is not None:
        root = source.compose(readable, report, saving=True)
    if readable is None or root is None or report.problems:
        raise PolicyLanguageError(report.in_text_order())
    layout = _Layout(readable, tuple(_limited(block_lines(_unwrapped(root)))))
    return _joined(layout.arrange(find_comments(readable, root)))


def _unwrapped(root: Node) -> Node:
    if isinstance(root, SequenceNode) and len(root.items) == 1:
        (only,) = root.items
        if isinstance(only, MappingNode):
            return only
    return root


def _limited(lines: Iterable[Line]) -> Iterator[Line]:
    """Pass lines on while they fit a policy: an alias may stand for very much."""
    size = 0
    for line in lines:
        size += line.indent + len(line.text) + 1
        if size > MAX_BYTES:
            _refuse()
        yield line


def _joined(lines: Iterable[str]) -> str:
    text = "".join(f"{line}\n" for line in lines)
    if len(text.encode()) > MAX_BYTES:
        _refuse()
    return text


def _refuse() -> None:
    report = Report()
    message = worded(
        "formatted, the policy would have more than %(max_bytes)s bytes",
        max_bytes=MAX_BYTES,
    )
    report.error("too-large", message, START, stage=Stage.PARSE)
    report.raise_if_any()


@dataclass(slots=True)
class _Remark:
    """A comment on a line of its own, before the line of this number."""

    comment: Comment
    indent: int
    has_gap: bool


@dataclass(slots=True)
class _Layout:
    """Puts comments and blank lines where they belong among the lines of the result.

    `placed` are the numbers of the lines that have a place in the source, and `starts`
    those places; `parents` leads from each line to the one that it stands below.
    """

    text: str
    lines: tuple[Line, ...]
    breaks: list[int] = field(init=False)
    placed: list[int] = field(init=False)
    starts: list[int] = field(init=False)
    parents: list[int] = field(init=False)
    above: dict[int, list[_Remark]] = field(default_factory=dict)
    beside: dict[int, str] = field(default_factory=dict)
    columns: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.breaks = line_starts(self.text)
        numbered = [(line.start, number) for number, line in enumerate(self.lines)]
        known = [(start, number) for start, number in numbered if start >= 0]
        self.starts = [start for start, _ in known]
        self.placed = [number for _, number in known]
        self.parents = _parents(self.lines)

    def arrange(self, comments: Iterable[Comment]) -> Iterator[str]:
        """Yield the lines of the result."""
        for comment in comments:
            self._place(comment)
        is_first = True
        passed = -1
        for number, line in enumerate(self.lines):
            yield from self._above(number, is_first=is_first)
            is_first = is_first and number not in self.above
            if line.start >= 0:
                row = self._row(line.start)
                if row != passed and not is_first and self._has_gap(row, line.start):
                    yield ""
                passed = row
            beside = self.beside.get(number)
            yield " " * line.indent + line.text + (f"  {beside}" if beside else "")
            is_first = False
        yield from self._above(len(self.lines), is_first=False)

    def _above(self, number: int, *, is_first: bool) -> Iterator[str]:
        for remark in self.above.get(number, ()):
            if remark.has_gap and not is_first:
                yield ""
            yield " " * remark.indent + remark.comment.text
            is_first = False

    def _place(self, comment: Comment) -> None:
        following = bisect_left(self.starts, comment.start)
        before = self.placed[following - 1] if following else -1
        if not comment.is_alone and following and before not in self.beside:
            self.beside[before] = comment.text
            return
        is_last = following == len(self.placed)
        number = len(self.lines) if is_last else self.placed[following]
        indent = self._indent(comment, number, before)
        has_gap = comment.is_alone and self._has_gap(
            self._row(comment.start), comment.start
        )
        self.above.setdefault(number, []).append(_Remark(comment, indent, has_gap))

    def _indent(self, comment: Comment, number: int, before: int) -> int:
        """Return how far in a comment stands: like what follows, or what it ends."""
        least, column = 0, 0
        if number < len(self.lines):
            least, column = self.lines[number].indent, self._column(self.lines[number])
        if comment.column <= column:
            return least
        while before >= 0 and self._column(self.lines[before]) > comment.column:
            before = self.parents[before]
        return max(least, self.lines[before].indent) if before >= 0 else least

    def _row(self, start: int) -> int:
        return bisect_right(self.breaks, start) - 1

    def _column(self, line: Line) -> int:
        """Return where the source line of a line begins, after its indentation."""
        row = self._row(line.start)
        if row not in self.columns:
            found = _SPACES.match(self.text, self.breaks[row])
            self.columns[row] = 0 if found is None else len(found.group())
        return self.columns[row]

    def _has_gap(self, row: int, start: int) -> bool:
        """Return whether what stands here begins its line, below a blank one."""
        if row == 0:
            return False
        begin, above = self.breaks[row], self.breaks[row - 1]
        return _is_filled(_BEFORE_CONTENT, self.text, begin, start) and _is_filled(
            _BLANK, self.text, above, begin
        )


def _is_filled(pattern: re.Pattern[str], text: str, start: int, end: int) -> bool:
    return pattern.fullmatch(text, start, end) is not None


def _parents(lines: Iterable[Line]) -> list[int]:
    parents: list[int] = []
    open_lines: list[tuple[int, int]] = []
    for number, line in enumerate(lines):
        while open_lines and open_lines[-1][0] >= line.indent:
            open_lines.pop()
        parents.append(open_lines[-1][1] if open_lines else -1)
        open_lines.append((line.indent, number))
    return parents
