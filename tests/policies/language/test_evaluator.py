"""Operators join criteria, and rules of one action are alternatives."""

from __future__ import annotations

import pytest

from policies.language import (
    Action,
    Mode,
    SourceState,
    compile_policy,
    explain,
    parse,
)
from policies.language.facts import Facts

from .deciding import ANONYMOUS, decide_on, signed_in

A, B = "accept: true", "reject: true"
EMAIL, CLAIM = "email: ada@example.com", "claim/x: y"


@pytest.mark.parametrize(
    ("operator", "criteria", "value", "reasons"),
    [
        ("and", f"{A}", True, {"accept"}),
        ("and", f"{A}, {EMAIL}", True, {"accept", "email-ok"}),
        ("and", f"{A}, {B}, {CLAIM}", False, {"reject", "claim-unauthorized"}),
        ("or", f"{A}, {B}", True, {"accept"}),
        ("or", f"{B}, {CLAIM}", False, {"reject", "claim-unauthorized"}),
        ("not", f"{B}, {CLAIM}", True, {"reject", "claim-unauthorized"}),
        ("not", f"{A}, {B}", False, {"accept"}),
        ("nor", f"{A}, {B}", True, {"reject"}),
        ("nor", f"{A}, {EMAIL}", False, {"accept", "email-ok"}),
    ],
)
def test_an_operator_keeps_the_reasons_that_decided(
    operator: str, criteria: str, value: bool, reasons: set[str]
) -> None:
    decision = decide_on(f"allow: {{{operator}: [{criteria}]}}", signed_in())

    assert decision.allow is value
    assert decision.allow_reasons == reasons


def test_operators_of_a_rule_are_alternatives() -> None:
    decision = decide_on(f"allow: {{and: [{B}], or: [{A}]}}", ANONYMOUS)

    assert decision.allow
    assert decision.allow_reasons == {"accept"}


def test_rules_of_an_action_are_alternatives() -> None:
    decision = decide_on(
        f"[{{deny: {{or: [{B}]}}}}, {{deny: {{or: [{CLAIM}]}}}}]", signed_in()
    )

    assert not decision.deny
    assert decision.deny_reasons == {"reject", "claim-unauthorized"}


@pytest.mark.parametrize("text", ["{}", "[]", "allow: {}", "allow: {and: []}"])
def test_without_criteria_nothing_applies(text: str) -> None:
    decision = decide_on(text, signed_in())

    assert (decision.allow, decision.deny) == (False, False)
    assert decision.allow_reasons == decision.deny_reasons == set()
    assert (decision.outcome, decision.status) == ("deny", 403)


def test_deny_beats_allow() -> None:
    decision = decide_on(f"{{allow: {{or: [{A}]}}, deny: {{or: [{A}]}}}}", ANONYMOUS)

    assert (decision.outcome, decision.status) == ("deny", 403)


def test_an_inverted_identity_criterion_makes_the_anonymous_sign_in() -> None:
    for operator in ("not", "nor"):
        for criterion in ("email: x", "groups: x", "claim/x: y", "device: {type: any}"):
            decision = decide_on(f"allow: {{{operator}: [{criterion}]}}", ANONYMOUS)

            assert decision.outcome == "login"


STALE = signed_in(groups=("g",), directory=SourceState.STALE)


@pytest.mark.parametrize("operator", ["and", "or", "not", "nor"])
@pytest.mark.parametrize("group", ["g", "other"])
class TestMissingData:
    def test_it_makes_a_deny_rule_apply(self, operator: str, group: str) -> None:
        policy = f"deny: {{{operator}: [groups: {group}]}}"

        decision = decide_on(f"{{allow: {{or: [{A}]}}, {policy}}}", STALE)

        assert decision.deny
        assert decision.outcome == "deny"
        assert decision.deny_reasons == {"directory-data-unavailable"}

    def test_it_never_makes_an_allow_rule_apply(
        self, operator: str, group: str
    ) -> None:
        decision = decide_on(f"allow: {{{operator}: [groups: {group}]}}", STALE)

        assert decision.outcome == "deny"
        assert decision.allow_reasons == {"directory-data-unavailable"}

    def test_it_means_nothing_to_core(self, operator: str, group: str) -> None:
        decision = decide_on(
            f"allow: {{{operator}: [groups: {group}]}}", STALE, Mode.CORE_INTENDED
        )

        inverted = operator in {"not", "nor"}
        assert decision.allow is ((group == "g") is not inverted)


def test_what_decides_without_the_missing_data_still_decides() -> None:
    allowed = decide_on(f"allow: {{or: [groups: g, {A}]}}", STALE)
    not_denied = decide_on(f"deny: {{and: [groups: g, {B}]}}", STALE)

    assert allowed.outcome == "allow"
    assert not not_denied.deny


def test_the_tree_tells_each_step_and_its_place() -> None:
    text = f"allow:\n  or:\n    - {B}\n  not:\n    - {EMAIL}\n"
    program = compile_policy(parse(text))

    tree = explain(program, signed_in()).parts[0].tree

    assert tree is not None
    (rule,) = tree.rules
    either, neither = rule.operators
    (email,) = neither.criteria
    assert (rule.action, rule.span.line, rule.result.value) == ("allow", 1, False)
    assert (either.operator, either.span.line) == ("or", 2)
    assert (email.name, email.span.line, email.value) == ("email", 5, True)
    assert (email.reason, email.seen) == ("email-ok", "ada@example.com")
    assert email.fact == "the address"
    assert not email.result.value
    assert neither.result.reasons == {"email-ok"}


def test_a_program_says_which_facts_it_needs() -> None:
    program = compile_policy(parse("allow: {and: [groups: a], or: [http_path: /]}"))

    assert program.needs == {"session", "directory", "request"}
    assert program.has(Action.ALLOW)
    assert not program.has(Action.DENY)


def test_facts_may_be_empty() -> None:
    decision = decide_on("allow: {or: [authenticated_user: true]}", Facts())

    assert decision.outcome == "login"
