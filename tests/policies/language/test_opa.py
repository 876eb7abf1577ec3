"""Policies written in Rego decide on OPA itself as the evaluator does.

OPA is set up as Core sets it up, with Go's own libraries for SSH and certificates, so
that nothing of ours answers for ours. Building it needs Go; without it these tests are
skipped, and say so.
"""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policies.language import (
    PolicyLanguageError,
    compile_policy,
    evaluate,
    parse,
    to_rego,
)
from policies.language.conformance import DEFAULT_NOW, facts_from_core
from policies.language.records import ForeignKey

from .odd_cases import odd_cases
from .opa_engine import NoOpaError, Opa, Question, build
from .random_cases import FOREIGN_KEYS, Generator
from .rego_engine import said

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.nightly
CORPUS = Path(__file__).parent / "corpus" / "ppl-random-open.json.gz"
KEYS = {name: ForeignKey(key) for name, key in FOREIGN_KEYS.items()}
POLICIES = 10_000


@pytest.fixture(scope="module")
def opa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opa]:
    try:
        binary = build(tmp_path_factory.mktemp("opa"))
    except NoOpaError as error:
        pytest.skip(str(error))
    with Opa(binary) as running:
        yield running


def test_opa_decides_the_corpus_alike(opa: Opa) -> None:
    with gzip.open(CORPUS, "rt", encoding="utf-8") as stream:
        corpus: dict[str, Any] = json.load(stream)
    chance = random.Random(19)
    done, found = 0, []

    for case in corpus["cases"]:
        try:
            program = compile_policy(parse(case["ppl"]))
        except PolicyLanguageError:
            continue
        asked = [
            Question(one["input"], corpus["record_sets"][one["records_ref"]])
            for one in [case, *chance.choices(corpus["cases"], k=4)]
        ]
        answers = opa.ask(to_rego(program), asked, now=DEFAULT_NOW)
        for one, answer in zip(asked, answers, strict=True):
            facts = facts_from_core(one.core_input, one.records)
            done += 1
            if answer != said(evaluate(program, facts)):
                found.append(case["id"])

    assert (done > 13_000, found) == (True, [])


def test_opa_decides_random_policies_alike(opa: Opa) -> None:
    draw = Generator(20)
    found = []

    for _ in range(POLICIES):
        document, now = draw.document(), draw.now()
        program = compile_policy(parse(json.dumps(document)))
        asked = [Question(draw.request(), draw.records()) for _ in range(10)]
        module = to_rego(program, foreign_keys=KEYS)
        for one, answer in zip(asked, opa.ask(module, asked, now=now), strict=True):
            facts = facts_from_core(
                one.core_input, one.records, now=now, foreign_keys=KEYS
            )
            if answer != said(evaluate(program, facts)):
                found.append(document)

    assert found == []


def test_opa_decides_alike_at_the_edges(opa: Opa) -> None:
    found = []

    for policy, core_input, records in odd_cases():
        program = compile_policy(parse(policy))
        asked = Question(core_input, records)
        (answer,) = opa.ask(to_rego(program), [asked], now=DEFAULT_NOW)
        if answer != said(evaluate(program, facts_from_core(core_input, records))):
            found.append((policy, core_input, answer))

    assert found == []
