"""Hostile text is refused, or read, in bounded time and memory."""

from __future__ import annotations

import itertools
import time
import tracemalloc

import pytest

from policies.language import PolicyLanguageError, check, parse
from policies.language.errors import MAX_PROBLEMS
from tests.costs import ROOM

SIZE = 64 * 1024
# What is promised is a tenth of a second of one processor; slower ones get more.
SECONDS = 1.0
MEMORY = 32 * 1024 * 1024


def filled(prefix: str, unit: str, suffix: str = "") -> str:
    room = SIZE - len(prefix) - len(suffix)
    return prefix + unit * (room // len(unit.encode())) + suffix


def bomb(levels: str) -> str:
    lines = [f"{levels[0]}: &{levels[0]} [x, x, x, x, x, x, x, x, x]"]
    for below, name in itertools.pairwise(levels):
        aliases = ", ".join([f"*{below}"] * 9)
        lines.append(f"{name}: &{name} [{aliases}]")
    return "\n".join(lines)


def numbered(template: str, count: int) -> str:
    return "".join(template.format(i, i - 1) for i in range(1, count))


HOSTILE = {
    "alias bomb": bomb("abcdefghi"),
    "alias of itself": "allow: &a {or: [*a]}",
    "merge chain": "a0: &a0 {k: 1}\n" + numbered("a{0}: &a{0} {{<<: *a{1}}}\n", 2000),
    "anchors": numbered("a{0}: &a{0} 1\n", 3500),
    "open brackets": "[" * SIZE,
    "open braces": "{a: " * (SIZE // 4),
    "dashes": "- " * (SIZE // 2),
    "question marks": "? " * (SIZE // 2),
    "900 brackets": "[" * 900 + "]" * 900,
    "deep blocks": "".join("  " * i + "a:\n" for i in range(250)),
    "many scalars": filled("[", "a,", "]"),
    "many mappings": filled("[", "{a: 1},", "]"),
    "many keys": numbered("k{0}: 1\n", 6000),
    "equal keys": "a: 1\n" * 13_000,
    "many criteria": filled("allow: {or: [", "accept: 1,", "]}"),
    "long number": filled("a: ", "9"),
    "long fraction": filled("a: 1.", "9"),
    "long plain": filled("a: ", "x "),
    "long key": filled("", "x", ": 1"),
    "long tag": filled("a: !<", "x", "> 1"),
    "escapes": filled('a: "', "\\x41", '"'),
    "colons": filled("a", ":"),
    "percent signs": filled("", "%"),
    "directives": filled("", "%TAG !a! b\n", "---\na"),
    "comments": filled("", "#x\n"),
    "line breaks": filled("", "\n"),
    "separators": filled("", "\u2028"),
    "tabs": filled("a:", "\t", "b"),
    "unclosed quote": filled('a: "', "x"),
    "block scalar": filled("a: |\n", " x\n"),
    "emoji": filled("a: ", "\U0001f600"),
    "control characters": "\x01" * SIZE,
    "tags": filled("[", "!!str a,", "]"),
    "bad operators": numbered("o{0}: 1\n", 6000),
    "bad addresses": filled("allow: {or: [source_ip: [", "x,", "]]}"),
    "addresses": filled("allow: {or: [source_ip: [", "10.0.0.1,", "]]}"),
    "key options": filled("allow: {or: [ssh_ca: '", "a,", "']}"),
    "key lines": filled('allow: {or: [ssh_ca: "', "ssh-rsa AAAA\\n", '"]}'),
    "zone": filled("allow: {or: [time_of_day: {timezone: ", "a/", ", after: '1:00'}]}"),
    "days": filled("allow: {or: [day_of_week: '", "mon-sun,", "mon']}"),
    "long date": filled("allow: {or: [date: {after: ", "1", "}]}"),
    "long names": "allow: {or: [" + ("x" * 110 + ": 1,") * 490 + "]}",
    "typos": "allow: {or: [" + "authenticatd_user: 1," * 499 + "]}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_little_memory(name: str) -> None:
    tracemalloc.start()
    problems = check(HOSTILE[name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < MEMORY
    assert len(problems) <= MAX_PROBLEMS


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_little_time(name: str) -> None:
    text = HOSTILE[name]
    assert len(text.encode()) <= SIZE

    started = time.process_time()
    check(text)

    assert time.process_time() - started < SECONDS * ROOM


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\x00" * 1000,
        b"\xff" * 1000,
        b"\xef\xbb\xbf",
        b"\xff\xfea\x00:\x00",
        b"\xc3",
        b"allow: {or: [accept: \xed\xa0\x80]}",
        b"\x1b]0;title\x07",
        "a" * 10_000_000,
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes | str) -> None:
    with pytest.raises(PolicyLanguageError):
        parse(data)


def test_a_byte_order_mark_is_no_problem() -> None:
    document = parse(b"\xef\xbb\xbfallow: {or: [accept: true]}")

    assert document.rules[0].keyword_span.column == 2


def test_the_largest_ordinary_policy_is_read() -> None:
    addresses = ", ".join(f"10.{i // 256}.{i % 256}.0/24" for i in range(3500))

    assert parse(f"allow: {{or: [source_ip: [{addresses}]]}}")
