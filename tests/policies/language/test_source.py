"""Text becomes nodes with their places, or problems with theirs."""

from __future__ import annotations

import pytest
import yaml

from policies.language import decoding, source
from policies.language.errors import Report
from policies.language.nodes import MappingNode, SequenceNode, node_of, to_json

from .reading import compose_text, value_of


@pytest.fixture(params=["as installed", "pure Python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure Python":
        monkeypatch.setattr(source, "_PARSER", yaml.BaseLoader)


def codes(text: str | bytes, *, saving: bool = False) -> list[str]:
    return [problem.code for problem in compose_text(text, saving=saving)[1].problems]


@pytest.mark.parametrize(
    "text",
    ["a: [x, 'y', \"z\"]", "a:\n  - x\n  - 'y'\n  - \"z\"\n", '{"a": ["x", "y", "z"]}'],
)
def test_styles_of_writing_do_not_matter(text: str) -> None:
    node, report = compose_text(text)

    assert node is not None
    assert to_json(node) == {"a": ["x", "y", "z"]}
    assert not report.problems


def test_a_span_covers_exactly_the_text_of_its_node() -> None:
    text = (
        "\ufeffallow:\n  or: # who\n    - email: 'ü@x'\n    - {a: [b,  c]}\n\n# end\n"
    )

    node, _ = compose_text(text)

    assert isinstance(node, MappingNode)
    key, body = node.entries[0]
    assert isinstance(body, MappingNode)
    items = body.entries[0][1]
    assert isinstance(items, SequenceNode)
    email, flow = items.items
    covered = [text[n.span.start : n.span.end] for n in (key, email, flow, node)]
    assert covered[:3] == ["allow", "email: 'ü@x'", "{a: [b,  c]}"]
    assert covered[3] == text[1:].removesuffix("\n\n# end\n")
    assert (email.span.line, email.span.column) == (3, 7)
    assert (key.span.line, key.span.column) == (1, 2)


def test_the_span_of_a_block_scalar_leaves_the_last_line_break_out() -> None:
    text = "a: |\n  one\n  two\n\nb: 1\n"

    node, _ = compose_text(text)

    assert isinstance(node, MappingNode)
    span = node.entries[0][1].span
    assert text[span.start : span.end] == "|\n  one\n  two"


def test_windows_line_ends_count_as_one_line() -> None:
    node, _ = compose_text("a: 1\r\nb: 2\r\n")

    assert isinstance(node, MappingNode)
    assert node.entries[1][0].span.line == 2


def test_aliases_and_merge_keys_are_resolved() -> None:
    text = "base: &b {x: 1, y: 2}\nmore: {<<: *b, y: 3}\nlist: {<<: [*b, {z: 4}]}\n"

    node, report = compose_text(text)

    assert not report.problems
    assert node is not None
    assert to_json(node) == {
        "base": {"x": 1, "y": 2},
        "more": {"y": 3, "x": 1},
        "list": {"x": 1, "y": 2, "z": 4},
    }


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    assert value_of("{'<<': 1}") == {"<<": 1}


def test_a_block_that_ends_in_an_alias_ends_there() -> None:
    text = "a: &x 1\nb:\n  c: *x\n\n"

    node, _ = compose_text(text)

    assert isinstance(node, MappingNode)
    span = node.entries[1][1].span
    assert text[span.start : span.end] == "c: *x"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty-document"),
        ("# only a comment\n", "empty-document"),
        ("a: [1, 2", "yaml-syntax"),
        ("a:\n\tb: 1\n", "yaml-syntax"),
        ("a: b: c", "yaml-syntax"),
        ("a: *nobody", "unknown-anchor"),
        ("a: &x [*x]", "recursive-anchor"),
        ("{a: 1, 'a': 2}", "duplicate-key"),
        ("{<<: {a: 1}, <<: {b: 1}}", "duplicate-key"),
        ("{1: x}", "key-not-text"),
        ("{[a]: x}", "key-not-text"),
        ("? 2001-01-01\n: x", "key-not-text"),
        ("{<<: 5}", "bad-merge"),
        ("{a: &s [{b: 1}], c: {<<: *s}}", "bad-merge"),
        ("a: .inf", "not-json"),
        ("a: -.INF", "not-json"),
        ("a: .NaN", "not-json"),
        ("a: !!int x", "bad-tag"),
        ("%YAML 1.2\n---\na: 1", "yaml-version"),
        ("a: \x00", "control-character"),
        ("a: \x1b[0m", "control-character"),
        ("a: \ud800", "control-character"),
        (b"a: \xff", "not-utf-8"),
        (b"\xff\xfea\x00", "not-utf-8"),
        ("[" * 17 + "]" * 17, "too-deep"),
        ("a" * (64 * 1024 + 1), "too-large"),
        ("[" + "a," * 9_000 + "]", "too-many-values"),
    ],
)
def test_what_can_not_be_read_is_refused(text: str | bytes, code: str) -> None:
    assert codes(text) == [code]


def test_a_problem_points_at_its_place() -> None:
    _, report = compose_text("a: 1\nb: 2\na: 3\n")

    problem = report.problems[0]
    assert (problem.span.line, problem.span.column, problem.span.length) == (3, 1, 1)
    assert "line 1" in problem.message


def test_bytes_that_are_not_utf_8_are_located() -> None:
    _, report = compose_text(b"a: 1\nb: \xc3\xa9\xff")

    assert (report.problems[0].span.line, report.problems[0].span.column) == (2, 5)


def test_a_problem_at_the_end_of_a_line_is_located() -> None:
    _, report = compose_text(b"a: 1\n\xff")

    assert (report.problems[0].span.line, report.problems[0].span.column) == (2, 1)


def test_all_problems_of_the_tree_are_reported_at_once() -> None:
    assert codes("{a: 1, a: 2, 3: x, b: .inf}") == [
        "not-json",
        "duplicate-key",
        "key-not-text",
    ]


def test_later_documents_are_not_even_looked_at() -> None:
    node, report = compose_text("a: 1\n---\nnot: [valid\n")

    assert not report.problems
    assert node is not None
    assert to_json(node) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: &x 1", ["anchor"]),
        ("a: &x 1\nb: *x", ["anchor", "alias"]),
        ("a: {<<: {b: 1}}", ["merge-key"]),
        ("a: !!str 1", ["tag"]),
        ("a: !!binary aGk=", ["tag"]),
        ("a: ! x", ["tag"]),
        ("a: !local [1]", ["tag"]),
        ("a: 1\n---\nb: 2", ["further-document"]),
        ("a: 1\n---\n[", ["further-document"]),
        ("a: 1\n...\n@", ["further-document"]),
        ("%YAML 1.1\n---\na: 1", ["directive"]),
        ("%TAG !e! tag:example.com,2000:\n---\na: 1", ["directive"]),
        ("a: 1\n...\n", []),
        ("---\na: 1\n", []),
    ],
)
def test_what_obscures_the_text_can_not_be_saved(text: str, found: list[str]) -> None:
    assert codes(text, saving=True) == found
    assert codes(text) == []


def test_a_node_can_be_made_of_a_plain_value() -> None:
    value = {"a": [1, 1.5, True, None, "x"], "b": {}}

    assert to_json(node_of(value)) == value


def test_other_bounds_speak_of_the_other_text() -> None:
    bounds = decoding.Bounds(noun="the file", verb="imported", max_bytes=10)
    report = Report()

    assert decoding.decode("0123456789a", report, bounds=bounds) is None

    assert report.problems[0].message == "the file has 11 bytes, more than 10"


def test_bounds_name_the_constructs_that_are_refused() -> None:
    bounds = decoding.Bounds(refused=frozenset({"tag"}))
    report = Report()

    source.compose("a: &x !!str b\nc: *x", report, bounds=bounds)

    assert [problem.code for problem in report.problems] == ["tag"]


def test_many_block_scalars_are_read_in_linear_time() -> None:
    lines = "".join(f"k{n}: |\n  text\n" for n in range(2000))
    report = Report()

    node = source.compose(lines, report, bounds=decoding.Bounds(max_nodes=10_000))

    assert node is not None
    assert report.problems == []
