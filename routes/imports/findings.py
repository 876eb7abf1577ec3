"""What an import has to say about a file: problems, warnings and notes, with places.

A problem stops the import; a warning tells of something that may not be meant; a note
says what was done. Each names its line and column, and what to do about it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from policies.language.errors import Span
from policies.language.nodes import Node, ScalarNode
from policies.texts import packed, unpacked, worded

MAX_FINDINGS = 500  # of each severity
EXCERPT_WIDTH = 100
MAX_LINE = 2000

# A key that sounds like a secret; its value is up to the end of a line of its own, or
# up to the next comma or bracket.
_SECRET = re.compile(
    r"(?i)(?P<key>[\w.\-]{0,80}(?:secret|password|passwd|token|credential|api_?key"
    r"|signing_key|certificate_key|client_key|authorization|connection_string|cookie)"
    r"[\w.\-]{0,80}[\"']?\s{0,9}:\s{0,9})"
    r"(?P<value>\"(?:[^\"\\]|\\.)*\"?|'[^']*'?|[^\s,{\[\]}][^,{\[\]}]*)"
)
_LINE_KEY = re.compile(r"[\s\-]*(?P<key>[\w.\-\"']+\s*:\s*)\S")
_HIDDEN = "…"


class Severity(StrEnum):
    """How much a finding matters. Only a problem stops the import."""

    PROBLEM = "problem"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a file; counts from 1. `length` is 0 when only a point is known."""

    line: int = 1
    column: int = 1
    length: int = 0

    @classmethod
    def of(cls, node: Node) -> "Place":
        """Return the place of a node, of its first line only."""
        return cls.at(node.span, one_line=isinstance(node, ScalarNode))

    @classmethod
    def at(cls, span: Span, *, one_line: bool = True) -> "Place":
        """Return the place of a span of the file."""
        return cls(span.line, span.column, span.length if one_line else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to say about a place in the file.

    `message` is one sentence without its full stop, input in backticks; `remedy` says
    what to do. `excerpt` is the line with secrets hidden, `caret` the offset in it.
    """

    severity: Severity
    code: str
    message: str
    remedy: str = ""
    place: Place = Place()
    excerpt: str = ""
    caret: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the finding as it is stored and answered."""
        values = asdict(self)
        place = values.pop("place")
        words = words_of(message=self.message, remedy=self.remedy)
        return {**values, "severity": self.severity.value, **place, **words}


def words_of(**texts: str) -> dict[str, Any]:
    """Return what texts are made of, to be stored beside them."""
    return {"words": {name: packed(text) for name, text in texts.items()}}


def in_words(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was stored, with its texts fit for another language."""
    values = dict(stored)
    words = values.pop("words", {})
    return values | {name: unpacked(data) for name, data in words.items()}


class Findings:
    """Collects findings; of very many it keeps the first, and counts the rest."""

    def __init__(self, text: str = "") -> None:
        self._lines: list[str] | None = None
        self._text = text
        self.kept: list[Finding] = []
        self.problems = 0
        self.left_out = 0

    def problem(
        self, code: str, message: str, place: Place, *, remedy: str = ""
    ) -> None:
        """Note something that stops the import."""
        self.problems += 1
        self._add(Severity.PROBLEM, code, message, place, remedy)

    def warning(
        self, code: str, message: str, place: Place, *, remedy: str = ""
    ) -> None:
        """Note something that may not be meant."""
        self._add(Severity.WARNING, code, message, place, remedy)

    def note(self, code: str, message: str, place: Place, *, remedy: str = "") -> None:
        """Note what was done, where nobody might expect it."""
        self._add(Severity.NOTE, code, message, place, remedy)

    def in_order(self) -> list[Finding]:
        """Return the findings: problems first, each kind in the order of the file."""
        rank = list(Severity)
        return sorted(self.kept, key=lambda one: (rank.index(one.severity), one.place))

    def _add(
        self, severity: Severity, code: str, message: str, place: Place, remedy: str
    ) -> None:
        if sum(one.severity is severity for one in self.kept) >= MAX_FINDINGS:
            self.left_out += 1
            return
        excerpt, caret = self._excerpt(place)
        finding = Finding(
            severity=severity,
            code=code,
            message=message,
            remedy=remedy,
            place=place,
            excerpt=excerpt,
            caret=caret,
        )
        if finding not in self.kept:
            self.kept.append(finding)

    def line(self, number: int) -> str:
        """Return a line of the file (from 1), or "" beyond its end."""
        if self._lines is None:
            self._lines = self._text.splitlines()
        return self._lines[number - 1] if 1 <= number <= len(self._lines) else ""

    def _excerpt(self, place: Place) -> tuple[str, int]:
        return excerpt(self.line(place.line), place.column)


def excerpt(line: str, column: int) -> tuple[str, int]:
    """Return a line fit to be shown, and the offset in it of a column (from 1).

    Values of keys that sound like secrets are hidden. Long lines are cut around the
    column, very long ones are not shown at all; unprintable characters become U+FFFD.
    """
    if len(line) > MAX_LINE:
        return "", 0
    alone = _LINE_KEY.match(line)
    if alone is not None and _SECRET.match(alone["key"] + "x"):
        line = line[: alone.end("key")] + _HIDDEN
    else:
        line = _SECRET.sub(lambda found: found["key"] + _HIDDEN, line)
    line = "".join(
        " " if char == "\t" else char if char.isprintable() else "\ufffd"
        for char in line
    )
    caret = min(max(column - 1, 0), len(line))
    start = max(0, caret - EXCERPT_WIDTH // 2) if len(line) > EXCERPT_WIDTH else 0
    shown = line[start : start + EXCERPT_WIDTH].rstrip()
    return shown, min(caret - start, len(shown))


def join_words(words: Iterable[str], *, is_choice: bool = False) -> str:
    """Return `a, b and c`, or `a, b or c`."""
    items = list(words)
    if len(items) < 2:  # noqa: PLR2004 -- one word needs no joining
        return "".join(items)
    values = {"others": ", ".join(items[:-1]), "last": items[-1]}
    if is_choice:
        return worded("%(others)s or %(last)s", **values)
    return worded("%(others)s and %(last)s", **values)
