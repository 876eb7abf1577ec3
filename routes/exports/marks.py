"""What a configuration for Core has no room for, in comments that an import reads.

A mark is a comment line `# postern: {…}` that holds JSON. There are four kinds:

    {"export": {...}}   once, at the head: what was exported, and by which format
    {"policy": {...}}   in the catalog below the head; followed by `#| ` lines with
                        the exact source where no route carries it
    {"route": {...}}    directly before a route
    {"use": {...}}      inside a route, directly before the rules of one policy

Marks are hints. Whoever reads one checks that it fits what is there; a mark that was
edited, or that comes from elsewhere, is left out of account.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FORMAT = 1
KINDS = frozenset({"export", "policy", "route", "use"})

_HEAD = "# postern: "
_SOURCE_HEAD = "#|"
_MARK = re.compile(r"^[ \t]*# postern: (\{.*\})[ \t]*$", re.MULTILINE)
_SOURCE = re.compile(r"[ \t]*#\|(?: (.*))?")
# What YAML takes for the end of a line would let a source break out of its comment.
_UNUSUAL_BREAKS = re.compile("[\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark as found: its line (from 1), its kind, and what it says."""

    line: int
    kind: str
    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a value that must be text; anything else counts as not given."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a value that must be a list of texts; other items don't count."""
        value = self.values.get(name)
        if not isinstance(value, list):
            return ()
        return tuple(item for item in value if isinstance(item, str))


def write_mark(kind: str, **values: Any) -> str:
    """Return a mark's line; values that are None or empty text are left out."""
    given = {
        name: value
        for name, value in values.items()
        if value is not None and value != ""
    }
    # ASCII only: several characters of Unicode would end the comment.
    return _HEAD + json.dumps({kind: given}, ensure_ascii=True)


def write_comment(text: str) -> str:
    """Return text as one comment line, whatever it holds."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return f"# {shown.strip()}" if shown.strip() else "#"


def write_source(source: str) -> list[str] | None:
    """Return a source as comment lines, or None if lines can't hold it exactly."""
    if _UNUSUAL_BREAKS.search(source):
        return None
    return [
        f"{_SOURCE_HEAD} {line}".rstrip(" ") if not line else f"{_SOURCE_HEAD} {line}"
        for line in source.split("\n")
    ]


def read_marks(text: str) -> list[Mark]:
    """Return the marks of a file, in order; lines that are no mark are passed over."""
    marks: list[Mark] = []
    if _HEAD not in text:
        return marks
    line, offset = 1, 0
    for found in _MARK.finditer(text):
        line += text.count("\n", offset, found.start())
        offset = found.start()
        mark = _read(found.group(1), line)
        if mark is not None:
            marks.append(mark)
    return marks


def _read(text: str, line: int) -> Mark | None:
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(payload, dict) or len(payload) != 1:
        return None
    kind, values = next(iter(payload.items()))
    if kind not in KINDS or not isinstance(values, dict):
        return None
    return Mark(line, kind, values)


def read_source(lines: list[str], line: int) -> str | None:
    """Return the source that comment lines after a mark in `line` (from 1) hold."""
    kept: list[str] = []
    for at in range(line, len(lines)):
        found = _SOURCE.fullmatch(lines[at])
        if found is None:
            break
        kept.append(found.group(1) or "")
    return "\n".join(kept) if kept else None
