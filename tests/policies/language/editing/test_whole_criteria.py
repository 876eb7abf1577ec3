"""Criteria are added, removed, moved and repeated with their comments."""

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
    rename_operator,
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
