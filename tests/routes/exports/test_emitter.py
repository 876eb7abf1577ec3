"""Plain values to YAML that every reader takes for the same."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from policies.language import source
from policies.language.errors import Report
from policies.language.nodes import to_json
from routes.exports import emitter

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)
    ),
    max_leaves=12,
)


def emit(value: Any) -> str:
    return "\n".join(emitter.emit_lines(value)) + "\n"


def read_as_core(text: str) -> Any:
    report = Report()
    node = source.compose(text, report)
    assert node is not None, report.problems
    assert not report.problems
    return to_json(node)


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_core_reads_what_was_written(value: dict[str, Any]) -> None:
    assert read_as_core(emit(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "NO",
        "off",
        "017",
        "0o17",
        "1_000",
        "17:00",
        "2:20:00",
        "1e3",
        ".inf",
        "~",
    ],
)
def test_what_readers_disagree_about_is_quoted(text: str) -> None:
    assert emit({"key": text}) == f'key: "{text}"\n'
    assert yaml.safe_load(emit({"key": text})) == {"key": text}


@pytest.mark.parametrize(
    "text",
    ["https://app.example.com", "http://app.internal:8080/x", "30s", "LEAST_REQUEST"],
)
def test_addresses_and_durations_stay_plain(text: str) -> None:
    assert emit({"key": text}) == f"key: {text}\n"


def test_text_of_several_lines_is_a_block() -> None:
    assert emit({"body": "one\n two\n\nthree\n"}) == (
        "body: |\n  one\n   two\n\n  three\n"
    )


def test_nested_lists_and_mappings_are_indented() -> None:
    value = {"a": [{"b": 1, "c": [2]}, [3]], "d": {}, "e": []}

    assert emit(value) == ("a:\n  - b: 1\n    c:\n      - 2\n  - - 3\nd: {}\ne: []\n")
