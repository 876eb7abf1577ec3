"""The evaluator agrees with one that is too plain to be wrong in the same way."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from policies.language import (
    Facts,
    Mode,
    SourceState,
    compile_policy,
    compile_route,
    evaluate,
    parse,
)
from policies.language.conformance import facts_from_core
from policies.language.records import ForeignKey, RecordTable

from . import naive
from .random_cases import FOREIGN_KEYS, Generator

KEYS = {name: ForeignKey(key) for name, key in FOREIGN_KEYS.items()}
WORLDS = [
    ("not-configured", ()),
    ("fresh", ()),
    ("stale", ("devices",)),
    ("unloaded", ("hr",)),
]


def draw_world(generator: Generator) -> naive.World:
    return naive.World(
        request=generator.request(),
        records=generator.records(),
        now=generator.now(),
        keys=FOREIGN_KEYS,
        strict=False,
    )


def facts_of(world: naive.World) -> Facts:
    facts = facts_from_core(
        world.request, world.records, now=world.now, foreign_keys=KEYS
    )
    states = dict.fromkeys(world.missing, SourceState.STALE)
    lost = "devices" in world.missing
    return replace(
        facts,
        directory=SourceState(world.directory),
        device_registry=SourceState.UNLOADED if lost else SourceState.FRESH,
        records=RecordTable(world.records, KEYS, states),
    )


def compare(document: list[dict[str, Any]], world: naive.World) -> None:
    """Compare both readings of a document, the second with data missing."""
    program = compile_policy(parse(json.dumps(document)))
    facts = facts_of(world)

    intended = evaluate(program, facts, mode=Mode.CORE_INTENDED)
    assert intended.allow is naive.answer(document, "allow", world)
    assert intended.deny is naive.answer(document, "deny", world)
    assert intended.allow_reasons == naive.reasons(document, "allow", world)
    assert intended.deny_reasons == naive.reasons(document, "deny", world)

    for directory, missing in WORLDS:
        strict = replace(world, strict=True, directory=directory, missing=missing)
        enforced = evaluate(program, facts_of(strict))
        assert enforced.allow is (naive.answer(document, "allow", strict) is True)
        assert enforced.deny is (naive.answer(document, "deny", strict) is not False)


def run(documents: int, worlds: int, *, seed: int) -> None:
    generator = Generator(seed)
    for _ in range(documents):
        document = generator.document()
        for _ in range(worlds):
            world = draw_world(generator)
            try:
                compare(document, world)
            except AssertionError as error:
                raise AssertionError(f"{json.dumps(document)}\n{world}") from error


def test_random_documents_are_decided_alike() -> None:
    run(400, 5, seed=1)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 200))
def test_a_million_random_decisions_are_alike(seed: int) -> None:
    run(250, 10, seed=seed)


def is_open(attached: list[Any], enforced: list[Any], world: naive.World) -> bool:
    """The rule for a route, word for word: no deny, some allow, every ceiling met."""
    denied = any(
        naive.answer(document, "deny", world) is not False
        for document in attached + enforced
    )
    granted = any(
        naive.answer(document, "allow", world) is True for document in attached
    )
    ceilings = [
        document for document in enforced if any("allow" in r for r in document)
    ]
    met = all(naive.answer(document, "allow", world) is True for document in ceilings)
    return granted and met and not denied


def run_routes(routes: int, worlds: int, *, seed: int) -> None:
    generator = Generator(seed)
    for _ in range(routes):
        attached = [generator.document() for _ in range(generator.pick([0, 1, 2]))]
        enforced = [generator.document() for _ in range(generator.pick([0, 1, 2]))]
        program = compile_route(
            policies=[compile_policy(parse(json.dumps(one))) for one in attached],
            enforced=[compile_policy(parse(json.dumps(one))) for one in enforced],
        )
        for _ in range(worlds):
            drawn = draw_world(generator)
            directory, missing = generator.pick(WORLDS)
            world = replace(drawn, strict=True, directory=directory, missing=missing)
            decision = evaluate(program, facts_of(world))
            expected = is_open(attached, enforced, world)
            assert (decision.allow and not decision.deny) is expected
            assert expected or not decision.is_allowed


def test_random_routes_are_decided_alike() -> None:
    run_routes(300, 5, seed=2)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 120))
def test_many_random_routes_are_decided_alike(seed: int) -> None:
    run_routes(1000, 10, seed=seed)
