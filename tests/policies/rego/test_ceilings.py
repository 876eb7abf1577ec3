"""A ceiling in Rego, told to Core: whoever isn't let in is denied, for its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policies.language import Mode
from policies.rego.ceilings import as_ceiling
from policies.rego.evaluation import Answer
from policies.rego.outputs import verdict_of
from tests.policies.language.opa_engine import NoOpaError, Opa, Question, build
from tests.policies.rego.asking import NOW, input_with

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICIES = [
    'allow { input.http.method == "GET" }',
    'allow := input.http.method == "GET"',
    'allow := [input.http.method == "GET", {"b", "a"}] # allow nobody else',
    'default allow = [false, ["none"]]\nallow = [true] { input.http.method == "GET" }',
    'import rego.v1\nallow contains true if input.http.method == "GET"',
    (
        "import rego.v1\ndefault allow := false\n"
        'allow if { input.http.method == "GET" }\n'
        'deny := [true, ["no", "allow"]] if { input.http.path == "/x" }'
    ),
    (
        'ok { input.http.method == "GET" }\nallow = [true, ["allow"]] { ok }\n'
        'deny { not data.pomerium.policy.allow[0]; input.http.path == "/x" }'
    ),
    'allow = [true, ["r"], {}, 1] { input.http.method == "GET" }',
    "package pomerium.policy\n\nallow = `true` { input.http }",
    'deny[x] { x := input.http.path == "/x" }\nallow { input.http.method == "GET" }',
]
REQUESTS = [
    input_with(method=method, path=path)
    for method in ("GET", "POST")
    for path in ("/", "/x")
]


def expected(answer: Answer) -> tuple[bool, frozenset[str]]:
    """Return whether a ceiling denies, and with which reasons."""
    verdict = verdict_of(answer, mode=Mode.CORE_EXACT)
    reasons: frozenset[str] = frozenset()
    if not verdict.allow.value:
        reasons |= verdict.allow.reasons
    if verdict.deny.value:
        reasons |= verdict.deny.reasons
    return verdict.deny.value or not verdict.allow.value, reasons


def denial(answer: Answer) -> tuple[bool, frozenset[str]]:
    verdict = verdict_of(answer, mode=Mode.CORE_EXACT)
    assert not verdict.allow.value
    return verdict.deny.value, verdict.deny.reasons


@pytest.mark.parametrize("source", POLICIES)
def test_a_ceiling_denies_exactly_whom_the_policy_does_not_let_in(
    ask: Any, source: str
) -> None:
    for given in REQUESTS:
        http = given["http"]
        asked = {"method": http["method"], "path": http["path"]}

        told = ask(as_ceiling(source), **asked)

        assert told.error == ""
        assert denial(told) == expected(ask(source, **asked))


@pytest.fixture(scope="module")
def opa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opa]:
    try:
        binary = build(tmp_path_factory.mktemp("opa"))
    except NoOpaError as error:
        pytest.skip(str(error))
    with Opa(binary) as running:
        yield running


def asked_of(opa: Opa, source: str) -> list[Answer]:
    head = "" if "package" in source else "package pomerium.policy\n"
    asked = [Question(given, {}) for given in REQUESTS]
    reply = opa.send(head + source, asked, now=NOW)
    assert "error" not in reply, reply["error"]
    return [Answer(values=one["result"]) for one in reply["answers"]]


@pytest.mark.nightly
@pytest.mark.parametrize("source", POLICIES)
def test_opa_answers_a_ceiling_alike(opa: Opa, source: str) -> None:
    told = asked_of(opa, as_ceiling(source))

    assert [*map(denial, told)] == [*map(expected, asked_of(opa, source))]
