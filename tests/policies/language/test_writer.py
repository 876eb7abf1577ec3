"""Values written as policy text read the same again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.language.errors import Report
from policies.language.nodes import to_json
from policies.language.source import compose
from policies.language.writer import (
    UnwritableValueError,
    block_lines,
    node_for,
    write_flow,
    write_text,
)

from .random_policies import WORDS

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]), max_size=20
) | st.sampled_from(WORDS)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)
    ),
    max_leaves=12,
)


def read(text: str) -> Any:
    report = Report()
    root = compose(text, report)
    report.raise_if_any()
    assert root is not None
    return to_json(root)


def block(value: Any) -> str:
    return "".join(
        f"{' ' * line.indent}{line.text}\n" for line in block_lines(node_for(value))
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("example.com", "example.com"),
        ("http://a/b?c=d", "http://a/b?c=d"),
        ("a, b", "a, b"),
        ("-a", "-a"),
        ("yes", "yes"),
        ("17:00", "17:00"),
        ("Zoë", "Zoë"),
        ("it's", "it's"),
        ("a b#c", "a b#c"),
        ("", '""'),
        ("017", '"017"'),
        ("1e3", '"1e3"'),
        ("true", '"true"'),
        ("~", '"~"'),
        ("2030-01-31", '"2030-01-31"'),
        ("a: b", '"a: b"'),
        ("a:", '"a:"'),
        ("a #b", '"a #b"'),
        ("- a", '"- a"'),
        ("@example.com", '"@example.com"'),
        (" a", '" a"'),
        ("a ", '"a "'),
        ("<<", '"<<"'),
        ("--- a", '"--- a"'),
        ("...", '"..."'),
        ('"a" b', "'\"a\" b'"),
        ("[a\\b'", "'[a\\b'''"),
        ("a\nb\t\r", '"a\\nb\\t\\r"'),
        ("\x07\u2028\U000e0001", '"\\x07\\u2028\\U000E0001"'),
        ('\n"\\', '"\\n\\"\\\\"'),
    ],
)
def test_quotes_only_where_the_dialect_needs_it(text: str, expected: str) -> None:
    assert write_text(text, is_flow=False) == expected


@pytest.mark.parametrize("text", ["a, b", "a]", "{a", "a:?b"])
def test_quotes_more_inside_flow_collections(text: str) -> None:
    assert write_text(text, is_flow=False) == (text if text[0] != "{" else '"{a"')
    assert write_text(text, is_flow=True) == f'"{text}"'


@given(VALUES)
def test_flow_form_reads_the_same_again(value: Any) -> None:
    assert read(write_flow(node_for(value))) == value


@given(VALUES)
def test_block_form_reads_the_same_again(value: Any) -> None:
    assert read(block(value)) == value


@pytest.mark.parametrize("value", [{"k" * 1100: {"a": 1}}, {"k" * 1100: [1, [2]]}])
def test_marks_keys_that_are_too_long_for_a_line(value: Any) -> None:
    assert read(block(value)) == value
    assert read(write_flow(node_for(value))) == value


@pytest.mark.parametrize(
    ("value", "expected"), [(2**64, 2.0**64), (-(2**70), -(2.0**70))]
)
def test_writes_integers_that_are_too_large_as_core_reads_them(
    value: int, expected: float
) -> None:
    assert read(block(value)) == expected


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 10**400, {1: "a"}, object(), {"a": b"x"}, "\ud800"],
)
def test_refuses_what_no_policy_can_hold(value: object) -> None:
    with pytest.raises(UnwritableValueError):
        block(value)
