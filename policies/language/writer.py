"""Values to policy text: scalars in the quotes they need, trees in flow and block form.

Writes single values and trees. Comments, and what a text looked like before, are dealt
with in `formatter` and `editing`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from policies.texts import worded

from .errors import START
from .nodes import MappingNode, Node, ScalarNode, SequenceNode
from .scalars import BOOL, FLOAT, INT, STR, resolve_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

INDENT: Final = 2
# Longer keys can't be followed by a colon on the same line; they are marked by `?`.
_MAX_SIMPLE_KEY: Final = 1000
_INDICATORS: Final = frozenset("?:,[]{}#&*!|>'\"%@`")
_BREAKS_PLAIN: Final = re.compile(r": | #|:$|^- |^-$|^---|^\.\.\.")
_BREAKS_FLOW: Final = re.compile(r"[,\[\]{}]|:\?")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_MAX_EXACT: Final = 2**53 - 1
_INT64_MIN, _UINT64_MAX = -(2**63), 2**64 - 1


class UnwritableValueError(ValueError):
    """A value that no policy text can hold."""


def write_text(text: str, *, is_flow: bool) -> str:
    """Return text as a scalar: as it is where that is safe, else in quotes.

    Raises:
        UnwritableValueError: the text holds half a character.
    """
    if _is_plain(text, is_flow=is_flow):
        return text
    if _SURROGATE.search(text):
        raise UnwritableValueError(worded("the text holds a lone surrogate"))
    if not text.isprintable() or not ('"' in text or "\\" in text):
        return double_quoted(text)
    return single_quoted(text)


def double_quoted(text: str) -> str:
    """Return text in double quotes, with everything escaped that does not show."""
    return f'"{"".join(map(_escape, text))}"'


def single_quoted(text: str) -> str:
    """Return text that has one line and shows, in single quotes."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def write_scalar(node: ScalarNode, *, is_flow: bool) -> str:
    """Return a scalar so that it reads the same again, plain text included."""
    value = node.value
    if value is None:
        return "null"
    if isinstance(value, str) and (value == node.text or not node.is_plain):
        return write_text(value, is_flow=is_flow)
    if node.is_plain:
        return node.text
    return _tagged(value)


def _tagged(value: str | float) -> str:
    """Return a value that is not text of a scalar that is not plain: it had a tag."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= _MAX_EXACT:
        value = int(value)
    kind = BOOL if isinstance(value, bool) else INT if isinstance(value, int) else FLOAT
    return f"{kind} {json.dumps(value)}"


def write_flow(node: Node) -> str:
    """Return a tree on one line."""
    if isinstance(node, ScalarNode):
        return write_scalar(node, is_flow=True)
    if isinstance(node, SequenceNode):
        return f"[{', '.join(map(write_flow, node.items))}]"
    entries = (f"{flow_key(key)}: {write_flow(value)}" for key, value in node.entries)
    return f"{{{', '.join(entries)}}}"


def flow_key(key: ScalarNode) -> str:
    """Return a key as it stands before the colon of a flow mapping."""
    text = write_text(key.text, is_flow=True)
    return f"? {text} " if len(text) > _MAX_SIMPLE_KEY else text


def node_for(value: Any) -> Node:
    """Return the tree of a plain JSON value; what is not text becomes a plain scalar.

    Raises:
        UnwritableValueError: a number that JSON does not have, or no JSON value at all.
    """
    if isinstance(value, Mapping):
        entries = tuple(
            (_text_node(key), node_for(item)) for key, item in value.items()
        )
        return MappingNode(START, entries)
    if isinstance(value, list | tuple):
        return SequenceNode(START, tuple(map(node_for, value)))
    if isinstance(value, str):
        return _text_node(value)
    if value is None or isinstance(value, bool | int | float):
        return ScalarNode(START, _literal(value), value, is_plain=True)
    raise UnwritableValueError(
        worded("a %(name)s can't be written", name=type(value).__name__)
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of block form; `start` is where its content stood in the source.

    That is negative for what an alias stands for, which stood somewhere else.
    """

    indent: int
    text: str
    start: int


def block_lines(node: Node, *, indent: int = 0) -> Iterator[Line]:
    """Yield the lines of a tree in block form."""
    return _Block().lines(node, indent)


@dataclass(slots=True)
class _Block:
    cursor: int = -1

    def lines(self, node: Node, indent: int) -> Iterator[Line]:
        if isinstance(node, MappingNode) and node.entries:
            for key, value in node.entries:
                yield from self._entry(key, value, indent)
        elif isinstance(node, SequenceNode) and node.items:
            for item in node.items:
                yield from self._prefixed("- ", self.lines(item, indent + INDENT))
        else:
            start = self._start(node)
            text = (
                write_scalar(node, is_flow=False)
                if isinstance(node, ScalarNode)
                else ""
            )
            yield Line(indent, text or _empty(node), start)

    def _entry(self, key: ScalarNode, value: Node, indent: int) -> Iterator[Line]:
        start = self._start(key)
        text = write_text(key.text, is_flow=False)
        if len(text) > _MAX_SIMPLE_KEY:
            yield Line(indent, f"? {text}", start)
            yield from self._prefixed(": ", self.lines(value, indent + INDENT))
        elif _is_short(value):
            (line,) = self.lines(value, indent)
            yield Line(indent, f"{text}: {line.text}", start)
        else:
            yield Line(indent, f"{text}:", start)
            yield from self.lines(value, indent + INDENT)

    def _prefixed(self, prefix: str, lines: Iterator[Line]) -> Iterator[Line]:
        first = next(lines)
        yield Line(first.indent - INDENT, prefix + first.text, first.start)
        yield from lines

    def _start(self, node: Node) -> int:
        """Return where a node stands, -1 for an alias: that was passed already."""
        start = node.span.start
        if start < self.cursor:
            return -1
        self.cursor = start
        return start


def _is_short(node: Node) -> bool:
    """Return whether a value stands on the line of its key."""
    if isinstance(node, ScalarNode):
        return True
    return not (node.items if isinstance(node, SequenceNode) else node.entries)


def _empty(node: Node) -> str:
    return "[]" if isinstance(node, SequenceNode) else "{}"


def _text_node(text: Any) -> ScalarNode:
    if not isinstance(text, str):
        raise UnwritableValueError(worded("a key must be text"))
    return ScalarNode(START, text, text, is_plain=False)


def _literal(value: bool | float | None) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        raise UnwritableValueError(worded("JSON has no such number"))
    if isinstance(value, int) and not _INT64_MIN <= value <= _UINT64_MAX:
        try:
            value = float(value)
        except OverflowError as error:
            raise UnwritableValueError(worded("the number is too large")) from error
    return json.dumps(value)


def _is_plain(text: str, *, is_flow: bool) -> bool:
    return (
        text != ""
        and text[0] not in _INDICATORS
        and text.isprintable()
        and text[0] != " "
        and text[-1] != " "
        and text not in {"<<", "="}
        and _BREAKS_PLAIN.search(text) is None
        and not (is_flow and _BREAKS_FLOW.search(text))
        and resolve_scalar(text, None)[0] == STR
    )


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    digits = f"{ord(char):02X}"
    if len(digits) == len("FF"):
        return f"\\x{digits}"
    return f"\\U{digits:0>8}" if len(digits) > len("FFFF") else f"\\u{digits:0>4}"
