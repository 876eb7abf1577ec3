"""What can be wrong with a policy text, and where: spans, problems, the error.

Nothing here knows how a problem is found; every stage from the text to the compiled
program reports in these terms, so that a person sees all of them at once.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from policies.texts import worded

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PROBLEMS = 100
_MAX_ECHO = 60


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of the source text.

    `line` and `column` count from 1, `start` and `end` are offsets in characters, as
    `text[start:end]` takes them. A span that covers several lines has the position of
    its beginning and its whole length.
    """

    start: int
    end: int
    line: int
    column: int

    @property
    def length(self) -> int:
        return self.end - self.start

    def to(self, other: Span) -> Span:
        """Return the span from the beginning of this one to the end of another."""
        return Span(self.start, max(self.end, other.end), self.line, self.column)


START = Span(0, 0, 1, 1)


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Stage(StrEnum):
    """The step that found a problem, in the order in which Core would refuse."""

    PARSE = "parse"
    GENERATE = "generate"
    COMPILE = "compile"
    SAVING = "saving"
    LINT = "lint"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `text[start:end]` with `replacement`."""

    start: int
    end: int
    replacement: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change of the source that removes a problem; its edits don't overlap."""

    title: str
    edits: tuple[Edit, ...]

    def apply(self, source: str) -> str:
        """Return the source with all edits made."""
        for edit in sorted(self.edits, key=lambda edit: edit.start, reverse=True):
            source = source[: edit.start] + edit.replacement + source[edit.end :]
        return source


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or dubious, in a policy text."""

    code: str
    message: str
    span: Span
    stage: Stage
    severity: Severity = Severity.ERROR
    suggestion: str | None = None
    fix: Fix | None = None

    def __str__(self) -> str:
        hint = f"; {self.suggestion}" if self.suggestion else ""
        return f"{self.span.line}:{self.span.column}: {self.message}{hint}"


class PolicyLanguageError(Exception):
    """A policy text that can't be used; `problems` holds everything wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first, *others = self.problems
        more = f" (and {len(others)} more)" if others else ""
        super().__init__(f"{first}{more}")

    @property
    def stage(self) -> Stage:
        """The earliest stage that refused: the one at which Core would stop."""
        found = {
            problem.stage
            for problem in self.problems
            if problem.severity is Severity.ERROR
        }
        return next((stage for stage in Stage if stage in found), Stage.LINT)


@dataclass(slots=True)
class Report:
    """Collects problems while a text is read; full after `MAX_PROBLEMS`.

    `passes_over` are codes that are not noted, and so take no place from others.
    """

    problems: list[Problem] = field(default_factory=list)
    passes_over: frozenset[str] = frozenset()

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        stage: Stage,
        suggestion: str | None = None,
        fix: Fix | None = None,
    ) -> None:
        """Note an error, unless it repeats one at the same place."""
        if code in self.passes_over:
            return
        problem = Problem(code, message, span, stage, suggestion=suggestion, fix=fix)
        if not self.is_full and problem not in self.problems:
            self.problems.append(problem)

    @property
    def is_full(self) -> bool:
        return len(self.problems) >= MAX_PROBLEMS

    def raise_if_any(self) -> None:
        """Raise what was found, in the order of the text.

        Raises:
            PolicyLanguageError: at least one problem was noted.
        """
        if self.problems:
            raise PolicyLanguageError(self.in_text_order())

    def in_text_order(self) -> tuple[Problem, ...]:
        """Return what was found, from the beginning of the text to its end."""
        return tuple(sorted(self.problems, key=lambda problem: problem.span))


def quoted(text: str) -> str:
    """Return user input in backticks, shortened and on one line."""
    shown = "".join(char if char.isprintable() else "�" for char in text[:_MAX_ECHO])
    return f"`{shown}…`" if len(text) > _MAX_ECHO else f"`{shown}`"


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that was probably meant, if one is close enough."""
    if len(name) > _MAX_ECHO:
        return None
    candidates = {candidate.lower(): candidate for candidate in known}
    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    found = difflib.get_close_matches(wanted, candidates, n=1, cutoff=0.65)
    return candidates[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return `did you mean …?` for a name that is close to a known one."""
    meant = closest(name, known)
    return worded("did you mean `%(meant)s`?", meant=meant) if meant else None


def known_are(known: Iterable[str]) -> str:
    """Return what may stand in the place of a name that is unknown."""
    names = ", ".join(f"`{name}`" for name in known)
    return worded("known are %(names)s", names=names)


def write(text: str) -> str:
    """Return the title of a fix that writes a text."""
    return worded("Write `%(text)s`", text=text)


def replace_with(span: Span, replacement: str, *, title: str) -> Fix:
    """Return the fix that puts something else in the place of a span."""
    return Fix(title, (Edit(span.start, span.end, replacement),))
