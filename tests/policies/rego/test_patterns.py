"""Patterns mean what they mean in Go, whichever way they are written."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from policies.rego.evaluation import Request
from policies.rego.outputs import verdict_of
from policies.rego.patterns import PatternError, translate
from policies.rego.replacements import OtherwiseError, attempt
from tests.policies.language.opa_engine import NoOpaError, Opa, Question, build
from tests.policies.rego.asking import NOW, input_with

if TYPE_CHECKING:
    from pathlib import Path

    from policies.rego.evaluation import Engine

# What Go finds first; None where it finds nothing.
FOUND = [
    (r"\w", "é", None),
    (r"^\W$", "é", "é"),
    (r"[\w]", "é", None),
    (r"\d", "٣", None),
    (r"\s", "\u00a0", None),
    (r"\s", "\x0b", None),
    (r"\b.", "éa", "a"),
    (r"\B.", "aé", None),
    (r"\B.", "éa", "é"),
    (r"\<a", "<a", "<a"),
    ("[a&&b]+", "a&b", "a&b"),
    ("[a[b]]", "b]", "b]"),
    ("[]a]+", "a]", "a]"),
    ("[^]a]", "a]b", "b"),
    ("[+--]+", "+,-", "+,-"),
    ("{}", "a{}", "{}"),
    ("a{,2}", "a{,2}", "a{,2}"),
    ("a{ 2}", "aa", None),
    ("x{-1}", "x{-1}", "x{-1}"),
    ("a{2,3}", "aaaa", "aaa"),
    ("a{2,3}?", "aaaa", "aa"),
    (r"\Qa.b\E+", "a.bb", "a.bb"),
    (r"\Q[", "a[", "["),
    (r"\123", "S", "S"),
    (r"\x{1F600}", "\U0001f600", "\U0001f600"),
    (r"[\x41-\x43]+", "ABCD", "ABC"),
    (r"\p{^Lu}", "Aa", "a"),
    (r"\PL", "a1", "1"),
    (r"[[:^alpha:]]", "a1", "1"),
    ("(?i)K", "\u212a", "\u212a"),
    ("(?i:K)b", "kb", "kb"),
    ("(?P<n>a)(?<m>b)?", "ab", "ab"),
    ("#| ", "a b", " "),
    ("é+", "éé", "éé"),
    (r"^/api/v[0-9]+(\.[0-9]+)?/", "/api/v2.1/x", "/api/v2.1/"),
    (r"^[^@]+@example\.com$", "ada@example.com", "ada@example.com"),
]
REFUSED = [
    *("a**", "a{2}{3}", "a+?+", "*a", "(*)", "a|*", "{2}", "a{1,1001}", "a{3,2}"),
    *("(", ")", "(?", "(?)", "(?x)a", "(?-u)a", "(?#c)", "(?P<1>a)", "(?=a)"),
    *("[", "[a", "[z-a]", r"[a-\d]", "[[:foo:]]", r"[\Qa\E]", "[^"),
    *("\\", r"\8", r"\1", r"\u0041", r"\Z", r"\h", r"\C", r"\x{110000}", r"\é"),
]
TOKENS = [
    *(
        "a",
        "b",
        "é",
        "1",
        "{",
        "}",
        "{2}",
        "{1,}",
        "{,2}",
        "*",
        "+",
        "?",
        "|",
        "(",
        ")",
    ),
    *("[", "]", "^", "$", "-", "&&", ".", " ", "#", "~", "[:alpha:]", "(?i)", "(?s:"),
    *(r"\w", r"\W", r"\d", r"\s", r"\b", r"\B", r"\Q", r"\E", r"\.", r"\x41", r"\07"),
    *(r"\pL", r"\p{^Lu}", r"\A", r"\z", r"\-", r"\[", "(?:", "[^", "[a-c]", r"[\d-]"),
]
TEXTS = ["", "a", "ab", "aab1", "é", "A", "1 {2}", "a-b&[c]", "\n", "~#$^", "٣\u00a0k"]
AT_ONCE, ROUNDS = 25, 400


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_go_refuses_is_not_translated(pattern: str) -> None:
    with pytest.raises(PatternError):
        translate(pattern)


def test_what_has_no_translation_refuses_the_request(workers: Engine) -> None:
    source = 'deny { regex.match("a(?i)?", "b") }\nallow := true'

    answer = workers.evaluate(
        source, Request(input=input_with(), now=NOW), namespace="patterns"
    )

    assert verdict_of(answer).deny.value


@pytest.mark.parametrize(("pattern", "text", "first"), FOUND)
def test_the_first_that_go_finds_is_found(
    workers: Engine, pattern: str, text: str, first: str | None
) -> None:
    wanted = [] if first is None else [first]

    found = ask(workers, f"regex.find_n({json.dumps(pattern)}, {json.dumps(text)}, 1)")

    assert found == [wanted]
    matches = f"regex.match({json.dumps(pattern)}, {json.dumps(text)})"
    assert ask(workers, matches) == [first is not None]


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_go_refuses_is_undefined(workers: Engine, pattern: str) -> None:
    said = json.dumps(pattern)

    assert ask(workers, f'regex.match({said}, "a")') == []
    assert ask(workers, f'regex.replace("a", {said}, "b")') == []
    assert ask(workers, f"regex.is_valid({said})") == [False]


def ask(workers: Engine, call: str) -> list[Any]:
    """Return the value of a call in a list, an empty one where it is undefined."""
    source = f"allow = [true, {{json.marshal([x | x := {call}])}}]"
    answer = workers.evaluate(
        source, Request(input=input_with(), now=NOW), namespace="patterns"
    )
    assert answer.error == ""
    (told,) = answer.values["allow"][1]
    found: list[Any] = json.loads(told)
    return found


@pytest.mark.nightly
def test_ten_thousand_random_patterns_find_what_opa_finds(tmp_path: Path) -> None:
    try:
        binary = build(tmp_path)
    except NoOpaError as error:
        pytest.skip(str(error))
    chance = random.Random(7)
    refused, found = 0, 0
    with Opa(binary) as opa:
        for _ in range(ROUNDS):
            patterns = [
                "".join(chance.choices(TOKENS, k=chance.randint(1, 6)))
                for _ in range(AT_ONCE)
            ]
            for pattern, theirs in zip(patterns, found_by(opa, patterns), strict=True):
                try:
                    ours = found_by_us(pattern)
                except OtherwiseError:
                    refused += 1
                    continue
                assert ours == theirs, pattern
                found += bool(ours)

    assert found > AT_ONCE * ROUNDS / 4
    assert refused < AT_ONCE * ROUNDS / 100


def found_by_us(pattern: str) -> list[Any]:
    """Return each text in which something is found, with what it is."""
    found = ((text, attempt("regex.find_n", [pattern, text, -1])) for text in TEXTS)
    return [[text, *values] for text, values in found if values]


def found_by(opa: Opa, patterns: list[str]) -> list[Any]:
    """Return the same for each pattern, as OPA has it."""
    calls = ", ".join(
        f"[[t, x] | t := texts[_]; x := regex.find_n({json.dumps(one)}, t, -1)]"
        for one in patterns
    )
    source = (
        f"package pomerium.policy\ntexts := {json.dumps(TEXTS)}\n"
        f"allow = [true, {{json.marshal([{calls}])}}]"
    )
    asked = [Question(input_with(), {})]
    (answer,) = opa.send(source, asked, now=NOW, untyped=True)["answers"]
    (told,) = answer["result"]["allow"][1]
    values: list[Any] = json.loads(told)
    return values
