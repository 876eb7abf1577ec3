"""The quick forms say what the evaluator says: routes, residuals, populations."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policies.language import (
    Facts,
    Outcome,
    PolicyLanguageError,
    Program,
    SourceState,
    compile_policy,
    compile_route,
    evaluate,
    parse,
)
from policies.language.composition import ForeignPolicy, RouteProgram, Verdict
from policies.language.conformance import facts_from_core
from policies.language.decision import Result
from policies.language.facts import Device, DirectoryUser, Person, Request, Session
from policies.language.fast import (
    ALLOWED,
    REFUSED,
    Population,
    RouteCompiler,
    caller_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

CORPUS = Path(__file__).parent / "corpus" / "ppl-random-open.json.gz"
STATES = tuple(SourceState)


@cache
def corpus() -> tuple[tuple[Program, ...], tuple[Facts, ...]]:
    """Return the policies and the facts of the random conformance cases."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as stream:
        data = json.load(stream)
    programs, facts = [], []
    for case in data["cases"]:
        records = data["record_sets"][case["records_ref"]]
        facts.append(facts_from_core(case["input"], records))
        try:
            programs.append(compile_policy(parse(case["ppl"])))
        except PolicyLanguageError:
            continue
    return tuple(programs), tuple(facts)


def random_facts(chance: random.Random) -> Facts:
    """Return facts of the corpus, sometimes with a source that is not to be had."""
    facts = chance.choice(corpus()[1])
    request = chance.choice(corpus()[1]).request
    return replace(
        facts,
        request=chance.choice([facts.request, request]),
        directory=chance.choice(STATES),
        device_registry=chance.choice([SourceState.FRESH] * 4 + [SourceState.STALE]),
    )


def random_route(chance: random.Random) -> RouteProgram:
    programs = corpus()[0]
    return compile_route(
        policies=chance.choices(programs, k=chance.randint(0, 4)),
        enforced=chance.choices(programs, k=chance.choice([0, 0, 1, 2])),
        default_client_certificate_rule=chance.random() < 0.2,
    )


def agree(rounds: int, seed: int) -> list[str]:
    """Return where the quick forms and the evaluator part."""
    chance = random.Random(seed)
    compiler = RouteCompiler()
    differences = []
    for number in range(rounds):
        route = random_route(chance)
        compiled = compiler.compile(route)
        for _ in range(5):
            facts = random_facts(chance)
            caller = caller_of(facts)
            wanted = evaluate(route, facts)
            for decide in (
                compiled.decide,
                compiled.decide_cached,
                compiled.decide_cached,
            ):
                got = decide(caller, facts)
                if (got.outcome, got.status) != (wanted.outcome, wanted.status):
                    differences.append(f"{number}: {got} is not {wanted}")
            explained = compiled.explain(caller, facts).decision
            if replace(explained, traces=()) != replace(wanted, traces=()):
                differences.append(f"{number}: {explained} is not {wanted}")
    return differences


class TestRoutes:
    def test_decide_as_the_evaluator_does(self) -> None:
        assert agree(rounds=60, seed=20260304) == []

    @pytest.mark.nightly
    def test_decide_as_the_evaluator_does_a_million_times(self) -> None:
        assert agree(rounds=70_000, seed=7) == []

    def test_share_the_code_of_a_shape(self) -> None:
        compiler = RouteCompiler()
        one, other = (
            compiler.compile(route_of(f"allow: {{and: [groups: {name}]}}"))
            for name in ("a", "b")
        )

        assert one.decide.__code__ is other.decide.__code__

    def test_hold_no_text_of_a_policy_in_their_code(self) -> None:
        nasty = "'); import os; os.abort(); ('"
        policy = f"allow: {{and: [email: {json.dumps(nasty)}]}}"

        compiled = RouteCompiler().compile(route_of(policy))

        refused = compiled.decide(caller_of(SOMEBODY), SOMEBODY)
        assert refused is REFUSED
        assert not refused.is_allowed
        code = compiled.decide.__code__
        assert not [one for one in code.co_consts if "abort" in str(one)]

    def test_ask_for_an_enrollment_as_the_evaluator_does(self) -> None:
        compiled = RouteCompiler().compile(
            route_of("allow: {or: [device: {approved: true}]}")
        )

        answer = compiled.decide(caller_of(SOMEBODY), SOMEBODY)

        assert answer.outcome is Outcome.DEVICE_ENROLLMENT

    def test_take_the_verdicts_of_policies_in_another_language(self) -> None:
        compiled = RouteCompiler().compile(
            compile_route(policies=[ForeignPolicy("rego-1", has_allow_rules=True)])
        )
        verdicts = {"rego-1": Verdict(Result(True), Result(False))}
        caller = caller_of(SOMEBODY)

        assert compiled.answer(caller, SOMEBODY, verdicts) is ALLOWED
        assert compiled.decide(caller, SOMEBODY) is REFUSED
        assert compiled.decide_cached(caller, SOMEBODY) is REFUSED

    def test_remember_what_nobody_is_told_only_where_the_request_does_not_matter(
        self,
    ) -> None:
        nobody = caller_of(Facts())
        by_path = RouteCompiler().compile(
            route_of("allow: {and: [http_path: {starts_with: /open}]}")
        )

        closed = by_path.decide(nobody, Facts(request=Request(path="/")))
        opened = by_path.decide(nobody, Facts(request=Request(path="/open")))

        assert (closed, opened) == (REFUSED, ALLOWED)

    def test_let_go_of_residuals_when_there_are_too_many(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("policies.language.fast.routes.MAX_RESIDUALS", 2)
        compiler, caller = RouteCompiler(), caller_of(SOMEBODY)

        for name in "abc":
            route = compiler.compile(route_of(f"allow: {{and: [user: {name}]}}"))
            route.decide_cached(caller, SOMEBODY)

        assert len(caller.residuals) == 1

    def test_remember_answers_by_the_method(self) -> None:
        route = RouteCompiler().compile(
            route_of("allow: {and: [groups: staff, http_method: {in: [GET, BREW]}]}")
        )
        caller = caller_of(SOMEBODY)

        found = [
            route.decide_cached(
                caller, replace(SOMEBODY, request=Request(method=method))
            )
            for method in ("GET", "POST", "GET", None, "BREW", "SIP")
        ]

        assert found == [ALLOWED, REFUSED, ALLOWED, REFUSED, ALLOWED, REFUSED]

    def test_let_go_of_trees_when_there_are_too_many(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("policies.language.fast.routes.MAX_TREES", 1)
        compiler = RouteCompiler()
        program = route_of("allow: {or: [user: ben]}", "allow: {or: [groups: staff]}")

        found = [compiler.compile(program), compiler.compile(program)]

        caller = caller_of(SOMEBODY)
        assert [one.decide(caller, SOMEBODY) for one in found] == [ALLOWED, ALLOWED]


class TestReasons:
    @pytest.mark.parametrize(
        "policy",
        [
            "allow: {or: [groups: a, groups: b]}",
            "allow: {and: [accept: true]}\ndeny: {or: [source_ip: 10.0.0.0/8]}",
            "allow: {nor: [source_ip: 10.0.0.0/8, groups: staff]}",
            "allow: {or: [{device: {approved: true}}, groups: staff]}",
            "deny: {or: []}",
        ],
    )
    def test_are_those_of_the_evaluator(self, policy: str) -> None:
        route = route_of(policy)
        compiled = RouteCompiler().compile(route)

        found = compiled.explain(caller_of(SOMEBODY), SOMEBODY).decision

        wanted = evaluate(route, SOMEBODY)
        assert replace(found, traces=()) == replace(wanted, traces=())

    def test_of_a_policy_in_another_language_say_that_it_was_not_asked(self) -> None:
        compiled = RouteCompiler().compile(
            compile_route(policies=[ForeignPolicy("rego-1", has_allow_rules=True)])
        )

        found = compiled.explain(caller_of(SOMEBODY), SOMEBODY).decision

        assert found.deny_reasons == {"policy-error"}

    def test_are_right_when_what_is_remembered_was_too_much(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("policies.language.fast.masks.MAX_DECISIONS", 1)
        monkeypatch.setattr("policies.language.fast.shapes.MAX_SHAPES", 1)
        compiler = RouteCompiler()
        found = []

        for name in ("groups: staff", "user: ben", "email: ben@example.com"):
            route = compiler.compile(route_of(f"allow: {{and: [{name}]}}"))
            compiler.forget()
            decision = route.explain(caller_of(SOMEBODY), SOMEBODY).decision
            found.append(sorted(decision.allow_reasons))

        assert found == [["groups-ok"], ["user-unauthorized"], ["email-unauthorized"]]


class TestPopulation:
    def test_allows_whom_the_evaluator_allows(self) -> None:
        chance = random.Random(11)
        people = [random_facts(chance) for _ in range(25)]
        population = Population([caller_of(facts) for facts in people])

        for _ in range(30):
            route, request = random_route(chance), random_facts(chance)

            found = population.allowed(route, request)

            assert found == one_by_one(route, people, request)

    def test_asks_policies_in_another_language_for_each_person(self) -> None:
        route = compile_route(policies=[ForeignPolicy("rego-1", has_allow_rules=True)])
        ada, ben = person("ada"), person("ben")
        population = Population([caller_of(ada), caller_of(ben)])

        def verdicts(facts: Facts) -> dict[str, Verdict]:
            is_ada = facts.user_id == "ada"
            return {"rego-1": Verdict(Result(is_ada), Result(False))}

        assert population.allowed(route, Facts()) == 0
        assert population.allowed(route, Facts(), verdicts) == 0b01

    @pytest.mark.parametrize("limit", [1, 20_000])
    def test_says_the_same_again(
        self, monkeypatch: pytest.MonkeyPatch, limit: int
    ) -> None:
        monkeypatch.setattr("policies.language.fast.population.MAX_SAID", limit)
        people = [person("ada"), person("ben")]
        population = Population([caller_of(facts) for facts in people])
        routes = [
            route_of("allow: {and: [user: ada]}", "allow: {and: [http_method: GET]}"),
            route_of("allow: {and: [groups: staff]}\ndeny: {or: [user: ada]}"),
            route_of("allow: {or: [device: {type: any}]}"),
        ]

        for method in ("POST", "GET", "POST"):
            request = Facts(request=Request(method=method))
            for route in routes * 2:
                found = population.allowed(route, request)

                assert found == one_by_one(route, people, request)

    def test_names_the_people_of_a_set(self) -> None:
        callers = [caller_of(person(name)) for name in ("ada", "ben", "cyd")]
        population = Population(callers)

        assert list(population.people(0b101)) == [callers[0], callers[2]]


def route_of(*policies: str) -> RouteProgram:
    return compile_route(policies=[compile_policy(parse(text)) for text in policies])


def person(name: str) -> Facts:
    return Facts(
        session=Session(id=f"session-{name}", user_id=name),
        person=Person(id=name, email=f"{name}@example.com"),
        directory_user=DirectoryUser(group_ids=frozenset({"staff"})),
        directory=SourceState.FRESH,
        devices={"any": Device(credential_id="")},
    )


SOMEBODY = person("ada")


def one_by_one(route: RouteProgram, people: Sequence[Facts], request: Facts) -> int:
    """Return the set of allowed people by asking for each."""
    found = 0
    for number, facts in enumerate(people):
        about: dict[str, Any] = {
            name: getattr(facts, name)
            for name in (
                "session",
                "person",
                "directory_user",
                "directory",
                "devices",
                "device_registry",
            )
        }
        if evaluate(route, replace(request, **about)).outcome is Outcome.ALLOW:
            found |= 1 << number
    return found
