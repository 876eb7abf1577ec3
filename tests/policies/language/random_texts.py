"""Random ways to write a policy down: styles, quoting, indentation, comments, gaps.

Deliberately knows nothing of the package's own writer. Comments are numbered, so that
a test can tell whether one was lost.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from policies.language.scalars import STR, resolve_scalar

if TYPE_CHECKING:
    import random

COMMENT = re.compile("# c[0-9]+;")
_SIMPLE = re.compile("[A-Za-z/][A-Za-z0-9@./-]*")
_LITERAL = re.compile(r"([A-Za-z][A-Za-z0-9 #:]*\n)+")
_ASTRAL = 0xFFFF


def write(rng: random.Random, value: Any) -> str:
    """Return a text for a policy; parsing it gives the same value again."""
    return Writer(rng).document(value)


@dataclass
class Writer:
    rng: random.Random
    comments: int = 0
    commenting: float = field(init=False)
    flow: float = field(init=False)
    step: int = field(init=False)

    def __post_init__(self) -> None:
        self.commenting = self.rng.choice((0, 0.1, 0.5))
        self.flow = self.rng.choice((0, 0.1, 0.4, 1))
        self.step = self.rng.choice((1, 2, 2, 4))

    def document(self, value: Any) -> str:
        lines = [*self.between(0), *self.block(value, 0), *self.between(0)]
        if self.rng.random() < 0.1:
            lines.insert(0, "---")
        text = self.rng.choice(("\n", "\n", "\n", "\r\n")).join(lines)
        return text + self.rng.choice(("\n", "", "\n\n"))

    def comment(self) -> str:
        self.comments += 1
        return f"# c{self.comments}; a: [b"

    def beside(self) -> str:
        if self.rng.random() >= self.commenting:
            return ""
        return " " * self.rng.randint(1, 3) + self.comment()

    def between(self, indent: int) -> list[str]:
        """Return comments and blank lines that may stand before a line."""
        lines = []
        while self.rng.random() < self.commenting:
            if self.rng.random() < 0.4:
                lines.append(self.rng.choice(("", "  ")))
            else:
                lines.append(
                    " " * max(0, indent + self.rng.randint(-2, 3)) + self.comment()
                )
        return lines

    def block(self, value: Any, indent: int) -> list[str]:
        if not isinstance(value, dict | list) or not value or self.is_flow():
            first, *rest = self.inline(value, indent)
            return [" " * indent + first, *rest]
        if isinstance(value, list):
            return self.sequence(value, indent)
        lines: list[str] = []
        for key, item in value.items():
            lines += self.between(indent)
            lines += self.entry(key, item, indent)
        return lines

    def is_flow(self) -> bool:
        return self.rng.random() < self.flow

    def sequence(self, value: list[Any], indent: int) -> list[str]:
        lines: list[str] = []
        for item in value:
            lines += self.between(indent)
            inner = indent + self.rng.choice((2, 2, 2, 3, 4))
            if self.rng.random() < 0.1:
                lines.append(" " * indent + "-" + self.beside())
                lines += self.between(inner)
                lines += self.block(item, inner)
                continue
            body = self.block(item, inner)
            while not body[0].strip() or body[0].lstrip().startswith("#"):
                lines.append(body.pop(0))
            lines.append(" " * indent + "-" + body[0][indent + 1 :])
            lines += body[1:]
        return lines

    def entry(self, key: str, value: Any, indent: int) -> list[str]:
        head = " " * indent + self.text(key, is_key=True) + ":"
        if not isinstance(value, dict | list) or not value or self.is_flow():
            if self.rng.random() < 0.05:
                return [head + self.beside(), *self.block(value, indent + self.step)]
            first, *rest = self.inline(value, indent)
            return [f"{head} {first}", *rest]
        head += self.beside()
        if isinstance(value, list) and self.rng.random() < 0.3:
            return [head, *self.sequence(value, indent)]
        return [head, *self.block(value, indent + self.step)]

    def inline(self, value: Any, indent: int) -> list[str]:
        """Return what can follow a key: the rest of its line, and further lines."""
        if (
            isinstance(value, str)
            and _LITERAL.fullmatch(value)
            and self.rng.random() < 0.5
        ):
            lines = [" " * (indent + 1) + line for line in value[:-1].split("\n")]
            return ["|" + self.beside(), *lines]
        if isinstance(value, dict | list):
            *lines, last = self.spread(value, indent + 1).split("\n")
            return [*lines, last + self.beside()]
        return [self.scalar(value) + self.beside()]

    def spread(self, value: Any, indent: int) -> str:
        """Return a flow collection, maybe over several lines."""
        if not isinstance(value, dict | list):
            return self.scalar(value)
        if isinstance(value, list):
            opening, closing = "[", "]"
            parts = [self.spread(item, indent) for item in value]
        else:
            opening, closing = "{", "}"
            parts = [
                f"{self.text(key, is_key=True)}: {self.spread(item, indent)}"
                for key, item in value.items()
            ]
        if not parts or self.rng.random() < 0.7:
            return opening + ", ".join(parts) + closing
        margin = "\n" + " " * indent
        body = "".join(f"{part},{self.beside()}{margin}" for part in parts)
        return opening + self.beside() + margin + body + closing

    def scalar(self, value: Any) -> str:
        if isinstance(value, str):
            return self.text(value)
        if value is None:
            return self.rng.choice(("null", "~", "Null"))
        if isinstance(value, bool):
            text = json.dumps(value)
            return self.rng.choice((text, text.title(), text.upper()))
        return json.dumps(value)

    def text(self, text: str, *, is_key: bool = False) -> str:
        is_plain = _SIMPLE.fullmatch(text) and resolve_scalar(text, None)[0] == STR
        if is_plain and (is_key or self.rng.random() < 0.7):
            return text
        if text.isprintable() and text.isascii() and self.rng.random() < 0.5:
            doubled = text.replace("'", "''")
            return f"'{doubled}'"
        return '"' + "".join(map(self.escaped, text)) + '"'

    def escaped(self, char: str) -> str:
        if char in '"\\':
            return "\\" + char
        if char.isascii() and char.isprintable():
            return char
        code = ord(char)
        return f"\\U{code:08x}" if code > _ASTRAL else f"\\u{code:04x}"
