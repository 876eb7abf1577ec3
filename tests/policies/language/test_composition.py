"""A route's own rules, attached policies, and enforced ones above them."""

from __future__ import annotations

from typing import Any

import pytest

from policies.language import (
    Decision,
    Edition,
    Facts,
    ForeignPolicy,
    Mode,
    PolicyDocument,
    PolicyLanguageError,
    Program,
    Result,
    RoutePolicy,
    RouteSettings,
    SourceState,
    Verdict,
    canonical,
    compile_policy,
    compile_route,
    evaluate,
    explain,
    parse,
    settings_to_policy,
)
from policies.language.composition import POLICY_ERROR
from policies.language.errors import START
from policies.language.facts import Request

from .deciding import ANONYMOUS, signed_in

ADA = signed_in()
BEN = signed_in("ben@other.com", user_id="u2")


def program(text: str) -> Program:
    return compile_policy(parse(text))


PUBLIC = program("allow: {or: [accept: true]}")
ONLY_ADA = program("allow: {or: [email: ada@example.com]}")
NOT_BEN = program("deny: {or: [email: ben@other.com]}")
COMPANY = program("allow: {and: [domain: example.com]}")
PREFLIGHT = Facts(
    request=Request(
        method="OPTIONS",
        headers={"Access-Control-Request-Method": "PUT", "Origin": "https://x"},
    )
)


def route(
    *policies: Program, enforced: tuple[Program, ...] = (), facts: Facts = ADA
) -> Decision:
    return evaluate(compile_route(policies=policies, enforced=enforced), facts)


def test_attached_policies_are_alternatives() -> None:
    assert route(COMPANY, ONLY_ADA, facts=ADA).is_allowed
    other = program("allow: {or: [email: ben@other.com]}")
    assert route(ONLY_ADA, other, facts=BEN).is_allowed
    assert not route(ONLY_ADA, facts=BEN).is_allowed


def test_a_deny_of_any_policy_wins() -> None:
    assert not route(PUBLIC, NOT_BEN, facts=BEN).is_allowed
    assert not route(PUBLIC, enforced=(NOT_BEN,), facts=BEN).is_allowed
    assert route(PUBLIC, NOT_BEN, facts=ADA).is_allowed


def test_a_route_without_policies_is_closed() -> None:
    decision = route()

    assert (decision.outcome, decision.status) == ("deny", 403)


class TestCeiling:
    def test_an_enforced_allow_grants_nothing(self) -> None:
        assert not route(enforced=(PUBLIC,)).is_allowed
        assert not route(ONLY_ADA, enforced=(PUBLIC,), facts=BEN).is_allowed

    def test_it_must_be_satisfied(self) -> None:
        assert route(PUBLIC, enforced=(COMPANY,), facts=ADA).is_allowed
        decision = route(PUBLIC, enforced=(COMPANY,), facts=BEN)
        assert (decision.outcome, decision.status) == ("deny", 403)
        assert decision.deny_reasons == {"domain-unauthorized"}

    def test_all_of_several_must_be_satisfied(self) -> None:
        ceilings = (COMPANY, ONLY_ADA)

        assert route(PUBLIC, enforced=ceilings, facts=ADA).is_allowed
        eve = signed_in("eve@example.com")
        assert not route(PUBLIC, enforced=ceilings, facts=eve).is_allowed

    def test_an_anonymous_visitor_is_asked_to_sign_in(self) -> None:
        decision = route(PUBLIC, enforced=(COMPANY,), facts=ANONYMOUS)

        assert decision.outcome == "login"

    def test_an_inverted_one_does_not_let_the_anonymous_pass(self) -> None:
        ceiling = program("allow: {not: [email: ben@other.com]}")

        assert route(PUBLIC, enforced=(ceiling,), facts=ANONYMOUS).outcome == "login"
        assert route(PUBLIC, enforced=(ceiling,), facts=ADA).is_allowed

    def test_one_on_identity_refuses_preflights(self) -> None:
        cors = program("allow: {or: [cors_preflight: true]}")
        both = program("allow: {or: [domain: example.com, cors_preflight: true]}")

        assert not route(cors, enforced=(COMPANY,), facts=PREFLIGHT).is_allowed
        assert route(cors, enforced=(both,), facts=PREFLIGHT).is_allowed

    def test_missing_data_does_not_satisfy_it(self) -> None:
        ceiling = program("allow: {not: [groups: contractors]}")
        stale = signed_in(groups=(), directory=SourceState.STALE)

        decision = route(PUBLIC, enforced=(ceiling,), facts=stale)

        assert decision.outcome == "deny"
        assert decision.deny_reasons == {"directory-data-unavailable"}

    def test_a_policy_without_allow_rules_is_none(self) -> None:
        assert route(PUBLIC, enforced=(NOT_BEN,), facts=ADA).is_allowed

    def test_an_empty_allow_rule_closes_everything(self) -> None:
        assert not route(PUBLIC, enforced=(program("allow: {}"),)).is_allowed

    def test_it_can_be_told_from_the_explanation(self) -> None:
        found = explain(compile_route(policies=[PUBLIC], enforced=[COMPANY]), BEN)

        own, attached, enforced = found.parts
        assert own.ceiling is attached.ceiling is None
        assert enforced.ceiling == Result(True, frozenset({"domain-unauthorized"}))
        assert enforced.is_enforced


REGO = ForeignPolicy("r1", has_allow_rules=True)
YES = Result(True, frozenset({"custom-ok"}))
NO = Result(False, frozenset({"custom-no"}))


class TestForeignPolicy:
    @pytest.mark.parametrize(
        ("verdict", "allowed"),
        [
            (Verdict(YES, NO), True),
            (Verdict(NO, NO), False),
            (Verdict(YES, YES), False),
        ],
    )
    def test_its_verdict_counts_like_any_other(
        self, verdict: Verdict, allowed: bool
    ) -> None:
        decision = evaluate(
            compile_route(policies=[REGO]), ADA, verdicts={"r1": verdict}
        )

        assert decision.is_allowed is allowed
        assert [trace.id for trace in decision.traces] == [None, "r1"]

    def test_without_a_verdict_it_denies(self) -> None:
        decision = evaluate(compile_route(policies=[PUBLIC, REGO]), ADA)

        assert decision.outcome == "deny"
        assert decision.deny_reasons == {POLICY_ERROR}

    @pytest.mark.parametrize(
        ("has_allow_rules", "verdict", "allowed"),
        [
            (True, Verdict(YES, NO), True),
            (True, Verdict(NO, NO), False),
            (False, Verdict(NO, NO), True),
        ],
    )
    def test_it_can_be_a_ceiling(
        self, has_allow_rules: bool, verdict: Verdict, allowed: bool
    ) -> None:
        ceiling = ForeignPolicy("r1", has_allow_rules)
        compiled = compile_route(policies=[PUBLIC], enforced=[ceiling])

        decision = evaluate(compiled, ADA, verdicts={"r1": verdict})

        assert decision.is_allowed is allowed

    def test_an_explanation_has_no_tree_of_it(self) -> None:
        found = explain(compile_route(policies=[REGO]), ADA)

        assert found.parts[1].tree is None


def test_traces_carry_the_ids_of_policies() -> None:
    compiled = compile_route(
        policies=[RoutePolicy("p1", ONLY_ADA)], enforced=[RoutePolicy("p2", COMPANY)]
    )

    decision = evaluate(compiled, BEN)

    assert [trace.id for trace in decision.traces] == [None, "p1", "p2"]
    assert compiled.needs == {"session", "person", "directory"}


def test_data_of_later_policies_replaces_that_of_earlier_ones() -> None:
    enclave = program("allow: {or: [device: {type: enclave_only}]}")
    anything = program("allow: {or: [device: {type: any}]}")

    decision = route(enclave, anything, facts=ADA)

    assert decision.allow_data == {"device_type": "any"}


class TestSettings:
    def test_they_become_one_allow_rule_in_the_order_of_core(self) -> None:
        settings = RouteSettings(
            allow_public_unauthenticated_access=True,
            cors_allow_preflight=True,
            allow_any_authenticated_user=True,
            allowed_domains=["a.example.com"],
            allowed_idp_claims=[{"b": ["x"], "a": [1, None]}],
            allowed_users=["u1"],
        )

        assert canonical(settings_to_policy(settings)) == [
            {
                "allow": {
                    "or": [
                        {"accept": True},
                        {"cors_preflight": True},
                        {"authenticated_user": True},
                        {"domain": {"is": "a.example.com"}},
                        {"claim/a": 1},
                        {"claim/a": None},
                        {"claim/b": "x"},
                        {"user": {"is": "u1"}},
                        {"email": {"is": "u1"}},
                    ]
                }
            }
        ]

    def test_without_any_there_is_a_rule_that_never_applies(self) -> None:
        document = settings_to_policy(RouteSettings())

        assert canonical(document) == [{"allow": {}}]
        assert not evaluate(compile_route(settings=RouteSettings()), ADA).is_allowed

    def test_the_embedded_policy_follows_them(self) -> None:
        embedded = parse("deny: {or: [user: u2]}")

        alone = RouteSettings(policy=embedded)
        both = RouteSettings(allowed_users=["u1"], policy=embedded)

        assert canonical(settings_to_policy(alone)) == canonical(embedded)
        assert [rule.action for rule in settings_to_policy(both).rules] == [
            "allow",
            "deny",
        ]

    def test_they_are_alternatives_to_policies(self) -> None:
        compiled = compile_route(
            policies=[ONLY_ADA], settings=RouteSettings(allowed_users=["u2"])
        )

        assert evaluate(compiled, ADA).is_allowed
        assert evaluate(compiled, BEN).is_allowed

    def test_what_stands_for_them_is_written_nowhere(self) -> None:
        text = "deny: {or: [user: u2]}"
        settings = RouteSettings(allowed_users=["u1"], policy=parse(text))

        document = compile_route(
            settings=settings, default_client_certificate_rule=True
        ).own.document

        first, embedded, last = document.rules
        assert (document.source, document.span) == (text, START)
        assert compile_route().own.document == PolicyDocument((), "", START)
        assert settings_to_policy(RouteSettings()).source == ""
        assert embedded.span != START
        for rule in (first, last):
            (block,) = rule.operators
            assert {rule.span, rule.keyword_span} == {START}
            assert {block.span, block.keyword_span} == {START}
            for criterion in block.criteria:
                assert {criterion.span, criterion.name_span} == {START}

    @pytest.mark.parametrize(
        ("text", "how"),
        [
            ("allow: {or: [day_of_week: mon]}", {"edition": Edition.CORE}),
            ("allow: {or: [http_path: {not_in: [/a]}]}", {"mode": Mode.CORE_EXACT}),
        ],
    )
    def test_the_embedded_policy_is_read_as_the_route_is(
        self, text: str, how: dict[str, Any]
    ) -> None:
        settings = RouteSettings(policy=parse(text))

        assert compile_route(settings=settings).own.rules
        with pytest.raises(PolicyLanguageError):
            compile_route(settings=settings, **how)
