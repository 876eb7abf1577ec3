"""What evaluates: outputs, built-ins that fail, records, frozen time, coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policies.rego import inputs
from tests.policies.rego.asking import NAMES, Records, differs

if TYPE_CHECKING:
    from policies.rego.evaluation import Answer

ERRORS_ARE_UNDEFINED = [
    "x := 1 / input.http.zero; x > 0",
    "object.get(get_databroker_record(`none`, `x`), `a`, 1) == 1",
    "to_number(input.http.method) > 0",
    "json.unmarshal(input.http.method)",
    "regex.match(concat(``, [input.http.path, `(`]), `x`)",
    "time.parse_rfc3339_ns(input.http.method) > 0",
    "net.cidr_contains(input.http.method, `10.0.0.1`)",
    "contains(input.http.zero, `a`)",
    "y := input.http.method - 1; y > 0",
    "count(input.http.zero) > 0",
    "base64.decode(input.http.method) == `x`",
]


class TestBuiltInsThatFail:
    @pytest.mark.parametrize("body", ERRORS_ARE_UNDEFINED)
    def test_let_the_next_rule_have_its_turn(self, ask: Any, body: str) -> None:
        answer = ask(f"allow = 1 {{ {body} }} else = true {{ true }}", zero=0)

        assert (answer.error, answer.values) == ("", {"allow": True})

    def test_leave_what_does_not_fail_as_it_is(self, ask: Any) -> None:
        source = """
allow { ((1 + 2)) / (3) == 1; count([1]) / count({1}) == 1; "a" != input.http.path / 1 }
deny { 7 % 4 == 3; ({1, 2} - {2}) | {3} == {1, 3}; 1 / (input.http.zero + 0) == 1 }
reached { x := {[1, 2]}[_]; count(x) / 1 == 2 }
"""

        answer = ask(source, zero=0)

        assert answer.error == ""
        assert answer.values == {}

    def test_take_sets_of_arrays_along(self, ask: Any) -> None:
        source = """
failing { 1 / input.http.zero == 1 }
allow { count({[1, 2], [3]}) == 2; object.get({"a": {[1]}}, "a", 1) == {[1]} }
"""

        assert ask(source, zero=0).values == {"allow": True}


class TestRecords:
    @differs("listed: records are sent along with each request")
    def test_are_asked_for_by_type_and_id(self, ask: Any) -> None:
        records = Records()

        answer = ask(
            f'allow {{ get_databroker_record("{inputs.USER}", "u1").email != "" }}',
            records=records,
        )

        assert answer.values == {"allow": True}
        assert records.asked == [(inputs.USER, "u1")]

    def test_of_other_types_are_null(self, ask: Any) -> None:
        answer = self.ask_for_secrets(ask)

        assert answer.values == {"allow": [False, ["none"]]}

    def test_of_other_types_are_reported(self, ask: Any) -> None:
        assert self.ask_for_secrets(ask).refused_types == ("secrets",)

    def ask_for_secrets(self, ask: Any) -> Answer:
        answer: Answer = ask(
            'allow { get_databroker_record("secrets", "x") != null }'
            ' else = [false, {"none"}] { true }',
            records=Records(),
        )
        return answer


class TestTheDocumentedExample:
    @pytest.mark.parametrize(
        ("names", "session", "expected"),
        [
            (["Liam"], "s1", [True, ["custom-rego-authorized"]]),
            (["Zeno"], "s1", [False, ["custom-rego-unauthorized"]]),
            ([], "s1", [False, ["custom-rego-unauthorized"]]),
            (["Liam"], "", [False, ["user-unauthenticated"]]),
        ],
    )
    def test_decides_as_written(
        self, ask: Any, sample: str, names: list[str], session: str, expected: Any
    ) -> None:
        fetched = {NAMES: {"body": {"names": ["Liam", "Noah"]}}}
        source = sample
        if not session:
            # Without a session there is no id to compare with either.
            source = sample.replace('session.id != ""', "session.id != null")

        answer = ask(
            source,
            records=Records(claims={"given_name": names}),
            session={"id": session, "user_id": ""},
            fetched=fetched,
        )

        assert answer.values["allow"] == expected

    def test_ends_with_an_error_without_the_list(self, ask: Any, sample: str) -> None:
        answer = ask(sample, records=Records(claims={"given_name": ["Liam"]}))

        assert answer.error == "failed"
        assert "has not been fetched" in answer.message


class TestTheWorld:
    def test_stands_still(self, ask: Any) -> None:
        source = """
allow { time.now_ns() == time.now_ns(); rand.intn("a", 100) == rand.intn("a", 100) }
deny = [false, [time.now_ns(), rand.intn("a", 1000), uuid.rfc4122("k")]] { true }
"""

        first, second = ask(source), ask(source)

        assert first.values == second.values
        assert first.values["allow"] is True
        assert first.values["deny"][1][0] == 1772620200000000000

    @differs("refused at save, and not sent to a server: walks over `data`")
    def test_is_empty_but_for_the_module(self, ask: Any) -> None:
        source = "deny = [false, [x | data[x]]] { true }\nallow { data.secrets }"

        assert ask(source).values == {"deny": [False, ["pomerium"]]}


class TestWhatAnAnswerTells:
    def test_prints_with_lines_of_the_given_text(self, ask: Any) -> None:
        answer = ask(
            'allow {\n  print("é", input.http.method, input.nothing)\n}', covers=True
        )

        assert answer.prints == ("line 2: é GET <undefined>",)

    def test_lines_that_ran(self, ask: Any) -> None:
        source = 'allow {\n  input.http.method == "POST"\n  input.http.path == "/"\n}'

        answer = ask(source, covers=True)

        assert 2 in answer.covered
        assert 3 in answer.not_covered

    @pytest.mark.parametrize(
        ("source", "kind", "line"),
        [
            ("x := 1\nallow = x { x := [1, 2][_] }", "conflict", 2),
            ("a = x { x := [1, 2][_] }\nallow := true", "conflict", 1),
            (
                "allow := true { input.http }\nallow := false { input.http.path }",
                "conflict",
                2,
            ),
            ("package foo\nallow := true", "no-result", None),
            ("allow {", "compile", None),
            ("allow { x == 1 }", "compile", None),
            pytest.param(
                "allow { opa.runtime() }",
                "failed",
                1,
                marks=differs("refused at save, and not sent to a server"),
            ),
        ],
    )
    def test_what_went_wrong_and_where(
        self, ask: Any, source: str, kind: str, line: int | None
    ) -> None:
        answer = ask(source)

        assert answer.error == kind
        assert (answer.place and answer.place[0]) == line
