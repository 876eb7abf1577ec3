"""Edits of criteria touch nothing but their own lines."""

from __future__ import annotations

from typing import Any

import pytest

from policies.language import PolicyLanguageError
from policies.language.editing import (
    EditingError,
    Place,
    add_criterion,
    duplicate_criterion,
    move_criterion,
    remove_criterion,
    remove_operator,
    rename_operator,
    set_criterion,
    set_data,
    set_operand,
)
from policies.language.grammar import Operator

POLICY = """\
# Who may come in.
allow:
  or:
    # the owner
    - email: 'ada@example.com'  # Ada
    - claim/team: {has: red, exclude: blue}

    # office hours
    - time_of_day:
        timezone: Europe/Vienna  # HQ
        after: 9:00
        before: 17:00
  and:
    - domain: example.com
"""
EMAIL = Place(0, Operator.OR, 0)
CLAIM = Place(0, Operator.OR, 1)
HOURS = Place(0, Operator.OR, 2)
DOMAIN = Place(0, Operator.AND, 0)


def changes(text: str, new: str) -> tuple[list[str], list[str]]:
    """Return the lines that differ: those that are gone, and those that came."""
    old_lines, new_lines = text.splitlines(), new.splitlines()
    while old_lines and new_lines and old_lines[0] == new_lines[0]:
        del old_lines[0], new_lines[0]
    while old_lines and new_lines and old_lines[-1] == new_lines[-1]:
        del old_lines[-1], new_lines[-1]
    return old_lines, new_lines


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


@pytest.mark.parametrize(
    ("index", "before"),
    [(0, "    # the owner"), (1, "    - claim/team"), (2, ""), (None, "  and:")],
)
def test_adds_a_criterion_between_the_others(index: int | None, before: str) -> None:
    block = Place(0, Operator.OR)

    edited = add_criterion(POLICY, block, name="user", data={"is": "u"}, index=index)

    gone, came = changes(POLICY, edited.text)
    assert (gone, came) == ([], ["    - user: {is: u}"])
    following = edited.text.splitlines()[edited.last_line]
    assert following.startswith(before)


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("allow:\n  or: []", "allow:\n  or:\n    - a: 1"),
        ("allow:\n  or: [] # x\n", "allow:\n  or:\n    - a: 1 # x\n"),
        ("allow: {or: []}", "allow: {or: [{a: 1}]}"),
        ("allow: {or: [b: 2]}", "allow: {or: [b: 2, {a: 1}]}"),
        ("allow: {or: [b: 2, ]}", "allow: {or: [b: 2, {a: 1} ]}"),
        ("allow: {or: [\n  b: 2 # x\n]}", "allow: {or: [\n  b: 2, # x\n  {a: 1}\n]}"),
        ("allow: {or: [\n  b: 2,\n]}", "allow: {or: [\n  b: 2,\n  {a: 1},\n]}"),
        ("allow: {or: [\n  b: 2\n]}", "allow: {or: [\n  b: 2,\n  {a: 1}\n]}"),
        ("allow: {or: [b: 2\n  ]}", "allow: {or: [b: 2,\n{a: 1}\n  ]}"),
        ("allow:\n  or:\n    - b: 2", "allow:\n  or:\n    - b: 2\n    - a: 1"),
        (
            "allow:\r\n  or:\r\n  - b: 2\r\n",
            "allow:\r\n  or:\r\n  - b: 2\r\n  - a: 1\r\n",
        ),
        (
            "allow:\n  or:\n    - b: |\n        x\n\ndeny: {}",
            "allow:\n  or:\n    - b: |\n        x\n    - a: 1\n\ndeny: {}",
        ),
        (
            "allow:\n  or:\n    -\n      b: 2\n",
            "allow:\n  or:\n    -\n      b: 2\n    - a: 1\n",
        ),
    ],
)
def test_adds_a_criterion_in_the_style_of_the_text(text: str, new: str) -> None:
    edited = add_criterion(text, Place(0, Operator.OR), name="a", data=1)

    assert edited.text == new


def test_adds_a_criterion_in_front_in_flow_style() -> None:
    block = Place(0, Operator.OR)

    one_line = add_criterion("allow: {or: [b: 2]}", block, name="a", data=1, index=0)
    lines = add_criterion("allow: {or: [\n  b: 2\n]}", block, name="a", data=1, index=0)

    assert one_line.text == "allow: {or: [{a: 1}, b: 2]}"
    assert lines.text == "allow: {or: [\n  {a: 1},\n  b: 2\n]}"


def test_removes_a_criterion_with_its_comments() -> None:
    first = remove_criterion(POLICY, EMAIL)
    last = remove_criterion(POLICY, HOURS)
    only = remove_criterion(POLICY, DOMAIN)

    assert changes(POLICY, first.text) == (
        ["    # the owner", "    - email: 'ada@example.com'  # Ada"],
        [],
    )
    assert "# office hours" not in last.text
    assert changes(POLICY, only.text) == (
        ["  and:", "    - domain: example.com"],
        ["  and: []"],
    )


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("allow: {or: [a: 1, b: 2]}", "allow: {or: [b: 2]}"),
        ("allow: {or: [a: 1]}", "allow: {or: []}"),
        ("allow: {or: [\n a: 1, # x\n b: 2 # y\n]}", "allow: {or: [\n b: 2 # y\n]}"),
        ("allow: {or: [ # x\n a: 1 # y\n]}", "# x\n# y\nallow: {or: []}"),
        ("allow: {or: [a: 1, # x\n b: 2]}", "# x\nallow: {or: [{b: 2}]}"),
    ],
)
def test_removes_a_criterion_in_flow_style(text: str, new: str) -> None:
    assert remove_criterion(text, Place(0, Operator.OR, 0)).text == new


def test_removes_the_last_criterion_in_flow_style() -> None:
    text = "allow: {or: [a: 1, b: 2]}"

    assert remove_criterion(text, Place(0, Operator.OR, 1)).text == (
        "allow: {or: [a: 1]}"
    )


def test_repeats_a_criterion_with_its_comments() -> None:
    edited = duplicate_criterion(POLICY, EMAIL)
    flow = duplicate_criterion("allow: {or: [a: 1, b: 2]}", EMAIL)

    assert changes(POLICY, edited.text) == (
        [],
        ["    # the owner", "    - email: 'ada@example.com'  # Ada"],
    )
    assert flow.text == "allow: {or: [a: 1, {a: 1}, b: 2]}"


def test_moves_a_criterion_with_its_comments() -> None:
    down = move_criterion(POLICY, EMAIL, to=Place(0, Operator.OR, 1))
    away = move_criterion(POLICY, EMAIL, to=Place(0, Operator.AND, 0))
    up = move_criterion(POLICY, HOURS, to=Place(0, Operator.OR, 0))
    last = move_criterion(POLICY, EMAIL, to=Place(0, Operator.OR))

    owner = "    # the owner\n    - email: 'ada@example.com'  # Ada\n"
    rest = POLICY.replace(owner, "")
    claim = "    - claim/team: {has: red, exclude: blue}\n"
    assert down.text == rest.replace(claim, claim + owner)
    assert down.text.index("# Ada") < down.text.index("# office hours")
    assert away.text == rest.replace("  and:\n", "  and:\n" + owner)
    assert up.text.index("# office hours") < up.text.index("# the owner")
    assert last.text == rest.replace("  and:\n", owner + "  and:\n")
    assert move_criterion(POLICY, EMAIL, to=EMAIL).text == POLICY


def test_moves_a_criterion_to_other_columns_and_styles() -> None:
    text = (
        "allow:\n  or:\n  - a: 1 # x\n  - b: 2\n"
        "deny:\n      and:\n        - c:\n            d: 3\n      not: [] # z\n"
        "      nor: [e: 5]\n"
    )

    right = move_criterion(text, Place(0, Operator.OR, 0), to=Place(1, Operator.AND, 0))
    left = move_criterion(text, Place(1, Operator.AND, 0), to=Place(0, Operator.OR, 0))
    empty = move_criterion(text, Place(0, Operator.OR, 0), to=Place(1, Operator.NOT))
    into_flow = move_criterion(
        text, Place(0, Operator.OR, 0), to=Place(1, Operator.NOR)
    )
    out_of_flow = move_criterion(
        text, Place(1, Operator.NOR, 0), to=Place(0, Operator.OR, 1)
    )

    assert "      and:\n        - a: 1 # x\n        - c:\n" in right.text
    assert "  or:\n  - c:\n      d: 3\n  - a: 1 # x\n" in left.text
    assert "      and: []\n" in left.text
    assert "      not: # z\n        - a: 1 # x\n      nor" in empty.text
    assert "      # x\n      nor: [e: 5, {a: 1}]\n" in into_flow.text
    assert "  - a: 1 # x\n  - e: 5\n  - b: 2\n" in out_of_flow.text
    assert "      nor: []\n" in out_of_flow.text


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (lambda: set_data(POLICY, Place(3, Operator.OR, 0), 1), "no-such-place"),
        (lambda: set_data(POLICY, Place(0, Operator.NOT, 0), 1), "no-such-place"),
        (lambda: set_data(POLICY, Place(0, Operator.OR, 3), 1), "no-such-place"),
        (lambda: set_data(POLICY, Place(0, Operator.OR), 1), "no-such-place"),
        (lambda: set_data(POLICY, Place(0), 1), "no-such-place"),
        (lambda: Place.read("x"), "no-such-place"),
        (lambda: Place.read("0/xor"), "no-such-place"),
        (lambda: Place.read("0/or/-1"), "no-such-place"),
        (lambda: Place.read("0/or/²"), "no-such-place"),
        (lambda: Place.read("9" * 5000), "no-such-place"),
        (lambda: rename_operator(POLICY, CLAIM, "is", "has"), "no-such-place"),
        (lambda: rename_operator(POLICY, CLAIM, "has", "exclude"), "operator-taken"),
        (lambda: set_data(POLICY, EMAIL, object()), "unwritable"),
        (lambda: set_data(POLICY, EMAIL, "\ud800"), "unwritable"),
        (lambda: set_data(POLICY, EMAIL, "x" * 70_000), "too-large"),
        (
            lambda: add_criterion(POLICY, DOMAIN, name="a", data=1, index=5),
            "no-such-place",
        ),
        (
            lambda: set_operand(
                "allow: {or: [accept: 1]}", Place(0, Operator.OR, 0), "is", 1
            ),
            "no-matcher",
        ),
        (
            lambda: set_operand(
                "allow: {or: [emial: 1]}", Place(0, Operator.OR, 0), "is", 1
            ),
            "no-matcher",
        ),
    ],
)
def test_refuses_what_cannot_be_done(work: Any, code: str) -> None:
    with pytest.raises(EditingError) as refused:
        work()

    assert refused.value.code == code


@pytest.mark.parametrize(
    "text", ["allow: [", "allow: &a {}", "allow: 5", b"\xff", "x: {}"]
)
def test_refuses_texts_that_cannot_be_edited(text: str) -> None:
    with pytest.raises(PolicyLanguageError):
        set_data(text, EMAIL, 1)


def test_knows_how_a_place_is_written() -> None:
    assert str(Place.read("1/or/2")) == "1/or/2"
    assert Place.read("0/not") == Place(0, Operator.NOT)
    assert str(Place(3)) == "3"
