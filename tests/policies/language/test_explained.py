"""What is explained is what was decided: on all of the corpora, in every mode."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from policies.language import (
    Decision,
    Explanation,
    Facts,
    Mode,
    Program,
    RouteProgram,
    compile_policy,
    compile_route,
    evaluate,
    explain,
    parse,
    smallest_changes,
)
from policies.language.facts import DirectoryUser, SourceState
from policies.language.fast import RouteCompiler, caller_of
from policies.language.fast.recordings import Recording
from policies.language.records import RecordTable
from policies.language.vectors import CaseVerdict, run_case

from .deciding import signed_in
from .test_corpus import load

if TYPE_CHECKING:
    from policies.language.composition import PartResult

STAFF = frozenset({"staff"})
ADA = replace(
    signed_in("ada@example.com", directory=SourceState.FRESH),
    directory_user=DirectoryUser(group_ids=STAFF),
)


class Checking:
    """Decides as the evaluator does, and compares what explains it."""

    def __init__(self) -> None:
        self.compiler = RouteCompiler()
        self.differences: list[str] = []
        self.quick = 0

    def evaluate(
        self, program: Program | RouteProgram, facts: Facts, *, mode: Mode
    ) -> Decision:
        for one in Mode:
            found = explain(program, facts, mode=one)
            if said_by(found.parts) != truth_of(found.decision):
                self.differences.append(f"{one}: {found.decision}")
        route = program
        if isinstance(program, Program):
            route = compile_route(policies=[program])
        assert isinstance(route, RouteProgram)
        self.compare(route, facts)
        return evaluate(program, facts, mode=mode)

    def compare(self, route: RouteProgram, facts: Facts) -> None:
        """Compare the quick explanation of a route with the evaluator's."""
        compiled, caller = self.compiler.compile(route), caller_of(facts)
        wanted = explain(route, facts)
        found = compiled.explain(caller, facts)
        answer = compiled.decide(caller, facts)
        self.quick += isinstance(found, Recording)
        if replace(found.decision, traces=()) != replace(wanted.decision, traces=()):
            self.differences.append(f"{found.decision} is not {wanted.decision}")
        if found.parts != wanted.parts:
            self.differences.append(f"{found.parts} is not {wanted.parts}")
        if (answer.outcome, answer.status) != outcome_of(found):
            self.differences.append(f"{answer} is not {found.decision}")


def outcome_of(explanation: Explanation) -> tuple[str, int]:
    return explanation.decision.outcome, explanation.decision.status


Truth = tuple[bool, frozenset[str]]


def truth_of(decision: Decision) -> list[Truth]:
    return [
        (decision.allow, decision.allow_reasons),
        (decision.deny, decision.deny_reasons),
    ]


def said_by(parts: tuple[PartResult, ...]) -> list[Truth]:
    """Return what the criteria of a tree amount to, worked out from their values."""
    said: dict[str, list[Truth]] = {"allow": [], "deny": []}
    for part in parts:
        assert part.tree is not None
        assert not part.is_enforced
        for rule in part.tree.rules:
            for block in rule.operators:
                values = [
                    (
                        rule.action.value == "deny"
                        if entry.value is None
                        else entry.value is not block.operator.inverts,
                        frozenset({entry.reason.value}),
                    )
                    for entry in block.criteria
                ]
                decisive = not block.operator.needs_all
                said[rule.action.value].append(joined(values, decisive=decisive))
    return [joined(one, decisive=True) for one in said.values()]


def joined(values: list[Truth], *, decisive: bool) -> Truth:
    deciding = [reasons for value, reasons in values if value is decisive]
    reasons = deciding or [reasons for _, reasons in values]
    return decisive if deciding else not decisive, frozenset().union(*reasons)


def check_corpus(monkeypatch: pytest.MonkeyPatch, name: str, *, step: int) -> Checking:
    """Decide every so many cases of a corpus; return what came of comparing."""
    corpus, checking = load(name), Checking()
    monkeypatch.setattr("policies.language.vectors.evaluate", checking.evaluate)
    for case in corpus["cases"][::step]:
        verdict, _ = run_case(case, corpus.get("record_sets", {}))
        assert verdict is not CaseVerdict.FAILED
    return checking


@pytest.mark.parametrize(
    ("name", "step"), [("ppl-vectors.json", 1), ("ppl-random-open.json.gz", 20)]
)
def test_cases_are_explained_as_they_are_decided(
    monkeypatch: pytest.MonkeyPatch, name: str, step: int
) -> None:
    checking = check_corpus(monkeypatch, name, step=step)

    assert checking.differences == []
    assert checking.quick > 40


@pytest.mark.nightly
def test_all_random_cases_are_explained_as_they_are_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checking = check_corpus(monkeypatch, "ppl-random-open.json.gz", step=1)

    assert checking.differences == []
    assert checking.quick > 500


def recorded(policy: str, facts: Facts = ADA, **more: Any) -> Explanation:
    """Return the quick explanation of a route with one policy."""
    route = compile_route(policies=[compile_policy(parse(policy))], **more)
    return RouteCompiler().compile(route).explain(caller_of(facts), facts)


class TestRecordings:
    def test_show_each_criterion_with_its_value_its_reason_and_the_fact(self) -> None:
        found = recorded(
            "allow: {and: [groups: staff, source_ip: 10.0.0.0/8]}\n"
            "deny: {nor: [domain: {is: example.com}]}"
        )

        assert isinstance(found, Recording)
        tree = found.parts[1].tree
        assert tree is not None
        assert [
            (entry.name, entry.value, entry.reason, entry.seen)
            for rule in tree.rules
            for block in rule.operators
            for entry in block.criteria
        ] == [
            ("groups", True, "groups-ok", STAFF),
            ("source_ip", None, "source-ip-data-unavailable", ""),
            ("domain", True, "domain-ok", "example.com"),
        ]

    def test_keep_what_records_said_when_it_was_decided(self) -> None:
        text = "allow: {and: [record: {type: t, field: active, is: true}]}"
        facts = replace(ADA, records=RecordTable({}))
        found = recorded(text, facts)

        assert found.parts is found.parts
        assert found.parts == explain_again(text, facts)

    def test_look_a_claim_up_once_for_all_that_ask_for_it(self) -> None:
        text = "allow: {or: [claim/team: {has: a}, claim/team: {has: b}]}"
        assert ADA.person is not None
        person = replace(ADA.person, claims={"team": ["b"]})
        facts = replace(ADA, person=person)

        found = recorded(text, facts)

        assert isinstance(found, Recording)
        assert found.decision.allow
        assert found.parts == explain_again(text, facts)

    def test_name_the_smallest_changes(self) -> None:
        found = recorded("allow: {and: [groups: staff, email: ben@example.com]}")

        (change,) = smallest_changes(found)

        assert [entry.name for entry in change.criteria] == ["email"]

    @pytest.mark.parametrize("operator", ["and", "or", "not", "nor"])
    @pytest.mark.parametrize("action", ["allow", "deny"])
    def test_take_policies_of_the_largest_size(
        self, action: str, operator: str
    ) -> None:
        kinds = ("user: u{}", "groups: g{}", "source_ip: 10.0.0.{}/32", "email: e{}")
        criteria = [kinds[number % 4].format(number % 250) for number in range(240)]
        route = compile_route(
            policies=[
                compile_policy(
                    parse(
                        f"- {action}: {{{operator}: [{', '.join(criteria)}]}}\n"
                        "- allow: {or: [authenticated_user: true]}"
                    )
                )
            ]
        )
        facts = replace(ADA, request=replace(ADA.request, ip="10.0.0.6"))
        checking = Checking()

        checking.compare(route, facts)

        assert checking.differences == []


def explain_again(text: str, facts: Facts) -> tuple[PartResult, ...]:
    return explain(compile_route(policies=[compile_policy(parse(text))]), facts).parts
