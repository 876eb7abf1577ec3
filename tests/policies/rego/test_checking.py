"""What is wrong with a text, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from policies.language import Problem, Severity, Stage
from policies.rego.checking import check
from policies.rego.evaluation import Answer
from tests.policies.rego.asking import NAMES

if TYPE_CHECKING:
    from policies.rego.evaluation import SandboxEngine

Find = Callable[..., tuple[Problem, ...]]
SESSION = '"type.googleapis.com/session.Session"'
REFUSED_BY_CORE = [
    ("allow {", "syntax"),
    ("", "empty"),
    ("# nothing", "empty"),
    ("allow", "bare-name"),
    ("allow if true", "missing-import"),
    ('allow if input.http.method == "GET"', "missing-import"),
    ('allow { "a" in ["a"] }', "syntax"),
    ("import rego.v1\nallow { true }", "syntax"),
    ("allow { x == 1 }", "unsafe"),
    ("allow { f(1) }", "unknown-function"),
    ('allow { lowr("A") == "a" }', "unknown-function"),
    ("allow { lower(1) == 1 }", "wrong-type"),
    ("allow { count(1, 2, 3) }", "wrong-arguments"),
    ("f(x) = x { true }\nallow { f(1, 2, 3) }", "wrong-arguments"),
    ("f(x) = g(x) { true }\ng(x) = f(x) { true }\nallow { f(1) }", "recursion"),
    ("a := b\nb := a\nallow := true", "recursion"),
    (
        "a = 1 { input.http } else = 2 { a }\na { input.session }\nallow { a }",
        "recursion",
    ),
    ("default allow = input.x", "default-not-constant"),
    ("allow { -input.http.path == 1 }", "unary-minus"),
    (f"allow {{ get_databroker_record({SESSION}, `x`) == null }}", "record-is-null"),
    (
        f"allow {{ s := get_databroker_record({SESSION}, `x`); s == null }}",
        "record-is-null",
    ),
    (
        f"allow {{ s := get_databroker_record({SESSION}, `x`); s.a.b }}",
        "record-too-deep",
    ),
]
REFUSED_AT_SAVE = [
    ("package foo\nallow := true", "other-package", 1),
    ("package pomerium.policy.x\nallow := true", "other-package", 1),
    ("x := 1", "no-decision", 1),
    ("allow { data.secrets.x }", "no-data", 1),
    ("allow { data[x] }", "no-data", 1),
    ('allow {\n  input.http.session.id == "x"\n}', "unknown-input", 2),
    ("allow { input.http.is_valid_client_certificate }", "unknown-input", 1),
    ("import input.foo\nallow { foo }", "unknown-input", 1),
    ('allow { get_databroker_record("x", "y").a }', "unknown-record-type", 1),
]
SHAPES = [
    'deny contains "x"',
    'deny[x] { x := "a" }',
    'allow := "true"',
    "allow := 1",
    "allow := [1]",
    'deny := ["true"]',
    'allow := [true, ["r"], {}, 1]',
    "allow := []",
    'deny := {"a": true}',
    "allow := null",
    "allow.x := true",
    "allow(x) := true",
    "default deny = 3",
    'allow { input.http.path == "/x" } else = "yes" { true }',
]
REFUSED_CALLS = [
    "allow := opa.runtime()",
    'allow := [true, {"x"}, opa.runtime().env]',
    'allow { opa["runtime"]().env.HOME }',
    'allow { net.lookup_ip_addr("example.com") }',
    "allow { is_object({}) with is_object as http.send }",
    "f(x) = x { true }\nallow { f(1) with f as opa.runtime }",
    "allow { time.now_ns() == 1 with time.now_ns as 1 }",
    'allow { trace("x") }',
    'allow { json.match_schema({}, {"$ref": "http://example.com/"})[0] }',
    'allow { count(graph.reachable_paths({"a": ["b"]}, ["a"])) > 0 }',
    'allow { regex.template_match("a{b}", "ab", "{", "}") }',
    'allow { rego.parse_module("a", "package a") }',
    'allow { postern_attempt("lower", ["A"])[0] == "a" }',
]


@pytest.fixture
def problems(engine: SandboxEngine) -> Find:
    def find(source: str, **options: Any) -> tuple[Problem, ...]:
        return check(
            source,
            engine=engine,
            namespace="tests",
            **options,
        ).problems

    return find


@pytest.mark.parametrize(("source", "code"), REFUSED_BY_CORE)
def test_what_core_refuses_is_an_error_of_compiling(
    problems: Find, source: str, code: str
) -> None:
    found = problems(source)

    assert code in [one.code for one in found]
    assert all(one.stage is Stage.COMPILE for one in found if one.code == code)


@pytest.mark.parametrize(("source", "code", "line"), REFUSED_AT_SAVE)
def test_what_would_mean_nothing_is_refused_at_save(
    problems: Find, source: str, code: str, line: int
) -> None:
    (found,) = [one for one in problems(source) if one.code == code]

    assert (found.stage, found.severity) == (Stage.SAVING, Severity.ERROR)
    assert found.span.line == line


@pytest.mark.parametrize("source", SHAPES)
def test_a_result_without_meaning_is_refused(problems: Find, source: str) -> None:
    if "contains" in source or "(x)" in source:
        source = f"import rego.v1\n{source}"

    found = [one for one in problems(source) if one.severity is Severity.ERROR]

    assert found
    assert {one.code for one in found} <= {
        "malformed-output",
        "malformed-allow",
        "malformed-deny",
    }


@pytest.mark.parametrize("source", REFUSED_CALLS)
def test_calls_outside_of_the_list_are_refused_with_their_line(
    problems: Find, source: str
) -> None:
    found = [one for one in problems(source) if one.stage is Stage.COMPILE]

    assert found
    assert found[0].code in {"refused-built-in", "refused-mock", "unknown-function"}
    assert found[0].span.line == source.count("\n") + 1


class TestFetching:
    def test_is_refused_for_an_address_that_nobody_listed(
        self, problems: Find, sample: str
    ) -> None:
        (found,) = problems(sample)

        assert found.code == "refused-fetch"
        assert "http.send" in sample.splitlines()[found.span.line - 1]

    def test_is_taken_for_one_that_an_admin_listed(
        self, problems: Find, sample: str
    ) -> None:
        codes = [one.code for one in problems(sample, fetched=[NAMES])]

        assert codes == ["fails"]

    @pytest.mark.parametrize(
        "request_",
        [
            f'{{"method": "POST", "url": "{NAMES}"}}',
            f'{{"method": "GET", "url": "{NAMES}", "headers": {{}}}}',
            f'{{"method": "GET", "url": concat("", ["{NAMES}"])}}',
            "input.http",
        ],
    )
    def test_is_refused_in_any_other_form(self, problems: Find, request_: str) -> None:
        found = problems(f"allow {{ http.send({request_}) }}", fetched=[NAMES])

        assert "refused-fetch" in [one.code for one in found]


class TestFixes:
    @pytest.mark.parametrize(
        ("source", "fixed"),
        [
            (
                'allow { input.http.session.id == "é" }',
                'allow { input.session.id == "é" }',
            ),
            ('allow { "é" == lowr("É") }', 'allow { "é" == lower("É") }'),
            (
                "package pomerium.policy\nallow if true",
                "package pomerium.policy\nimport rego.v1\nallow if true",
            ),
            ('deny := [true, "bad"]', 'deny := [true, {"bad"}]'),
        ],
    )
    def test_make_a_text_that_can_be_saved(
        self, problems: Find, source: str, fixed: str
    ) -> None:
        fix = next(one.fix for one in problems(source) if one.fix)

        assert fix.apply(source) == fixed
        assert problems(fixed) == ()


class TestTrying:
    def test_finds_rules_that_contradict_for_a_header(self, problems: Find) -> None:
        source = """allow := true { input.http.headers["X-Team"] == "blue" }
allow := false { input.http.headers["X-Team"] }"""

        (found,) = problems(source)

        assert (found.code, found.severity) == ("conflict", Severity.ERROR)

    def test_finds_a_result_that_is_malformed_for_a_path(self, problems: Find) -> None:
        source = 'deny = x { x := input.http.headers["X-Team"] }'

        (found,) = problems(source)

        assert (found.code, found.span.line) == ("malformed-deny", 1)

    def test_finds_work_without_end(self, problems: Find) -> None:
        source = "allow { count(numbers.range(1, 30000000)) > 1 }"

        (found,) = problems(source)

        assert found.code == "budget-exceeded"

    def test_finds_nothing_wrong_with_what_is_right(self, problems: Find) -> None:
        source = """package pomerium.policy

import rego.v1

default allow := [false, {"not-from-here"}]

allow := [true, {"from-here"}] if net.cidr_contains("10.0.0.0/8", input.http.ip)

deny contains true if input.http.headers["X-Bad"] == "yes"
"""

        assert problems(source) == ()


def test_a_text_that_is_too_large_is_refused(problems: Find) -> None:
    (found,) = problems("# " + "x" * 65536)

    assert found.code == "too-large"


class TestUntried:
    @pytest.mark.parametrize("error", ["quota", "late", "server"])
    def test_a_text_that_found_no_turn_is_not_saved(
        self, engine: SandboxEngine, monkeypatch: pytest.MonkeyPatch, error: str
    ) -> None:
        monkeypatch.setattr(
            engine, "evaluate", lambda *_, **__: Answer(error=error, message="busy")
        )

        found = check("allow := true", engine=engine, namespace="web")

        assert found.has_errors
        assert [one.code for one in found.problems] == ["not-tried"]
        assert "try again" in found.problems[0].message
