"""Edits of a criterion's data and operators touch nothing but their own lines."""

from __future__ import annotations

from typing import Any

import pytest

from policies.language.editing import (
    Place,
    remove_operator,
    rename_operator,
    set_criterion,
    set_data,
    set_operand,
)
from policies.language.grammar import Operator
from tests.policies.language.editing.texts import (
    CLAIM,
    DOMAIN,
    EMAIL,
    HOURS,
    POLICY,
    changes,
)


@pytest.mark.parametrize(
    ("place", "data", "gone", "came"),
    [
        (
            EMAIL,
            "ben@example.com",
            ["    - email: 'ada@example.com'  # Ada"],
            ["    - email: 'ben@example.com'  # Ada"],
        ),
        (
            EMAIL,
            {"ends_with": "@example.com"},
            ["    - email: 'ada@example.com'  # Ada"],
            ['    - email: {ends_with: "@example.com"}  # Ada'],
        ),
        (
            CLAIM,
            {"has": "green", "exclude": "blue"},
            ["    - claim/team: {has: red, exclude: blue}"],
            ["    - claim/team: {has: green, exclude: blue}"],
        ),
        (
            HOURS,
            {"timezone": "Europe/Vienna", "after": "8:00", "before": "17:00"},
            ["        after: 9:00"],
            ["        after: 8:00"],
        ),
        (
            HOURS,
            {"timezone": "Europe/Vienna", "before": "17:00"},
            ["        after: 9:00"],
            [],
        ),
        (
            HOURS,
            {"timezone": "UTC", "after": "9:00", "before": "17:00"},
            ["        timezone: Europe/Vienna  # HQ"],
            ["        timezone: UTC  # HQ"],
        ),
        (DOMAIN, "example.com", [], []),
        (DOMAIN, "017", ["    - domain: example.com"], ['    - domain: "017"']),
    ],
)
def test_changes_the_data_of_a_criterion(
    place: Place, data: Any, gone: list[str], came: list[str]
) -> None:
    edited = set_data(POLICY, place, data)

    assert changes(POLICY, edited.text) == (gone, came)


def test_tells_which_lines_it_touched() -> None:
    changed = set_data(POLICY, EMAIL, "ben@example.com")
    shortened = remove_operator(POLICY, HOURS, "after")
    same = set_data(POLICY, EMAIL, "ada@example.com")

    assert (changed.first_line, changed.last_line) == (5, 5)
    assert (shortened.first_line, shortened.last_line) == (11, 10)
    assert same.first_line > same.last_line
    assert same.edits == ()


def test_gives_edits_that_lead_to_the_new_text() -> None:
    edited = set_criterion(POLICY, EMAIL, name="user", data="u1")

    text = POLICY
    for edit in reversed(edited.edits):
        text = text[: edit.start] + edit.replacement + text[edit.end :]
    assert text == edited.text
    assert edited.document.source == edited.text


def test_moves_comments_above_data_that_is_written_anew() -> None:
    edited = set_data(POLICY, HOURS, None)

    assert changes(POLICY, edited.text) == (
        [
            "    - time_of_day:",
            "        timezone: Europe/Vienna  # HQ",
            "        after: 9:00",
            "        before: 17:00",
        ],
        ["    # HQ", "    - time_of_day: null"],
    )


def test_writes_data_in_block_form_where_the_author_does() -> None:
    text = "allow:\n  or:\n    - email:\n        is: a  # x\n    - domain: b # y\n"

    edited = set_data(text, Place(0, Operator.OR, 1), {"in": ["c", "d"]})

    assert edited.text == (
        "allow:\n  or:\n    - email:\n        is: a  # x\n"
        "    - domain:\n        in:\n          - c\n          - d # y\n"
    )


@pytest.mark.parametrize(
    ("data", "new"),
    [
        (["a", "b", "c"], "[a, b, c]"),
        (["b", "a"], "[b, a]"),
        (["a"], "[a]"),
        (["x", "a", "b"], "[x, a, b]"),
        (["a", "x", "y", "b"], "[a, x, y, b]"),
        ([], "[]"),
        (["c", "d", "e"], "[c, d, e]"),
        (["a", "b", "c", "d"], "[a, b, c, d]"),
    ],
)
def test_changes_a_list_item_by_item(data: list[str], new: str) -> None:
    text = "allow: {or: [{http_method: {in: [a, b]}}]} # keep\n"

    edited = set_data(text, Place(0, Operator.OR, 0), {"in": data})

    assert edited.text == f"allow: {{or: [{{http_method: {{in: {new}}}}}]}} # keep\n"


def test_rewrites_a_list_that_changes_in_several_places() -> None:
    text = "allow: {or: [{email: {in: [a, b, c, d]}}]}\n"

    edited = set_data(text, Place(0, Operator.OR, 0), {"in": ["a", "x", "d"]})

    assert edited.text == "allow: {or: [{email: {in: [a, x, d]}}]}\n"


@pytest.mark.parametrize(
    ("name", "data", "line"),
    [
        ("domain", "ada@example.com", "    - domain: 'ada@example.com'  # Ada"),
        ("claim/a: b", 5, '    - "claim/a: b": 5  # Ada'),
        ("device", {"type": "any"}, "    - device: {type: any}  # Ada"),
        ("claim/" + "x" * 1_100, 5, None),
    ],
)
def test_changes_name_and_data_together(name: str, data: Any, line: str | None) -> None:
    edited = set_criterion(POLICY, EMAIL, name=name, data=data)

    criterion = edited.document.rules[0].operators[1].criteria[0]
    assert (criterion.key, criterion.value) == (name, data)
    if line is not None:
        assert changes(POLICY, edited.text)[1] == [line]
    assert "# Ada" in edited.text


def test_adds_an_operator_to_bare_data() -> None:
    edited = set_operand(POLICY, EMAIL, "ends_with", "@example.com")
    same = set_operand(POLICY, EMAIL, "is", "ben@example.com")
    group = "allow: {or: [groups: a]}"

    assert edited.document.rules[0].operators[1].criteria[0].value == {
        "is": "ada@example.com",
        "ends_with": "@example.com",
    }
    assert changes(POLICY, same.text)[1] == ["    - email: 'ben@example.com'  # Ada"]
    assert set_operand(group, Place(0, Operator.OR, 0), "has", "b").text == (
        "allow: {or: [groups: b]}"
    )


def test_fills_an_operator_into_empty_data() -> None:
    text = "allow:\n  or:\n    - email:\n"

    edited = set_operand(text, Place(0, Operator.OR, 0), "contains", "a")

    assert edited.text == "allow:\n  or:\n    - email:\n        contains: a\n"


def test_sets_the_operand_of_an_operator_that_is_there() -> None:
    edited = set_operand(POLICY, CLAIM, "exclude", 5)
    added = set_operand(POLICY, CLAIM, "is", "x")

    assert changes(POLICY, edited.text)[1] == [
        "    - claim/team: {has: red, exclude: 5}"
    ]
    assert changes(POLICY, added.text)[1] == [
        "    - claim/team: {has: red, exclude: blue, is: x}"
    ]


def test_adds_a_line_for_an_operator() -> None:
    text = "allow:\n  or:\n    - email:\n        is: a\n        # b\n    # c\n"

    edited = set_operand(text, Place(0, Operator.OR, 0), "not", "x")

    assert edited.text == (
        "allow:\n  or:\n    - email:\n        is: a\n        not: x\n"
        "        # b\n    # c\n"
    )


def test_renames_an_operator() -> None:
    edited = rename_operator(POLICY, CLAIM, "has", "is")
    bare = rename_operator(POLICY, EMAIL, "is", "starts_with")

    assert changes(POLICY, edited.text)[1] == [
        "    - claim/team: {is: red, exclude: blue}"
    ]
    assert changes(POLICY, bare.text)[1] == [
        "    - email: {starts_with: ada@example.com}  # Ada"
    ]
    assert rename_operator(POLICY, CLAIM, "has", "has").text == POLICY


def test_removes_an_operator() -> None:
    first = remove_operator(POLICY, CLAIM, "has")
    last = remove_operator(first.text, CLAIM, "exclude")

    assert changes(POLICY, first.text)[1] == ["    - claim/team: {exclude: blue}"]
    assert changes(POLICY, last.text)[1] == ["    - claim/team: {}"]
    assert "email: {}" in remove_operator(POLICY, EMAIL, "is").text
