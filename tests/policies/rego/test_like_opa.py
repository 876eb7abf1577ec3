"""Where the engine alone would answer otherwise than OPA; expectations are OPA's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policies.rego.checking import check
from tests.policies.rego.asking import differs

if TYPE_CHECKING:
    from policies.rego.evaluation import Engine

MISSING = "input.http.headers.Missing"
FUNCTION = "f(x) = x { true }"
ASKED_FIRST = [
    f'not startswith({MISSING}, "a")',
    f'not startswith(lower({MISSING}), "a")',
    f'not lower({MISSING}) == "a"',
    f"not 1 + {MISSING} == 2",
    f'not {MISSING} != "a"',
    f'not [{MISSING}] == ["a"]',
    f"not f({MISSING})",
    f'not f({{"a": lower({MISSING})}})',
    f"not input.http.headers[lower({MISSING})]",
    "not f(undefined)",
    'not f(f("a") - 1)',
    f'not startswith(input.http.path, "/") with input.http.path as {MISSING}',
]
ONLY_NEGATED = [
    f"not {MISSING}",
    f'not {MISSING} == "a"',
    f"not {MISSING} == lower(input.http.path)",
    "not undefined",
    "not undefined == true",
    'not startswith(input.http.path, "/admin")',
    "not count([x | x := to_number(input.http.path)]) == 1",
    'not startswith(input.http.path, "/") with input.http.path as "x"',
]
BUILT_INS = [
    ('base64url.decode("YWI")', "ab"),
    ('base64url.decode("1.5")', None),
    ('urlquery.decode("YWI=")', "YWI="),
    ('urlquery.decode("%x")', None),
    ('urlquery.decode_object("a=1&a=2&b")', {"a": ["1", "2"], "b": [""]}),
    ('urlquery.decode_object("a;b")', None),
    ('urlquery.encode("a*b c~")', "a%2Ab+c~"),
    ('urlquery.encode_object({"b": ["1", "2"], "a": "*"})', "a=%2A&b=1&b=2"),
    ('urlquery.encode_object({"a": {"2", "1"}})', "a=1&a=2"),
    ('urlquery.encode_object(object.get({}, "x", []))', None),
    ('urlquery.encode_object(object.get({}, "x", {"a": {"b": "c"}}))', None),
    ('urlquery.encode_object(object.get({}, "x", {"a": 1}))', None),
    ('strings.count("abc", "")', 4),
    ('substring("abc", 1, -1)', "bc"),
    ('substring("abc", -1, 1)', None),
    ('substring("abc", 0.5, 1)', None),
    ('indexof("abc", "c")', 2),
    ('indexof("abc", "")', None),
    ('indexof_n("abc", "")', None),
    ('semver.is_valid("1.2.3")', True),
    ('object.subset(["a"], {"a"})', True),
    ('object.subset({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}})', True),
    ('regex.split(",", "a,b")', ["a", "b"]),
    ('regex.find_n("a", "aa", 1)', ["a"]),
    ('regex.find_n("a", "aa", 12345678901234567890)', None),
    ('uuid.parse("nothing")', None),
    ("bits.lsh(1, 3)", 8),
    ("array.slice([1, 2, 3], 0, 2)", [1, 2]),
    ("array.slice([1, 2, 3], 0 - 1, count([1, 2]))", [1, 2]),
    ("array.slice([1, 2, 3], 2, 1 + 0)", []),
    ("array.slice([1, 2, 3], count([1]), 9)", [2, 3]),
    ("bits.lsh(1, 63)", 2**63),
    ("bits.lsh(0, 300)", 0),
    ("bits.lsh(1, -1)", None),
    ("bits.rsh(12345678901234567890, 300)", 0),
    ("bits.or(12345678901234567890, 1)", 12345678901234567891),
    ("bits.and(2.5, 1)", None),
    ('units.parse("1h")', None),
    ('units.parse("2K")', 2000),
    ('sprintf("%s is %d, %v", ["x", 3, [1, "a"]])', 'x is 3, [1, "a"]'),
    ('sprintf("%5.1f|%-4d|%x|%q", [2.25, 7, "ab", "c"])', '  2.2|7   |6162|"c"'),
    ('sprintf("%v %v", [2.5, {"b", "a"}])', '2.5 {"a", "b"}'),
    ('sprintf("%v%%", [{"a": null}])', '{"a": null}%'),
    ('sprintf("%v", [{10, 9, "a", null}])', '{null, 9, 10, "a"}'),
    ('sprintf("%d", ["x"])', "%!d(string=x)"),
    ('sprintf("%s", [2])', "%!s(int64=2)"),
    ('sprintf("%s and %s", ["x"])', "x and %!s(MISSING)"),
    ('sprintf("x", [1])', "x%!(EXTRA int64=1)"),
]
# As above, had they not been written out: OPA refuses such a text as a whole.
OF_WRONG_TYPES = [
    "strings.count([], 1)",
    "json.is_valid(1)",
    "yaml.is_valid([])",
    'net.cidr_is_valid({"a": 1})',
    'object.subset("a", "a")',
    'json.patch("a", ["b"])',
    'sprintf("x", "a")',
    '"b" / 1',
    "1 - true",
    "{1} + 1",
    "{1} & 1",
]
REFUSED = [
    'regex.split("a*", "b")',
    "bits.lsh(1, 64)",
    "array.slice([1, 2, 3], 1, 2.5)",
    "array.slice([1, 2, 3], input.http.path, 2)",
    "bits.lsh(1, 300)",
    'sprintf("%[1]d", [1])',
    'sprintf("%*d", [1, 2])',
    "bits.negate(12345678901234567890)",
    "count(graph.reachable({[1]: [[2]]}, [[1]])) / 0",
    'base64url.decode("_w")',
]
ORDERED = [
    "{1} > input.http.headers",
    "[{1}] > [input.http.headers]",
    "set() > input.session",
    "input.session < set() # set() < {}\n",
    "(set()) > (input.session); input.session < (set())",
    "x := {1} - set(); x > input.session; count({1} & set()) == 0",
    "not set() < input.session; not count(set()) == 1; set( ) > {}",
    "count([1 | set() > input.session]) == 1; count({1} | set()) > count(set())",
    'x := {1}; y := {"a": 1}; x > y; not x < y; y < x; y <= x',
    "x := [1, 2]; y := [1, 3]; x < y; [x] <= [y]",
    "x := {1, 2}; y := {1, 3}; (x) < (y); count([1 | (x) < (y)]) == 1",
    'x := {"a": 1}; y := {"a": 1, "b": 0}; x < y; not y < x; y >= x',
    "x := [null, false, 0, `a`, [], {}, set()]; every_pair(x)",
]
# Worked out when the request comes, so that OPA can't tell the types beforehand.
UNTYPED = [
    ("strings.count(json.unmarshal(`[]`), `a`)", None),
    ("json.is_valid(json.unmarshal(`1`))", False),
    ("yaml.is_valid(json.unmarshal(`[]`))", False),
    ("object.subset(json.unmarshal(`1`), json.unmarshal(`1`))", None),
    ("json.patch(`a`, json.unmarshal(`[1]`))", None),
    ("sprintf(`x`, json.unmarshal(`1`))", None),
]


def module(body: str) -> str:
    """Return a policy with rules that a body may name."""
    undefined = 'undefined { input.http.method == "never" }'
    return f"allow {{ {body} }}\n{FUNCTION}\n{undefined}"


@pytest.mark.parametrize("body", ASKED_FIRST)
def test_a_not_before_a_call_holds_only_if_its_arguments_are_there(
    ask: Any, body: str
) -> None:
    assert ask(module(body)).values == {}


@pytest.mark.parametrize("body", ONLY_NEGATED)
def test_a_not_before_anything_else_holds_when_it_does_not(ask: Any, body: str) -> None:
    assert ask(module(body)).values == {"allow": True}


def test_arguments_are_asked_for_inside_of_other_bodies_too(ask: Any) -> None:
    source = f"""import rego.v1
allow if {{ count([1 | not f({MISSING})]) == 0; every x in [1] {{ not x == f(2) }} }}
f(x) := x
"""

    assert ask(source).values == {"allow": True}


@pytest.mark.parametrize(("call", "expected"), [*BUILT_INS, *UNTYPED])
def test_a_built_in_answers_as_in_opa(ask: Any, call: str, expected: Any) -> None:
    answer = ask(f"allow = [true, [x]] {{ x := {call} }} else = [false] {{ true }}")

    wanted = [False] if expected is None else [True, [expected]]
    assert (answer.error, answer.values) == ("", {"allow": wanted})


@pytest.mark.parametrize("call", OF_WRONG_TYPES)
def test_what_opa_refuses_for_its_types_is_refused_at_save(
    engine: Engine, call: str
) -> None:
    found = check(f"allow {{ x := {call}; x }}", engine=engine, namespace="tests")

    assert "wrong-type" in {one.code for one in found.problems}


@differs("listed: OPA has an answer, or does not compile the text")
@pytest.mark.parametrize("call", REFUSED)
def test_what_can_only_be_answered_otherwise_is_refused(ask: Any, call: str) -> None:
    answer = ask(f"allow {{ not helper }}\nhelper {{ x := {call}; x == 0 }}")

    assert answer.error == "failed"


@pytest.mark.parametrize("body", ORDERED)
def test_values_are_ordered_as_in_opa(ask: Any, body: str) -> None:
    pairs = "every_pair(x) { count([1 | x[i] < x[j]; i < j]) == 21 }"

    answer = ask(f"allow {{ {body} }}\n{pairs}")

    assert (answer.error, answer.values) == ("", {"allow": True})


def test_long_lines_are_taken(ask: Any) -> None:
    names = ", ".join(f'"name-{number}"' for number in range(500))

    answer = ask(f"allow {{ x := [{names}][_]; to_number(x) == 1 }}")

    assert (answer.error, answer.values) == ("", {})


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("allow { not [1][_] == 2 }", "unsafe"),
        ("allow { x := {k: v | v := input.http.headers[k]; v != x} }", "unsafe"),
        ("allow { 0[_] == 1 }", "no-reference"),
    ],
)
def test_names_without_a_value_are_refused(
    engine: Engine, source: str, code: str
) -> None:
    found = check(source, engine=engine, namespace="tests").problems

    assert code in {one.code for one in found}


def test_a_comprehension_may_have_a_name_of_its_own(engine: Engine) -> None:
    source = "allow { x := [x | x := [1, 2][_]]; count(x) == 2 }"

    assert check(source, engine=engine, namespace="tests").problems == ()
