"""Laws that hold for every document and every request."""

from __future__ import annotations

import contextlib
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import (
    Decision,
    Facts,
    Mode,
    PolicyLanguageError,
    Program,
    canonical,
    check,
    compile_policy,
    compile_route,
    evaluate,
    explain,
    meaning_key,
    parse,
)
from policies.language.conformance import facts_from_core
from policies.language.evaluator import PolicyResult, merge_and, merge_or

from .random_cases import Generator
from .test_naive import draw_world, facts_of

seeds = st.integers(min_value=0, max_value=2**32)
modes = st.sampled_from(Mode)
CORPUS = json.loads(
    (Path(__file__).parent / "corpus" / "ppl-vectors.json").read_text()
)["cases"]
TEXTS = [case["ppl"] for case in CORPUS if "ppl" in case]


def draw(seed: int) -> tuple[Generator, list[dict[str, Any]], Facts]:
    generator = Generator(seed)
    return generator, generator.document(), facts_of(draw_world(generator))


def compiled(document: list[dict[str, Any]]) -> Program:
    return compile_policy(parse(json.dumps(document)))


def alike(one: Decision, other: Decision) -> bool:
    return (one.outcome, one.status, one.allowed, one.denied) == (
        other.outcome,
        other.status,
        other.allowed,
        other.denied,
    )


def shuffled(document: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """Return a document with rules, operators and criteria in another order, twice."""
    order = random.Random(seed)

    def mixed(items: list[Any]) -> list[Any]:
        more = items + order.sample(items, order.randint(0, len(items)))
        return order.sample(more, len(more))

    return mixed(
        [
            {
                action: {name: mixed(body[name]) for name in mixed(list(body))}
                for action, body in rule.items()
            }
            for rule in document
        ]
    )


@given(seeds, modes)
def test_order_and_repetition_do_not_matter(seed: int, mode: Mode) -> None:
    _, document, facts = draw(seed)
    other = shuffled(document, seed)

    assert alike(
        evaluate(compiled(document), facts, mode=mode),
        evaluate(compiled(other), facts, mode=mode),
    )
    one, two = (parse(json.dumps(each)) for each in (document, other))
    assert meaning_key(one) == meaning_key(two)


@given(seeds, modes)
def test_operators_of_one_rule_may_be_separate_rules(seed: int, mode: Mode) -> None:
    _, document, facts = draw(seed)
    apart = [
        {action: {operator: criteria}}
        for rule in document
        for action, body in rule.items()
        for operator, criteria in body.items()
    ]

    assert alike(
        evaluate(compiled(document), facts, mode=mode),
        evaluate(compiled(apart), facts, mode=mode),
    )


@given(seeds, seeds, modes)
def test_adding_a_deny_or_removing_an_allow_never_allows(
    seed: int, other: int, mode: Mode
) -> None:
    generator, document, facts = draw(seed)
    denies = [{"deny": rule["deny"]} for rule in draw(other)[1] if "deny" in rule]
    fewer = [rule for rule in document if "deny" in rule or generator.chance(0.5)]

    stricter = evaluate(compiled(fewer + denies), facts, mode=mode)

    if stricter.is_allowed:
        loose = evaluate(compiled(document), facts, mode=mode)
        assert loose.allow
        assert not loose.deny


@given(seeds, modes)
def test_deny_wins(seed: int, mode: Mode) -> None:
    _, document, facts = draw(seed)

    decision = evaluate(compiled(document), facts, mode=mode)

    assert not (decision.deny and decision.is_allowed)
    assert decision.allow or not decision.is_allowed


@given(seeds, seeds, modes)
def test_a_ceiling_never_widens(seed: int, other: int, mode: Mode) -> None:
    _, document, facts = draw(seed)
    policies, ceiling = [compiled(document)], compiled(draw(other)[1])

    limited = compile_route(policies=policies, enforced=[ceiling])

    if evaluate(limited, facts, mode=mode).is_allowed:
        assert evaluate(compile_route(policies=policies), facts, mode=mode).is_allowed


@given(seeds, seeds)
def test_nothing_attached_below_gets_past_a_ceiling(seed: int, other: int) -> None:
    _, document, facts = draw(seed)
    public = compiled([{"allow": {"or": [{"accept": True}, {"cors_preflight": True}]}}])
    policies = [public, compiled(draw(other)[1])]

    route = compile_route(policies=policies, enforced=[compiled(document)])

    if evaluate(route, facts).is_allowed:
        alone = evaluate(compiled(document), facts)
        assert not alone.deny
        assert alone.allow or not any("allow" in rule for rule in document)


def recomputed(tree: PolicyResult) -> list[Any]:
    """Return the results of a tree, put together again from its leaves."""
    actions: dict[str, list[Any]] = {"allow": [], "deny": []}
    for rule in tree.rules:
        for block in rule.operators:
            merge = merge_and if block.operator.needs_all else merge_or
            result = merge(entry.result for entry in block.criteria)
            assert result == block.result
            actions[rule.action].append(result)
    return [merge_or(actions["allow"]), merge_or(actions["deny"])]


@given(seeds, modes)
def test_an_explanation_agrees_with_the_decision(seed: int, mode: Mode) -> None:
    _, document, facts = draw(seed)
    program = compiled(document)

    explanation = explain(program, facts, mode=mode)

    assert explanation.decision == evaluate(program, facts, mode=mode)
    tree = explanation.parts[0].tree
    assert tree is not None
    assert recomputed(tree) == [
        explanation.decision.allowed,
        explanation.decision.denied,
    ]


@given(seeds)
def test_the_canonical_form_is_a_fixed_point(seed: int) -> None:
    document = parse(json.dumps(draw(seed)[1]))

    again = parse(json.dumps(canonical(document)))

    assert canonical(again) == canonical(document)
    assert meaning_key(again) == meaning_key(document)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(max_examples=40)
@given(seeds, st.dictionaries(st.text(), json_values), modes)
def test_odd_claims_and_headers_never_make_it_fail(
    seed: int, odd: dict[str, Any], mode: Mode
) -> None:
    generator, document, _ = draw(seed)
    request, records = generator.request(), generator.records()
    request["http"]["headers"] = odd
    for sessions in records.values():
        for record in sessions.values():
            record["claims"] = odd

    facts = facts_from_core(request, records, now=generator.now())

    assert evaluate(compiled(document), facts, mode=mode)


def read(text: str | bytes) -> None:
    with contextlib.suppress(PolicyLanguageError):
        parse(text)
    for problem in check(text):
        source = text if isinstance(text, str) else text.decode("utf-8", "replace")
        assert 0 <= problem.span.start <= problem.span.end <= len(source)
        assert "\n" not in problem.message
        if problem.fix is not None:
            problem.fix.apply(source)


@given(st.text() | st.binary())
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    read(text)


WORDS = "allow: deny: or: nor: email is: - { } [ ] , : &a *a <<: ' > !!str --- # ? %"
fragments = st.sampled_from([*WORDS.split(), "\n", "  ", "\t", '"', "|", "- ", ": "])


@given(st.lists(fragments, max_size=40).map("".join))
def test_any_heap_of_yaml_is_read_or_refused(text: str) -> None:
    read(text)


@given(st.sampled_from(TEXTS), st.data())
def test_any_damaged_policy_is_read_or_refused(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 5)))
    inserted = data.draw(st.text(max_size=3) | fragments)

    read(text[:start] + inserted + text[end:])


@pytest.mark.nightly
@settings(max_examples=20_000)
@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS), st.data())
def test_any_two_halves_are_read_or_refused(
    one: str, other: str, data: st.DataObject
) -> None:
    head = data.draw(st.integers(0, len(one)))
    tail = data.draw(st.integers(0, len(other)))

    read(one[:head] + other[tail:])
