"""Bytes to a tree: what is no configuration is refused, quickly and in its place."""

import time
import tracemalloc
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from routes.imports import reader
from routes.imports.findings import Severity
from tests.costs import ROOM

LEVELS = "abcdefghi"


def bomb() -> bytes:
    """Return nine levels of nine aliases: few bytes that stand for billions."""
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    for before, name in pairwise(LEVELS):
        lines.append(f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]")
    return "\n".join(lines).encode()


def refusals(content: bytes) -> list[tuple[str, int, int]]:
    readable, findings = reader.read(content)
    assert (readable is None) == bool(findings.problems)
    assert all(one.remedy for one in findings.kept)
    return [(one.code, one.place.line, one.place.column) for one in findings.in_order()]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", ("empty_document", 1, 1)),
        (b"# nothing\n", ("empty_document", 1, 1)),
        (b"\x89PNG\r\n\x1a\n\x00", ("not_text", 1, 1)),
        (b"PK\x03\x04zip", ("not_text", 1, 1)),
        (b"\xff\xfer\x00", ("not_utf_8", 1, 1)),
        (b"routes:\n  - from: \xff\n", ("not_utf_8", 2, 11)),
        (b"routes: a\x00b\n", ("control_character", 1, 10)),
        (b"a: 1\nb: 2\na: 3\n", ("duplicate_key", 3, 1)),
        (b"a: 1\n---\nb: 2\n", ("further_document", 2, 1)),
        (b"%TAG ! x\n--- a\n", ("directive", 1, 1)),
        (b"a: !include other.yaml\n", ("tag", 1, 4)),
        (b"a: *b\n", ("unknown_anchor", 1, 4)),
        (b"a: &a [*a]\n", ("recursive_anchor", 1, 8)),
        (b"a:\n\t- b\n", ("yaml_syntax", 2, 1)),
        (b"a: 'b\n", ("yaml_syntax", 2, 1)),
        (b"1: a\n", ("key_not_text", 1, 1)),
        (b"a: .nan\n", ("not_json", 1, 4)),
        (b"[" * 2000, ("too_deep", 1, 65)),
        (bomb(), ("too_many_values", 5, 11)),
    ],
)
def test_refuses_in_its_place(content: bytes, refusal: tuple[str, int, int]) -> None:
    assert refusals(content) == [refusal]


def test_a_template_is_told_to_be_one() -> None:
    _, findings = reader.read(b"routes:\n  - from: {{ .Values.from }}\n")

    assert findings.kept[0].remedy == reader.TEMPLATE_REMEDY


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    content = b"#" * (reader.FILE.max_bytes + 1)

    started = time.process_time()
    found = refusals(content)

    assert found == [("too_large", 1, 1)]
    assert time.process_time() - started < 0.5 * ROOM


def test_an_alias_bomb_costs_little() -> None:
    tracemalloc.start()
    try:
        refusals(bomb())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 4 * reader.MEBIBYTE


def map_of(keys: int) -> bytes:
    return f"{{{','.join(f'k{n}' for n in range(keys))}}}".encode()


def test_a_map_of_too_many_keys_is_refused_at_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "FILE", replace(reader.FILE, max_nodes=1000))

    assert [found[0] for found in refusals(map_of(600))] == ["too_many_values"]


@pytest.mark.nightly
def test_a_map_that_fills_the_largest_file_is_refused_within_a_minute() -> None:
    started = time.process_time()

    found = refusals(map_of(3_000_000))

    assert [one[0] for one in found] == ["too_many_values"]
    assert time.process_time() - started < 60


@settings(max_examples=150)
@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass"))
)
@example(b"a: {<<: [1]}")
@example(b"- {? [a] : b}")
@example("a: &\u00e9 b\nc: *\u00e9".encode())
def test_whatever_is_given_is_read_or_refused(content: bytes) -> None:
    readable, findings = reader.read(content)

    assert (readable is None) == bool(findings.problems)
    for one in findings.kept:
        assert one.severity is Severity.PROBLEM
        assert one.place.line >= 1
        assert one.place.column >= 1
