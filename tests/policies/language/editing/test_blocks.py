"""Edits of rules and operators, the switches, and comments."""

from __future__ import annotations

from typing import Any

import pytest

from policies.language import parse
from policies.language.editing import (
    EditingError,
    Override,
    Place,
    add_block,
    add_rule,
    change_operator,
    duplicate_block,
    duplicate_rule,
    move_block,
    move_rule,
    overrides,
    remove_block,
    remove_rule,
    set_comment,
    set_override,
)
from policies.language.editing.remarks import comment_of
from policies.language.editing.sheet import Sheet
from policies.language.grammar import Action, Operator

ALLOW, DENY = Action.ALLOW, Action.DENY
AND, OR, NOT = Operator.AND, Operator.OR, Operator.NOT
OBJECT = """\
# about all
allow:  # a
  # b
  or:  # c
    - accept: 1  # d
deny:
  and:
    - reject: 1
"""
LIST = """\
# about the first
- allow:
    or:
      - accept: 1  # a

# about the second
- deny:  # b
    and:
      - reject: 1
  # c
  allow:
    nor:
      - user: x
# end
"""


@pytest.mark.parametrize(
    ("text", "action", "operator", "new"),
    [
        ("", ALLOW, AND, "allow:\n  and:\n    - a: 1\n"),
        ("# x", ALLOW, AND, "# x\nallow:\n  and:\n    - a: 1"),
        ("# x\n\n", DENY, OR, "# x\n\ndeny:\n  or:\n    - a: 1\n"),
        ("{}", ALLOW, AND, "allow:\n  and:\n    - a: 1"),
        ("[]", ALLOW, AND, "- allow:\n    and:\n      - a: 1"),
        ("allow: {}\n", ALLOW, AND, "allow:\n  and:\n    - a: 1\n"),
        ("deny: {}\n", ALLOW, AND, "deny: {}\nallow:\n  and:\n    - a: 1\n"),
        (
            "allow:\n  or: []\n",
            ALLOW,
            AND,
            "allow:\n  or: []\n  and:\n    - a: 1\n",
        ),
        (
            "# x\nallow:\n  # y\n\n  or: []\n# z\n",
            ALLOW,
            OR,
            (
                "# x\n- allow:\n    # y\n\n    or: []\n"
                "- allow:\n    or:\n      - a: 1\n# z\n"
            ),
        ),
        (
            "allow: {or: []} # x",
            ALLOW,
            OR,
            "- allow: {or: []} # x\n- allow:\n    or:\n      - a: 1",
        ),
        (
            "{allow: {or: [b: {is: 1}]}} # x",
            ALLOW,
            OR,
            "[{allow: {or: [b: {is: 1}]}}, {allow: {or: [{a: 1}]}}] # x",
        ),
        (
            "- allow: {or: []}\n# x\n",
            ALLOW,
            AND,
            "- allow: {or: []}\n- allow:\n    and:\n      - a: 1\n# x\n",
        ),
    ],
)
def test_adds_an_operator_where_there_is_room(
    text: str, action: Action, operator: Operator, new: str
) -> None:
    assert add_block(text, action, operator, [{"a": 1}]).text == new


def test_writes_the_data_of_a_new_operator_as_the_author_does() -> None:
    text = "allow:\n  or:\n    - email: {is: a}\n"

    inside = add_block(text, ALLOW, AND, [{"email": {"in": ["b"]}}])
    behind = add_block(text, ALLOW, OR, [{"email": {"in": ["b"]}}])

    assert inside.text == text + "  and:\n    - email: {in: [b]}\n"
    assert behind.text.endswith("- allow:\n    or:\n      - email: {in: [b]}\n")


def test_adds_an_operator_to_a_given_rule() -> None:
    edited = add_block(LIST, DENY, NOT, [], rule=1)

    assert "      - reject: 1\n    not: []\n  # c\n" in edited.text
    with pytest.raises(EditingError, match="`and` already"):
        add_block(LIST, DENY, AND, [], rule=1)


def test_adds_an_empty_rule() -> None:
    assert add_rule("allow: {}\n", DENY).text == "allow: {}\ndeny: {}\n"
    assert add_rule("allow: {}\n", ALLOW).text == "- allow: {}\n- allow: {}\n"


def test_removes_an_operator_with_its_comments() -> None:
    text = "allow:\n  # x\n  or: # y\n    - a: 1\n  # z\n  and: []\n"

    first = remove_block(text, Place(0, OR))
    rule = remove_block(OBJECT, Place(0, OR))

    assert first.text == "allow:\n  # z\n  and: []\n"
    assert rule.text == "deny:\n  and:\n    - reject: 1\n"


def test_removes_a_rule_with_what_is_left_of_it() -> None:
    item = remove_rule(LIST, Place(0))
    behind_dash = remove_rule(LIST, Place(1))
    entry = remove_rule(LIST, Place(2))
    last = remove_rule("# x\nallow: {}\n", Place(0))
    only_item = remove_rule("- allow: {}\n", Place(0))

    assert item.text == LIST[LIST.index("\n# about the second") :]
    assert behind_dash.text.endswith(
        "# about the second\n# c\n- allow:\n    nor:\n      - user: x\n# end\n"
    )
    assert entry.text.endswith("      - reject: 1\n# end\n")
    assert last.text == "# x\n{}\n"
    assert only_item.text == "[]\n"


def test_removes_rules_in_flow_style() -> None:
    text = "[{allow: {}}, {deny: {}, allow: {}}]"

    assert remove_rule(text, Place(0)).text == "[{deny: {}, allow: {}}]"
    assert remove_rule(text, Place(1)).text == "[{allow: {}}, {allow: {}}]"


def test_changes_the_keyword_of_an_operator() -> None:
    edited = change_operator(OBJECT, Place(0, OR), NOT)

    assert edited.text == OBJECT.replace("  or:", "  not:")
    assert change_operator(OBJECT, Place(0, OR), OR).text == OBJECT


def test_gives_an_operator_its_own_rule_when_the_keyword_is_taken() -> None:
    text = "allow:\n  or:\n    - a: 1 # x\n  # y\n  and:\n    - b: 2 # z\n"

    edited = change_operator(text, Place(0, AND), OR)

    assert edited.text == (
        "- allow:\n    or:\n      - a: 1 # x\n"
        "- allow:\n    # y\n    or:\n      - b: 2 # z\n"
    )
    text_again = text
    for edit in reversed(edited.edits):
        text_again = (
            text_again[: edit.start] + edit.replacement + text_again[edit.end :]
        )
    assert text_again == edited.text


def test_moves_an_operator_to_another_rule() -> None:
    block = move_block(OBJECT, Place(0, OR), to=Place(1))
    flow = move_block(
        "[{allow: {or: [a: 1]}}, {deny: {and: []}}]", Place(0, OR), to=Place(1)
    )

    assert block.text == (
        "# about all\nallow: {}  # a\n"
        "deny:\n  and:\n    - reject: 1\n"
        "  # b\n  or:  # c\n    - accept: 1  # d\n"
    )
    assert flow.text == "[{allow: {}}, {deny: {and: [], or: [{a: 1}]}}]"
    assert move_block(OBJECT, Place(0, OR), to=Place(0)).text == OBJECT
    with pytest.raises(EditingError, match="`or` already"):
        move_block("[{allow: {or: []}}, {deny: {or: []}}]", Place(0, OR), to=Place(1))


def test_repeats_operators_and_rules() -> None:
    block = duplicate_block(LIST, Place(2, Operator.NOR))
    rule = duplicate_rule(OBJECT, Place(1))

    assert block.text == LIST.replace(
        "# end\n", "- allow:\n    nor:\n      - user: x\n# end\n"
    )
    assert rule.text.endswith(
        "  deny:\n    and:\n      - reject: 1\n- deny:\n    and:\n      - reject: 1\n"
    )


def test_moves_a_rule_with_its_comments() -> None:
    text = "# a\n- allow: {or: []}\n# b\n- deny: {} # c\n"
    entries = move_rule(OBJECT, Place(0), to=Place(1))

    assert move_rule(text, Place(1), to=Place(0)).text == (
        "# b\n- deny: {} # c\n# a\n- allow: {or: []}\n"
    )
    assert move_rule(LIST, Place(2), to=Place(0)).text.startswith(
        "# about the second\n- deny:"
    )
    assert entries.text == (
        "deny:\n  and:\n    - reject: 1\n# about all\nallow:  # a\n  # b\n  or:  # c\n"
        "    - accept: 1  # d\n"
    )
    assert move_rule(text, Place(1), to=Place(1)).text == text
    assert move_rule("[{allow: {}}, {deny: {}}]", Place(0), to=Place(1)).text == (
        "[{deny: {}}, {allow: {}}]"
    )
    assert move_rule("{allow: {}, deny: {}}", Place(0), to=Place(1)).text == (
        "{deny: {}, allow: {}}"
    )


def on(text: str) -> set[str]:
    return set(overrides(parse(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("allow: {or: [accept: 1, user: x]}", {"accept"}),
        ("allow: {and: [cors_preflight: 1]}", {"cors_preflight"}),
        ("allow: {and: [authenticated_user: 1, user: x]}", set()),
        ("allow: {not: [accept: 1]}", set()),
        ("deny: {or: [accept: 1]}", set()),
    ],
)
def test_sees_which_switches_are_on(text: str, expected: set[str]) -> None:
    assert on(text) == expected


def test_turns_a_switch_on() -> None:
    there = set_override(OBJECT, Override.CORS_PREFLIGHT, is_on=True)
    made = set_override("deny: {or: []}", Override.ACCEPT, is_on=True)

    assert there.text == OBJECT.replace("# d\n", "# d\n    - cors_preflight: true\n")
    assert made.text == "deny: {or: []}\nallow:\n  or:\n    - accept: true"
    assert set_override(OBJECT, Override.ACCEPT, is_on=True).text == OBJECT


def test_turns_a_switch_off_wherever_it_is() -> None:
    text = (
        "- allow:\n    or:\n      - accept: 1\n      - user: a\n      - accept/x: 1\n"
        "- deny:\n    or:\n      - accept: 1\n"
        "- allow:\n    and:\n      - accept: 1\n    not:\n      - accept: 1\n"
    )

    edited = set_override(text, Override.ACCEPT, is_on=False)

    assert edited.text == (
        "- allow:\n    or:\n      - user: a\n"
        "- deny:\n    or:\n      - accept: 1\n"
        "- allow:\n    not:\n      - accept: 1\n"
    )
    assert set_override(edited.text, Override.ACCEPT, is_on=False).edits == ()
    marked = set_override(f"\ufeff{edited.text}", Override.ACCEPT, is_on=False)
    assert marked.text == edited.text


def comment(text: str, place: str) -> str:
    return comment_of(Sheet.open(text), Place.read(place))


def test_reads_the_comments_of_a_place() -> None:
    assert comment(OBJECT, "0") == "about all\na"
    assert comment(OBJECT, "0/or") == "b\nc"
    assert comment(OBJECT, "0/or/0") == "d"
    assert comment(OBJECT, "1") == ""
    assert comment(LIST, "0") == "about the first"
    assert comment(LIST, "1") == "about the second\nb"
    assert comment(LIST, "2") == "c"
    assert comment("allow: {or: [user: x]} # a", "0/or/0") == ""
    assert comment("- # x\n  allow: {}\n", "0") == ""


@pytest.mark.parametrize(
    ("place", "gone", "new"),
    [
        ("0", "# about all\nallow:  # a\n", "# new\n# lines\nallow:\n"),
        ("0/or", "  # b\n  or:  # c\n", "  # new\n  # lines\n  or:\n"),
        (
            "0/or/0",
            "    - accept: 1  # d\n",
            "    # new\n    # lines\n    - accept: 1\n",
        ),
    ],
)
def test_writes_the_comment_of_a_place(place: str, gone: str, new: str) -> None:
    edited = set_comment(OBJECT, Place.read(place), "new\n  lines ")
    removed = set_comment(edited.text, Place.read(place), "")

    assert edited.text == OBJECT.replace(gone, new)
    assert "new" not in removed.text
    assert comment(edited.text, place) == "new\nlines"


def test_writes_comments_around_flow_style() -> None:
    text = "allow: {or: [\n  user: x,\n  user: y # z\n]}"

    second = set_comment(text, Place(0, OR, 1), "b")
    rule = set_comment(text, Place(0), "a")

    assert second.text == text.replace("  user: y", "  # b\n  user: y")
    assert rule.text == f"# a\n{text}"


@pytest.mark.parametrize(
    ("text", "comment", "code"),
    [
        ("allow: {}", "\x07", "control-character"),
        ("allow: {}", "x" * 70_000, "too-large"),
    ],
)
def test_refuses_comments_that_no_policy_can_hold(
    text: str, comment: str, code: str
) -> None:
    with pytest.raises(EditingError) as refused:
        set_comment(text, Place(0), comment)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (lambda: remove_rule(OBJECT, Place(2)), "no-such-place"),
        (lambda: remove_block(OBJECT, Place(0, NOT)), "no-such-place"),
        (lambda: set_comment(OBJECT, Place(0, NOT), "x"), "no-such-place"),
        (lambda: add_block(OBJECT, ALLOW, AND, [{"\ud800": 1}]), "unwritable"),
    ],
)
def test_refuses_what_cannot_be_done(work: Any, code: str) -> None:
    with pytest.raises(EditingError) as refused:
        work()

    assert refused.value.code == code
