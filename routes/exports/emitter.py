"""Plain values to YAML lines: deterministic, and the same for every reader.

Text stays plain only where YAML 1.1, YAML 1.2 and Core's own decoder agree that it is
text; everything else is quoted. Policy texts are not written here but carried over as
their authors wrote them (`policy_text`).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from policies.language import scalars

INDENT = "  "

_PLAIN = re.compile(
    r"[A-Za-z0-9_/.][A-Za-z0-9_/.+@=~^%$-]*(?::[A-Za-z0-9_/.+@=~^%$*?&-]+)*"
)
# What YAML 1.1 takes for a switch or a time, and Core for text: quoted for both.
_DISPUTED = re.compile(r"(?i:y|n|yes|no|on|off|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+)")
_BLOCK = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def emit_entry(key: str, value: Any) -> list[str]:
    """Return the lines of one `key: value`, unindented."""
    name = _inline_text(key)
    if isinstance(value, str) and _fits_block(value):
        return [f"{name}: {_block_head(value)}", *_block_lines(value)]
    inline = _inline(value)
    if inline is not None:
        return [f"{name}: {inline}"]
    return [f"{name}:", *indent(emit_lines(value))]


def emit_lines(value: Any) -> list[str]:
    """Return the lines of a value in block style, unindented."""
    if isinstance(value, Mapping) and value:
        return [line for key in value for line in emit_entry(str(key), value[key])]
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        return [line for item in value for line in emit_item(item)]
    return [_inline(value) or ""]


def emit_item(value: Any) -> list[str]:
    """Return the lines of one `- item` of a list, unindented."""
    if isinstance(value, str) and _fits_block(value):
        return [f"- {_block_head(value)}", *_block_lines(value)]
    inline = _inline(value)
    if inline is not None:
        return [f"- {inline}"]
    return hang("- ", emit_lines(value))


def indent(lines: Sequence[str], by: str = INDENT) -> list[str]:
    """Return the lines moved to the right; empty lines stay empty."""
    return [by + line if line else line for line in lines]


def hang(head: str, lines: Sequence[str]) -> list[str]:
    """Return the lines with `head` before the first, and as many spaces elsewhere."""
    first, *rest = lines
    return [head + first, *indent(rest, " " * len(head))]


def quote(text: str) -> str:
    """Return text in double quotes."""
    return '"' + "".join(_escape(char) for char in text) + '"'


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    return char.encode("unicode_escape").decode()


def _inline(value: Any) -> str | None:
    """Return a value on one line, or None for a collection that has entries."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _inline_text(value)
    if value:
        return None
    return "{}" if isinstance(value, Mapping) else "[]"


def _inline_text(text: str) -> str:
    if _PLAIN.fullmatch(text) and not _DISPUTED.fullmatch(text):
        tag, _ = scalars.resolve_scalar(text, None)
        if tag == scalars.STR:
            return text
    return quote(text)


def _fits_block(text: str) -> bool:
    """Return whether `|` shows the text better than quotes, and exactly."""
    return (
        "\n" in text.rstrip("\n")
        and not text.startswith((" ", "\n", "\t"))
        and _BLOCK.fullmatch(text) is not None
    )


def _block_head(text: str) -> str:
    if not text.endswith("\n"):
        return "|-"
    return "|+" if text.endswith("\n\n") else "|"


def _block_lines(text: str) -> list[str]:
    return indent(text.removesuffix("\n").split("\n"))
