"""The characters of a text: which there may be, and how many.

What they say is read in `source`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from policies.texts import counted, worded

from .errors import START, Report, Span, Stage

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 16
MAX_NODES: Final = 8_000
OBSCURE: Final = frozenset(
    {"alias", "anchor", "directive", "further-document", "merge-key", "tag"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much a text may hold, and which constructs it has to do without.

    `noun` and `verb` are how messages speak of the text: a policy is `saved`, another
    file may be `imported`. `refused` names constructs of those in `OBSCURE`.
    """

    noun: str = worded("the policy")
    verb: str = worded("saved")
    max_bytes: int = MAX_BYTES
    max_depth: int = MAX_DEPTH
    max_nodes: int = MAX_NODES
    refused: frozenset[str] = frozenset()


READING: Final = Bounds()
SAVING: Final = Bounds(refused=OBSCURE)

_UNREADABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


def decode(
    text: str | bytes, report: Report, *, bounds: Bounds = READING
) -> str | None:
    """Return the text of a policy, or None after reporting why there is none."""
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if len(data) > bounds.max_bytes:
        message = counted(
            "%(noun)s has %(count)s byte, more than %(most)s",
            "%(noun)s has %(count)s bytes, more than %(most)s",
            count=len(data),
            noun=bounds.noun,
            most=bounds.max_bytes,
        )
        refuse(report, "too-large", message)
        return None
    if isinstance(text, bytes):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            start = data[: error.start].decode("utf-8")
            refuse(
                report, "not-utf-8", worded("the text is not UTF-8"), _position(start)
            )
            return None
    found = _UNREADABLE.search(text)
    if found is not None:
        char = ord(found.group())
        span = _position(text[: found.start()], length=1)
        message = worded(
            "the character U+%(char)s is not allowed in %(noun)s",
            char=f"{char:04X}",
            noun=bounds.noun,
        )
        refuse(report, "control-character", message, span)
        return None
    return text


def _position(before: str, *, length: int = 0) -> Span:
    lines = before.splitlines(keepends=True) or [""]
    if lines[-1].endswith(("\n", "\r")):
        lines.append("")
    start = len(before)
    return Span(start, start + length, len(lines), len(lines[-1]) + 1)


def refuse(report: Report, code: str, message: str, span: Span = START) -> None:
    """Report what makes a text unreadable."""
    report.error(code, message, span, stage=Stage.PARSE)
