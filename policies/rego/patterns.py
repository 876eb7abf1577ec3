"""Patterns of Go, as OPA reads them, in the words of the engine (Rust).

Both are of the family of RE2, and differ in little: which characters `\\w` and its like
stand for, what may stand in brackets, what a brace without a count is. A pattern is
read as Go reads it and written again in what both have in common.

https://pkg.go.dev/regexp/syntax is what Go reads.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_REPEATED: Final = 1000
_MANY: Final = 1_000  # patterns that are remembered

_CLASSES: Final = {
    "d": "0-9",
    "s": r"\t\n\f\r\x20",
    "w": "0-9A-Za-z_",
}
_ASSERTIONS: Final = {
    "A": r"\A",
    "z": r"\z",
    "b": r"(?-u:\b)",
    "B": r"(?-u:\B)",
}
_CHARACTERS: Final = dict(zip("afnrtv", b"\a\f\n\r\t\v", strict=True))
_ASCII: Final = 127
_SURROGATES: Final = (0xD800, 0xDFFF)
_COUNT: Final = re.compile(r"\{(\d+)(,(\d*))?\}")
_FLAGS: Final = re.compile(r"\?[imsU]*(-[imsU]+)?[:)]")
_NAMED: Final = re.compile(r"\?P?<[A-Za-z_][0-9A-Za-z_]*>")
_POSIX: Final = re.compile(r"\[:\^?([a-z]+):\]")
_POSIX_NAMES: Final = frozenset(
    {"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print"}
    | {"punct", "space", "upper", "word", "xdigit"}
)
_PROPERTY: Final = re.compile(r"[pP](?:\{\^?[A-Za-z_]+\}|[A-Z])")
_CODE: Final = re.compile(r"x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))")
_OCTAL: Final = re.compile(r"[1-7][0-7]{1,2}|0[0-7]{0,2}")
_SAFE: Final = re.compile(r"[0-9A-Za-z_]")


class PatternError(ValueError):
    """Go refuses the pattern."""


@lru_cache(_MANY)
def translate(pattern: str) -> str:
    """Return a pattern that the engine reads as Go reads the one given.

    Raises:
        PatternError: Go does not take it.
    """
    return "".join(_Reader(pattern).read())


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.at = 0
        self.depth = 0
        self.has_before = False  # something that can be repeated

    def read(self) -> Iterator[str]:
        """Go through the pattern; what can be repeated is followed by how often."""
        while self.at < len(self.text):
            yield from self._item()
        if self.depth:
            raise PatternError("a group is open")

    def _item(self) -> Iterator[str]:
        char = self.text[self.at]
        count = _COUNT.match(self.text, self.at)
        if char in "*+?" or count is not None:
            yield self._repetition(count)
            return
        # Flags are nothing, so what stands before them is what is repeated behind.
        flags = _FLAGS.match(self.text, self.at + 1)
        if char != "(" or flags is None or flags[0].endswith(":"):
            self.has_before = char not in "(|"
        if char == "(":
            yield self._group()
        elif char == "[":
            yield self._brackets()
        elif char == "\\":
            yield from self._escape()
        elif char in "|)^$.":
            self.at += 1
            self.depth -= char == ")"
            if self.depth < 0:
                raise PatternError("no group is open")
            yield char
        else:
            self.at += 1
            yield _literal(char)

    def _repetition(self, count: re.Match[str] | None) -> str:
        if not self.has_before:
            raise PatternError("nothing to repeat")
        if count is None:
            sign = self.text[self.at]
            self.at += 1
        else:
            sign, self.at = count[0], count.end()
            most = int(count[3] or count[1])
            if int(count[1]) > most or most > MOST_REPEATED:
                raise PatternError("bad repetition count")
        if self.text.startswith("?", self.at):
            self.at += 1
            sign += "?"
        following = self.text[self.at : self.at + 1]
        if following in {"*", "+", "?"} or _COUNT.match(self.text, self.at):
            raise PatternError("a repetition of a repetition")
        return sign

    def _group(self) -> str:
        self.at += 1
        self.depth += 1
        if not self.text.startswith("?", self.at):
            return "("
        found = _NAMED.match(self.text, self.at) or _FLAGS.match(self.text, self.at)
        if found is None or found[0] == "?)":
            raise PatternError("no such group")
        self.depth -= found[0].endswith(")")
        self.at = found.end()
        return f"({found[0]}"

    def _escape(self) -> Iterator[str]:
        self.at += 1
        char = self.text[self.at : self.at + 1]
        if char == "Q":
            end = self.text.find(r"\E", self.at)
            stop = len(self.text) if end < 0 else end
            yield from map(_literal, self.text[self.at + 1 : stop])
            self.at = stop + 2
        elif char in _ASSERTIONS:
            self.at += 1
            yield _ASSERTIONS[char]
        elif char.lower() in _CLASSES and char:
            self.at += 1
            inverse = "^" if char.isupper() else ""
            yield f"[{inverse}{_CLASSES[char.lower()]}]"
        else:
            yield self._character()

    def _character(self) -> str:
        """Read what stands behind a backslash for one character, or a property."""
        found = _PROPERTY.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
            return _property(found[0])
        return _literal(chr(self._code()))

    def _code(self) -> int:
        """Read what stands behind a backslash for one character; return its number."""
        code, octal = _CODE.match(self.text, self.at), _OCTAL.match(self.text, self.at)
        number = 0
        if code is not None:
            self.at = code.end()
            number = int(code[1] or code[2], 16)
        elif octal is not None:
            self.at = octal.end()
            number = int(octal[0], 8)
        else:
            char = self.text[self.at : self.at + 1]
            self.at += 1
            if char in _CHARACTERS:
                return _CHARACTERS[char]
            if not char or _SAFE.match(char) or ord(char) > _ASCII:
                raise PatternError("no such escape")
            return ord(char)
        if number > sys.maxunicode or _SURROGATES[0] <= number <= _SURROGATES[1]:
            raise PatternError("no such character")
        return number

    def _brackets(self) -> str:
        self.at += 1
        parts = ["["]
        if self.text.startswith("^", self.at):
            self.at += 1
            parts.append("^")
        first = self.at
        while not self.text.startswith("]", self.at) or self.at == first:
            if self.at >= len(self.text):
                raise PatternError("a bracket is open")
            parts.append(self._in_brackets())
        self.at += 1
        return "".join([*parts, "]"])

    def _in_brackets(self) -> str:
        posix = _POSIX.match(self.text, self.at)
        if posix is not None:
            if posix[1] not in _POSIX_NAMES:
                raise PatternError("no such class")
            self.at = posix.end()
            return posix[0]
        if self.text[self.at] == "\\":
            following = self.text[self.at + 1 : self.at + 2]
            if following and following.lower() in _CLASSES:
                self.at += 2
                inverse = "^" if following.isupper() else ""
                return f"[{inverse}{_CLASSES[following.lower()]}]"
            known = _PROPERTY.match(self.text, self.at + 1)
            if known is not None:
                self.at = known.end()
                return _property(known[0])
        low = high = self._one_in_brackets()
        is_last = self.text.startswith("-]", self.at)
        if self.text.startswith("-", self.at) and not is_last:
            self.at += 1
            high = self._one_in_brackets()
        if low > high:
            raise PatternError("a range that ends before it begins")
        written = _literal(chr(low))
        return written if low == high else f"{written}-{_literal(chr(high))}"

    def _one_in_brackets(self) -> int:
        char = self.text[self.at : self.at + 1]
        self.at += 1
        if char == "\\":
            return self._code()
        if not char:
            raise PatternError("a bracket is open")
        return ord(char)


def _property(name: str) -> str:
    """Return a property of characters; Go knows another way to turn it around."""
    if "{^" not in name:
        return f"\\{name}"
    other = "P" if name[0] == "p" else "p"
    return f"\\{other}{name[1:].replace('^', '')}"


def _literal(char: str) -> str:
    """Return what stands for one character, everywhere."""
    if _SAFE.match(char) or ord(char) > _ASCII:
        return char
    return f"\\x{ord(char):02x}"
