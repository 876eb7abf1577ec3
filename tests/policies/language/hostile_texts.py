"""Texts of the largest size, made to be slow, to be deep, or to stand for much."""

from __future__ import annotations

import sys
import time
import tracemalloc
from typing import TYPE_CHECKING, Final

from policies.language.decoding import MAX_BYTES
from policies.language.reader import read
from tests.costs import ROOM

if TYPE_CHECKING:
    from collections.abc import Callable

    from policies.language.grammar import PolicyDocument

MAX_SECONDS: Final = 0.1
MAX_MEMORY: Final = 32 * 1024 * 1024


def _filled(head: str, unit: str, tail: str = "", *, most: int = MAX_BYTES) -> str:
    room = MAX_BYTES - len((head + tail).encode())
    return head + unit * min(room // len(unit.encode()), most) + tail


_RULE = "allow:\n  or:\n"
TEXTS: Final = {
    "comments": _filled("", "# c\n", "allow: {}\n"),
    "comments deep in": _filled(
        "allow:\n  or:\n" + "    - accept: 1\n" * 400, "     # c\n", "deny: {}\n"
    ),
    "comments in flow": _filled(
        "allow: {or: [\n", "{accept: 1}, # c\n", "]}", most=499
    ),
    "comments beside": _filled(_RULE, "    - accept: 1 # c\n", most=500),
    "blank lines": _filled("allow: {}\n", "\n"),
    "strange lines": _filled("allow: {}\n", "\u2028"),
    "spaces": _filled("allow:", " ", "{}\n"),
    "indented": _filled("", " ", "allow: {or: [" + "{accept: 1}, " * 400 + "]}\n"),
    "criteria": _filled(_RULE, "    - email: {is: 'ada@example.com'}\n", most=500),
    "wide criteria": _filled(
        _RULE,
        "    - email: {is: a, not: b, in: [c], not_in: [d], contains: e}\n",
        most=500,
    ),
    "operators": _filled("[", "{allow: {and: [a: 1], or: [b: 1]}}, ", "]", most=250),
    "rules": _filled("", "- {allow: {}}\n"),
    "values": _filled("allow: {or: [{email: {in: [", "a,", "]}}]}", most=11_900),
    "equal values": _filled("allow: {or: [", "{email: {in: [a, b]}},", "]}", most=499),
    "long scalar": _filled("allow: {or: [{email: ", "x", "}]}"),
    "long key": _filled("allow: {or: [{", "x", ": 1}]}"),
    "quotes": _filled("allow: {or: [{email: '", "''", "'}]}"),
    "escapes": _filled('allow: {or: [{email: "', "\\x07", '"}]}'),
    "lines of text": _filled(_RULE + "    - email: |\n", "        x\n"),
    "deep": "allow: {or: [{email: " + "[" * 12 + "]" * 12 + "}]}",
    "too deep": _filled("", "["),
    "aliases of much": (
        "allow: {or: [&a {email: "
        + "x" * 50_000
        + "}, "
        + ", ".join(["*a"] * 400)
        + "]}"
    ),
    "aliases of many": (
        "allow: {or: [{email: {in: &a ["
        + ", ".join("a" * 900 for _ in range(50))
        + "]}}, "
        + ", ".join(["{email: {not_in: *a}}"] * 200)
        + "]}"
    ),
    "merges": _filled("allow: {or: [&a {email: x}, ", "{<<: *a}, ", "]}", most=490),
    "anchors": _filled("allow: {or: [", "&a {accept: 1}, ", "]}", most=499),
    "tags": _filled("allow: {or: [", "{email: !!int 5}, ", "]}", most=499),
    "unclosed": _filled("allow: {or: [", '{email: "a", '),
    "dashes": _filled("", "- "),
    "colons": _filled("a", ": a"),
    "marks": _filled("", "? "),
    "documents": _filled("allow: {}\n", "---\n"),
    "directives": _filled("", "%A\n", "--- {}"),
}


def assert_harmless(
    work: Callable[[str], object], text: str, *, times: int = 1
) -> None:
    """Assert that some work on a text stays within what hostile input may cost.

    Work that reads several texts may take that many times as long.
    """
    if sys.gettrace() is not None:  # measuring coverage slows everything down
        work(text)
        return
    assert _seconds(work, text) < MAX_SECONDS * times * ROOM

    tracemalloc.start()
    try:
        work(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MAX_MEMORY


def _seconds(work: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    work(text)
    return time.process_time() - started


def document(text: str) -> PolicyDocument | None:
    """Return what the grammar makes of a text, if it makes anything of it."""
    found, _ = read(text)
    return found
