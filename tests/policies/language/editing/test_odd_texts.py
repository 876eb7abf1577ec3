"""Texts that are written too oddly for a precise change keep their meaning, too."""

from __future__ import annotations

from typing import Any

import pytest

from policies.language import builder_tree, parse
from policies.language.editing import EditingError, Place, edit, set_comment
from policies.language.editing.engine import carry_out
from policies.language.editing.sheet import Sheet
from policies.language.errors import MAX_PROBLEMS, Edit, PolicyLanguageError
from policies.language.grammar import MAX_CRITERIA, Operator
from policies.language.nodes import to_json

EXPLICIT = """\
? allow # a
: ? or # b
  : - ? user # c
      : x # d
    - user: y # e
"""


def meaning(text: str) -> Any:
    return to_json(Sheet.open(text).root)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            {"edit": "set-data", "at": "0/or/0", "data": "z"},
            {"or": [{"user": "z"}, {"user": "y"}]},
        ),
        (
            {"edit": "set-data", "at": "0/or/0", "data": {"in": ["z"]}},
            {"or": [{"user": {"in": ["z"]}}, {"user": "y"}]},
        ),
        (
            {"edit": "set-criterion", "at": "0/or/0", "name": "email", "data": 1},
            {"or": [{"email": 1}, {"user": "y"}]},
        ),
        ({"edit": "remove-criterion", "at": "0/or/0"}, {"or": [{"user": "y"}]}),
        ({"edit": "remove-criterion", "at": "0/or/1"}, {"or": [{"user": "x"}]}),
        (
            {"edit": "duplicate-criterion", "at": "0/or/0"},
            {"or": [{"user": "x"}, {"user": "x"}, {"user": "y"}]},
        ),
        (
            {"edit": "move-criterion", "at": "0/or/0", "to": "0/or/1"},
            {"or": [{"user": "y"}, {"user": "x"}]},
        ),
        (
            {"edit": "move-criterion", "at": "0/or/1", "to": "0/or/0"},
            {"or": [{"user": "y"}, {"user": "x"}]},
        ),
        (
            {"edit": "add-criterion", "at": "0/or", "name": "a", "data": 1, "index": 0},
            {"or": [{"a": 1}, {"user": "x"}, {"user": "y"}]},
        ),
        (
            {"edit": "change-operator", "at": "0/or", "operator": "and"},
            {"and": [{"user": "x"}, {"user": "y"}]},
        ),
        (
            {"edit": "add-block", "action": "allow", "operator": "not"},
            {"or": [{"user": "x"}, {"user": "y"}], "not": []},
        ),
    ],
)
def test_edits_keys_marked_by_a_question_mark(
    request_: dict[str, Any], expected: Any
) -> None:
    edited = edit(EXPLICIT, request_)

    assert meaning(edited.text) == {"allow": expected}
    assert all(f"# {letter}" in edited.text for letter in "ab")


def test_makes_a_list_of_an_object_with_marked_keys() -> None:
    request = {"edit": "add-block", "action": "allow", "operator": "or"}

    edited = edit(EXPLICIT, request)

    assert meaning(edited.text) == [meaning(EXPLICIT), {"allow": {"or": []}}]


@pytest.mark.parametrize(
    ("text", "data", "expected"),
    [
        (
            "allow:\n  or:\n    - user: | # a\n        x\n",
            "y",
            "allow:\n  or:\n    # a\n    - user: y\n",
        ),
        (
            "allow:\n  or:\n    - user: |+\n        x\n\n\ndeny: {}\n",
            "y",
            "allow:\n  or:\n    - user: y\n\n\ndeny: {}\n",
        ),
        ("allow: {or: [user: ]}", "a, b", 'allow: {or: [user: "a, b"]}'),
        ("allow: {or: [{user}]}", "a", "allow: {or: [{user: a}]}"),
        ("allow: {or: [user: 'it''s']}", "a\nb", 'allow: {or: [user: "a\\nb"]}'),
        (
            "allow: {or: [{user: {is: a, in: [b], not: c}}]}",
            {"is": "a"},
            "allow: {or: [{user: {is: a}}]}",
        ),
        (
            "allow: {or: [{user: {is: a, in: [b]}}]}",
            {"in": ["b"], "is": "a"},
            "allow: {or: [{user: {is: a, in: [b]}}]}",
        ),
        (
            "allow: {or: [{user: {is: a, in: [b]}}]}",
            {"in": ["b"], "is": "c"},
            "allow: {or: [{user: {in: [b], is: c}}]}",
        ),
        (
            "allow:\n  or:\n    - user:\n      - a\n      - b\n",
            ["b"],
            "allow:\n  or:\n    - user:\n      - b\n",
        ),
    ],
)
def test_changes_data_that_is_written_oddly(
    text: str, data: Any, expected: str
) -> None:
    request = {"edit": "set-data", "at": "0/or/0", "data": data}

    assert edit(text, request).text == expected


def test_keeps_the_lines_that_end_a_text_of_several_lines() -> None:
    text = "allow:\n  or:\n    - user: |+\n        x\n\n    - user: y\n"

    edited = edit(text, {"edit": "remove-criterion", "at": "0/or/1"})

    assert meaning(edited.text) == {"allow": {"or": [{"user": "x\n\n"}]}}


def test_adds_behind_a_text_whose_last_lines_count() -> None:
    text = "allow:\n  or:\n    - user: |+\n        x\n\n\n"

    edited = edit(
        text, {"edit": "add-criterion", "at": "0/or", "name": "user", "data": "y"}
    )

    assert meaning(edited.text) == {
        "allow": {"or": [{"user": "x\n\n\n"}, {"user": "y"}]}
    }


def test_moves_a_criterion_into_an_empty_list_on_its_own_line() -> None:
    text = "allow:\n  or:\n    - user: a # x\ndeny:\n  or:\n    []\n"

    edited = edit(text, {"edit": "move-criterion", "at": "0/or/0", "to": "1/or"})

    assert meaning(edited.text) == {
        "allow": {"or": []},
        "deny": {"or": [{"user": "a"}]},
    }
    assert "# x" in edited.text


def test_moves_a_criterion_into_an_empty_list_in_flow_style() -> None:
    text = "allow:\n  or:\n    - user: a # x\ndeny: {or: []}\n"

    edited = edit(text, {"edit": "move-criterion", "at": "0/or/0", "to": "1/or"})

    assert meaning(edited.text) == {
        "allow": {"or": []},
        "deny": {"or": [{"user": "a"}]},
    }
    assert "# x" in edited.text


@pytest.mark.parametrize("action", ["allow", "deny"])
def test_leaves_a_byte_order_mark_out(action: str) -> None:
    text = "\ufeffallow: {}\n"

    edited = edit(text, {"edit": "add-rule", "action": action})

    assert edited.text.lstrip("- ").startswith("allow: {}\n")
    for change in reversed(edited.edits):
        text = text[: change.start] + change.replacement + text[change.end :]
    assert text == edited.text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (EXPLICIT, "0/or/0"),
        (EXPLICIT, "0/or"),
        (EXPLICIT, "0"),
        ("allow: {or: [user: a]}", "0/or/0"),
    ],
)
def test_comments_on_what_is_written_oddly(text: str, place: str) -> None:
    edited = set_comment(text, Place.read(place), "new")

    assert meaning(edited.text) == meaning(text)
    assert "# new" in edited.text


def test_finds_no_line_for_a_comment_inside_a_text() -> None:
    text = 'allow: {or: [user: "a\n  b", email: c]}'

    with pytest.raises(EditingError) as refused:
        set_comment(text, Place(0, Operator.OR, 1), "new")

    assert refused.value.code == "no-line"


def test_does_not_write_lines_that_begin_absurdly_far_to_the_right() -> None:
    text = " " * 500 + "allow: {or: []}\n"

    with pytest.raises(EditingError) as refused:
        edit(text, {"edit": "add-block", "action": "allow", "operator": "or"})

    assert refused.value.code == "unwritable"


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(["c"], id="means something else"),
        pytest.param(["c", "d"], id="gets into its own way"),
        pytest.param(["}"], id="leaves what can't be read"),
    ],
)
def test_a_change_that_does_not_do_is_dropped(written: list[str]) -> None:
    text = "allow: {or: [user: a]} # who\n"
    sheet = Sheet.open(text)
    wanted = Sheet.open(text.replace("user: a", "user: b")).root
    place = text.index("a]")
    change = [Edit(place, place + 1, one) for one in written]

    edited = carry_out(sheet, wanted, (0,), lambda: change)

    assert to_json(Sheet.open(edited.text).root) == to_json(wanted)
    assert edited.text.endswith("# who\n")


def test_says_that_there_is_no_room_for_another_criterion() -> None:
    text = "allow:\n  or:\n" + "    - user: a\n" * MAX_CRITERIA
    block = builder_tree(parse(text))["blocks"][0]["id"]

    with pytest.raises(EditingError) as refused:
        edit(text, {"edit": "add-criterion", "at": block, "name": "user", "data": "b"})

    assert refused.value.code == "too-many-criteria"


def test_refuses_what_stands_behind_many_empty_rules() -> None:
    """What a draft may lack is not counted: it would hide what keeps it from being
    edited."""
    text = "- allow: {}\n" * (MAX_PROBLEMS * 2) + "- deny:\n    - email: {is: a}\n"

    with pytest.raises(PolicyLanguageError, match="deny"):
        Sheet.open(text)


def test_opens_a_draft_of_many_empty_rules() -> None:
    assert len(Sheet.open("- allow: {}\n" * 300).rules) == 300
