"""A refusal tells what would have to be otherwise, and no more than that."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policies.language import (
    Explanation,
    Facts,
    ForeignPolicy,
    Result,
    SourceState,
    Verdict,
    compile_policy,
    compile_route,
    explain,
    parse,
    smallest_changes,
)
from policies.language.changes import _blocks, _is_allowed, _key
from policies.language.criteria.constant import Constant
from policies.language.facts import ClientCertificate, Request

from .deciding import ANONYMOUS, signed_in
from .random_cases import Generator
from .test_naive import draw_world, facts_of
from .test_properties import compiled

ADA = signed_in(groups=("staff",))


def explained(policy: str, facts: Facts = ADA, *, ceiling: str = "") -> Explanation:
    enforced = [compile_policy(parse(ceiling))] if ceiling else []
    route = compile_route(policies=[compile_policy(parse(policy))], enforced=enforced)
    return explain(route, facts)


def changes(explanation: Explanation) -> list[list[str]]:
    return [
        [f"{entry.name} {entry.compiled.node.value}" for entry in change.criteria]
        for change in smallest_changes(explanation)
    ]


A, B, C = "groups: a", "groups: b", "groups: c"
STAFF = "groups: staff"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (f"allow: {{or: [{A}, {B}]}}", [["groups a"], ["groups b"]]),
        (f"allow: {{and: [{A}, {B}]}}", [["groups a", "groups b"]]),
        (f"allow: {{and: [{A}, {STAFF}]}}", [["groups a"]]),
        (f"allow: {{not: [{STAFF}, {A}]}}", [["groups staff"]]),
        (
            f"allow: {{and: [{A}, {B}], or: [{C}]}}",
            [["groups c"], ["groups a", "groups b"]],
        ),
        (f"allow: {{and: [{A}], or: [{A}, {B}]}}", [["groups a"], ["groups b"]]),
        (
            f"{{allow: {{or: [{A}]}}, deny: {{and: [{STAFF}, user: u1]}}}}",
            [["groups a", "groups staff"], ["groups a", "user u1"]],
        ),
        (
            f"{{allow: {{or: [{STAFF}]}}, deny: {{or: [{STAFF}]}}}}",
            [],
        ),
        (
            f"{{allow: {{or: [{STAFF}]}}, deny: {{not: [{A}, {B}]}}}}",
            [["groups a"], ["groups b"]],
        ),
        (f"allow: {{and: [{A}, reject: true]}}", []),
        (f"allow: {{or: [{A}, reject: true]}}", [["groups a"]]),
        (f"{{allow: {{or: [{STAFF}]}}, deny: {{or: [accept: true]}}}}", []),
        ("allow: {}", []),
        (f"allow: {{or: [{STAFF}]}}", []),
        (f"allow: {{and: [{A}, {B}, {C}, groups: d, groups: e]}}", []),
    ],
)
def test_the_smallest_sets_are_found(policy: str, expected: list[list[str]]) -> None:
    assert changes(explained(policy)) == expected


def test_a_ceiling_has_to_be_met_as_well() -> None:
    found = explained(f"allow: {{or: [{A}]}}", ceiling=f"allow: {{or: [{B}, {C}]}}")

    assert changes(found) == [["groups a", "groups b"], ["groups a", "groups c"]]


def test_missing_data_can_turn_out_otherwise() -> None:
    stale = signed_in(groups=("staff",), directory=SourceState.STALE)

    assert changes(explained(f"allow: {{or: [{STAFF}]}}", stale)) == [["groups staff"]]


def test_signing_in_is_no_change() -> None:
    found = explained(f"allow: {{or: [{A}]}}", ANONYMOUS)

    assert found.decision.outcome == "login"
    assert smallest_changes(found) == ()


def test_a_foreign_policy_can_not_be_turned() -> None:
    policy = compile_policy(parse(f"allow: {{or: [{A}]}}"))
    rego = ForeignPolicy("r", has_allow_rules=True)

    found = explain(compile_route(policies=[policy, rego]), ADA)
    silent = Verdict(Result(False), Result(False))
    other = explain(compile_route(policies=[policy, rego]), ADA, verdicts={"r": silent})

    assert smallest_changes(found) == ()
    assert changes(other) == [["groups a"]]


def test_not_too_many_are_told() -> None:
    groups = ", ".join(f"groups: g{number}" for number in range(200))
    found = explained(f"allow: {{or: [{groups}]}}")

    assert len(smallest_changes(found)) == 5
    assert len(smallest_changes(found, most=1)) == 1


def test_a_multitude_of_ways_takes_bounded_effort() -> None:
    denies = ", ".join(
        f"{{deny: {{not: [groups: a{i}, groups: b{i}, groups: c{i}]}}}}"
        for i in range(60)
    )
    found = explained(f"[{{allow: {{or: [{STAFF}]}}}}, {denies}]")

    assert smallest_changes(found) == ()


def test_a_certificate_can_stand_in_the_way_by_its_reason_alone() -> None:
    text = """
        allow: {or: [accept: true]}
        deny: {not: [invalid_client_certificate: true, http_method: GET]}
    """
    absent = ClientCertificate(presented=False, is_valid=False)
    found = explained(text, Facts(certificate=absent, request=Request(method="GET")))

    assert (found.decision.deny, found.decision.status) == (False, 495)
    assert changes(found) == [["invalid_client_certificate True"]]


@example(913667135)
@given(st.integers(0, 2**32))
def test_nothing_smaller_would_do(seed: int) -> None:
    generator = Generator(seed)
    attached = [compiled(generator.document()) for _ in range(2)]
    enforced = [compiled(generator.document())]
    route = compile_route(policies=attached, enforced=enforced)
    found = explain(route, facts_of(draw_world(generator)))
    keys = {
        _key(entry): entry
        for block in _blocks(found.parts)
        for entry in block.criteria
        if not isinstance(entry.compiled.condition, Constant)
    }

    assert set(keys) >= {_key(e) for c in smallest_changes(found) for e in c.criteria}
    told = [
        {_key(entry) for entry in change.criteria}
        for change in smallest_changes(found, most=1000)
    ]

    for turned in told:
        assert _is_allowed(found.parts, frozenset(turned))
        for less in combinations(turned, len(turned) - 1):
            assert not _is_allowed(found.parts, frozenset(less))
    if found.decision.outcome == "deny":
        alone = [{key} for key in keys if _is_allowed(found.parts, frozenset((key,)))]
        assert all(one in told for one in alone)
