"""Nodes become rules by Core's grammar, and everything else is reported."""

from __future__ import annotations

import pytest

from policies.language import parse
from policies.language.grammar import Action, Operator

from .reading import tree_of


def codes(text: str, *, saving: bool = False) -> list[str]:
    return [problem.code for problem in tree_of(text, saving=saving)[1].problems]


def test_rules_of_one_object_are_ordered_allow_first() -> None:
    document, _ = tree_of("deny: {or: [b: 1]}\nallow: {or: [a: 1]}")

    assert [rule.action for rule in document.rules] == [Action.ALLOW, Action.DENY]


def test_rules_of_a_list_keep_their_order() -> None:
    document, _ = tree_of("[{deny: {}}, {allow: {}}, {deny: {}}]")

    actions = [rule.action for rule in document.rules]
    assert actions == [Action.DENY, Action.ALLOW, Action.DENY]


def test_operators_are_in_the_order_of_core() -> None:
    document, _ = tree_of("allow: {nor: [a: 1], not: [b: 1], or: [c: 1], and: [d: 1]}")

    found = [block.operator for block in document.rules[0].operators]
    assert found == [Operator.AND, Operator.OR, Operator.NOT, Operator.NOR]


@pytest.mark.parametrize(
    ("key", "name", "sub_path"),
    [
        ("email", "email", None),
        ("claim/a/b", "claim", "a/b"),
        ("claim/", "claim", ""),
        ("/email", "", "email"),
    ],
)
def test_the_name_ends_at_the_first_slash(
    key: str, name: str, sub_path: str | None
) -> None:
    document, _ = tree_of(f"allow: {{or: [{key}: 1]}}")

    criterion = next(document.criteria())
    assert (criterion.name, criterion.sub_path) == (name, sub_path)


@pytest.mark.parametrize("text", ["{}", "[]", "allow: {}", "allow: {and: []}"])
def test_empty_documents_are_valid_but_not_worth_saving(text: str) -> None:
    assert codes(text) == []
    assert codes(text, saving=True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hello", "not-a-rule"),
        ("null", "not-a-rule"),
        ("- 1", "not-a-rule"),
        ("- [allow]", "not-a-rule"),
        ("alow: {}", "unknown-action"),
        ("Allow: {}", "unknown-action"),
        ("allow:", "rule-not-a-mapping"),
        ("allow: []", "rule-not-a-mapping"),
        ("allow: {OR: []}", "unknown-operator"),
        ("allow: {or: }", "operator-not-a-list"),
        ("allow: {or: {accept: 1}}", "operator-not-a-list"),
        ("allow: {or: [accept]}", "criterion-not-a-mapping"),
        ("allow: {or: [[accept]]}", "criterion-not-a-mapping"),
        ("allow: {or: [null]}", "criterion-not-a-mapping"),
        ("allow: {or: [{}]}", "criterion-keys"),
        ("allow: {or: [{a: 1, b: 1}]}", "criterion-keys"),
    ],
)
def test_what_breaks_the_grammar_is_reported(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_a_misspelt_keyword_comes_with_a_fix() -> None:
    text = "alow: {xor: [a: 1]}\ndeny: {nto: [a: 1]}"
    _, report = tree_of(text)

    action, operator = report.problems
    assert action.suggestion == "did you mean `allow`?"
    assert action.fix is not None
    assert operator.fix is not None
    assert "not: [a: 1]" in operator.fix.apply(text)
    assert action.fix.apply(text).startswith("allow:")


def test_an_action_inside_a_rule_is_ignored_but_not_saved() -> None:
    text = "allow: {action: deny, or: [a: 1]}"

    assert codes(text) == []
    assert codes(text, saving=True) == ["ignored-key"]


def test_five_hundred_criteria_are_enough() -> None:
    many = ", ".join(["a: 1"] * 500)

    assert codes(f"allow: {{or: [{many}]}}") == []
    assert codes(f"allow: {{or: [{many}, a: 1]}}") == ["too-many-criteria"]


def test_none_of_five_hundred_criteria_is_lost() -> None:
    many = ", ".join(["accept: true"] * 500)

    assert len(list(parse(f"allow: {{or: [{many}]}}").criteria())) == 500
