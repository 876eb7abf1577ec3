"""The shared matchers compare as Core does, and refuse what could not be meant."""

from __future__ import annotations

from typing import Any

import pytest

from policies.language.errors import Report
from policies.language.matchers import (
    Context,
    elements_of,
    read_list_matcher,
    read_text_matcher,
)
from policies.language.nodes import json_equal, node_of, sort_key

from .reading import codes_of, problems_of


def text_matches(data: Any, left: Any) -> bool:
    matcher = read_text_matcher(node_of(data), Context(Report(), "email"))
    assert matcher is not None
    return matcher.holds(left)


def list_matches(data: Any, values: Any) -> bool:
    matcher = read_list_matcher(node_of(data), Context(Report(), "claim"))
    assert matcher is not None
    return matcher.holds(values)


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (5, 5.0, True),
        (5, "5", False),
        (True, "true", False),
        (True, 1, False),
        (0, False, False),
        (None, None, True),
        ([1, {"a": True}], [1.0, {"a": True}], True),
        ([1], [1, 2], False),
        ([1], (1,), True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"b": 1}, False),
        ({"a": 1}, [1], False),
        ([1], {"a": 1}, False),
    ],
)
def test_json_values_are_equal_by_type_and_value(
    left: Any, right: Any, equal: bool
) -> None:
    assert json_equal(left, right) is equal


@pytest.mark.parametrize(
    ("data", "left", "holds"),
    [
        ("ada", "ada", True),
        ("ada", "Ada", False),
        ({"is": "ada"}, "ada", True),
        ({"not": "ada"}, "ada", False),
        ({"not": "ada"}, "ben", True),
        ({"not": 5}, "5", True),
        ({"in": ["a", "b"]}, "b", True),
        ({"in": []}, "b", False),
        ({"not_in": ["a", "b"]}, "b", False),
        ({"not_in": ["a"]}, "b", True),
        ({"starts_with": "ad"}, "ada", True),
        ({"ends_with": "ad"}, "ada", False),
        ({"contains": "d"}, "ada", True),
        ({"contains": ""}, "", True),
        ({"contains": "d"}, 5, False),
        ({"starts_with": "a", "ends_with": "a"}, "ada", True),
        ({"starts_with": "a", "ends_with": "b"}, "ada", False),
        ({}, "anything", True),
        (["ada"], "ada", False),
        (None, "", False),
    ],
)
def test_a_text_matcher_needs_all_its_tests(data: Any, left: Any, holds: bool) -> None:
    assert text_matches(data, left) is holds


@pytest.mark.parametrize(
    ("data", "values", "holds"),
    [
        ("a", ["a", "b"], True),
        ({"has": "c"}, ["a", "b"], False),
        ({"is": "a"}, ["a"], True),
        ({"is": "a"}, ["a", "a"], False),
        ({"is": "a"}, ["b"], False),
        ({"exclude": "a"}, ["b"], True),
        ({"exclude": "a"}, [], True),
        ({"exclude": "a"}, ["a"], False),
        ({"has": 5}, [5.0], True),
        ({"has": True}, ["true"], False),
        ({"has": "a", "exclude": "b"}, ["a", "b"], False),
        ({}, [], True),
        ({"has": "a"}, "a", False),
        ({"exclude": "a"}, "a", True),
        ({"has": 1}, {"x": 1}, True),
        ({"has": 1}, 1, False),
    ],
)
def test_a_list_matcher_looks_at_the_elements(
    data: Any, values: Any, holds: bool
) -> None:
    assert list_matches(data, values) is holds


def test_scalars_have_no_elements() -> None:
    assert list(elements_of("abc")) == []
    assert list(elements_of(None)) == []
    assert list(elements_of({"a": 1})) == [1]


def test_equal_values_have_the_same_sort_key() -> None:
    values = [1, 1.5, "1", True, None, [1], {"a": 1}, {"a": "1"}]

    assert sort_key(1) == sort_key(1.0)
    assert len({sort_key(value) for value in values}) == len(values)


@pytest.mark.parametrize(
    ("criterion", "code"),
    [
        ("email: {iss: a}", "unknown-matcher-operator"),
        ("email: {Is: a}", "unknown-matcher-operator"),
        ("email: {in: a}", "not-a-list"),
        ("email: {not_in: {a: b}}", "not-a-list"),
        ("email: {starts_with: 5}", "not-a-text"),
        ("email: {ends_with: null}", "not-a-text"),
        ("email: {contains: [a]}", "not-a-text"),
        ("groups: {contains: a}", "unknown-matcher-operator"),
    ],
)
def test_what_no_matcher_knows_is_refused(criterion: str, code: str) -> None:
    assert codes_of(f"allow: {{or: [{criterion}]}}") == [code]


@pytest.mark.parametrize(
    ("criterion", "code"),
    [
        ("email: {}", "empty-matcher"),
        ("email: [a@x, b@x]", "list-as-text"),
        ("email: null", "not-a-text"),
        ("email: ", "not-a-text"),
        ("email: {is: null}", "not-a-text"),
        ("email: {not: {a: b}}", "not-a-text"),
        ("email: {in: []}", "empty-list"),
        ("email: {contains: ''}", "empty-operand"),
        ("groups: {}", "empty-matcher"),
        ("groups: [a, b]", "not-a-single-value"),
        ("groups: {has: {a: b}}", "not-a-single-value"),
        ("claim/x: null", "empty-operand"),
    ],
)
def test_what_never_or_always_holds_can_not_be_saved(criterion: str, code: str) -> None:
    text = f"allow: {{or: [{criterion}]}}"

    assert codes_of(text, saving=True) == [code]


def test_a_list_under_a_text_matcher_comes_with_a_fix() -> None:
    text = "deny: {or: [email: [a@x, b@x]]}"

    (problem,) = problems_of(text, saving=True)

    assert problem.fix is not None
    assert problem.fix.apply(text) == "deny: {or: [email: {in: [a@x, b@x]}]}"


def test_a_block_list_under_a_text_matcher_has_no_simple_fix() -> None:
    (problem,) = problems_of("deny:\n  or:\n    - email:\n      - a@x\n", saving=True)

    assert problem.fix is None


def test_a_number_where_text_is_needed_can_be_quoted() -> None:
    text = "deny: {or: [user: {starts_with: 0123}]}"

    (problem,) = problems_of(text)

    assert problem.fix is not None
    assert problem.fix.apply(text) == 'deny: {or: [user: {starts_with: "0123"}]}'
