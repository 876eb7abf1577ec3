"""Policies written in Rego decide as the evaluator does, on a real engine."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from policies.language import (
    CRITERIA,
    Facts,
    PolicyLanguageError,
    compile_policy,
    compile_route,
    evaluate,
    parse,
    to_rego,
)
from policies.language.__main__ import main
from policies.language.conformance import DEFAULT_NOW, facts_from_core
from policies.language.criteria.time import DayOfWeek
from policies.language.records import ForeignKey, RecordTable
from policies.language.rego import writers
from tests.policies.language.odd_cases import odd_cases
from tests.policies.language.rego_engine import RegoEngine, said

CORPUS = Path(__file__).parent / "corpus" / "ppl-random-open.json.gz"
NOBODY: dict[str, Any] = {"http": {"method": "GET", "path": "/", "ip": "10.1.1.1"}}
# The engine has no functions on certificates, and takes this form for IPv6; OPA has,
# and does not.
BEYOND_THE_ENGINE = {"client_certificate"}
MAPPED_IN_HEX = "::ffff:0a01:0203"


def disagreements(comparisons: int, *, seed: int) -> tuple[int, list[str]]:
    """Compare policies of the corpus on its inputs; return how many, and which part."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as stream:
        corpus = json.load(stream)
    chance = random.Random(seed)
    cases = [
        case
        for case in corpus["cases"]
        if not BEYOND_THE_ENGINE & set(case["criteria"])
    ]
    done, found = 0, []
    while done < comparisons:
        case = chance.choice(cases)
        try:
            program = compile_policy(parse(case["ppl"]))
        except PolicyLanguageError:
            continue
        engine = RegoEngine(to_rego(program), {}, now=DEFAULT_NOW)
        for other in [case, *chance.choices(cases, k=9)]:
            records = corpus["record_sets"][other["records_ref"]]
            engine.records = records
            wanted = evaluate(program, facts_from_core(other["input"], records))
            if engine.ask(other["input"]) != said(wanted):
                found.append(f"{case['id']} on {other['id']}")
            done += 1
    return done, found


class TestToRego:
    def test_decides_as_the_evaluator_does(self) -> None:
        done, found = disagreements(5_000, seed=5)

        assert (done >= 5_000, found) == (True, [])

    def test_decides_as_the_evaluator_does_at_the_edges(self) -> None:
        found = []
        for policy, core_input, records in odd_cases():
            if any(f"{name}:" in policy for name in BEYOND_THE_ENGINE):
                continue
            if core_input.get("http", {}).get("ip") == MAPPED_IN_HEX:
                continue
            program = compile_policy(parse(policy))
            engine = RegoEngine(to_rego(program), records, now=DEFAULT_NOW)
            wanted = evaluate(program, facts_from_core(core_input, records))
            if engine.ask(core_input) != said(wanted):
                found.append((policy, core_input))

        assert found == []

    @pytest.mark.nightly
    def test_decides_as_the_evaluator_does_a_hundred_thousand_times(self) -> None:
        assert disagreements(100_000, seed=100)[1] == []

    @pytest.mark.parametrize(
        ("criterion", "at"),
        [
            ("date: {after: 2026-03-04T12:00:00Z}", "2026-03-04T12:00:00+00:00"),
            ("date: {after: 2026-03-04T12:00:00Z}", "2026-03-04T12:00:01+00:00"),
            ("date: {before: 2026-03-04}", "2026-03-03T23:59:59+00:00"),
            ("day_of_week: sat-sun", "2026-03-07T10:00:00+00:00"),
            ("day_of_week: 'mon,wed'", "2026-03-05T10:00:00+00:00"),
            (
                "time_of_day: {timezone: Japan, after: 7:00}",
                "2026-03-03T22:00:01Z",
            ),
            (
                "time_of_day: {timezone: Japan, after: 7:00}",
                "2026-03-03T22:00:00Z",
            ),
            ("time_of_day: {timezone: UTC, before: 4:30PM}", "2026-03-03T16:29:59.5Z"),
        ],
    )
    def test_tells_the_time_as_the_evaluator_does(
        self, criterion: str, at: str
    ) -> None:
        program = compile_policy(parse(f"allow: {{and: [{criterion}]}}"))
        now = datetime.fromisoformat(at).astimezone(UTC)

        answer = RegoEngine(to_rego(program), {}, now=now).ask(NOBODY)

        assert answer == said(evaluate(program, facts_from_core(NOBODY, {}, now=now)))

    @pytest.mark.parametrize(
        "test",
        [
            "exists: true",
            "exists: false",
            "field: country, exists: false, is: US",
            "field: nothing, exists: false, is: US",
            "field: score, exists: true",
            "field: nothing, exists: false",
            "field: score, '>=': 5",
            "field: score, '<': 5",
            "field: score, '=': 7",
            "field: country, is: US",
            "field: country, not: US",
            "field: country, in: [DE, US]",
            "field: teams, has: web",
            "field: teams, exclude: ops",
            "field: nothing, not: x",
        ],
    )
    @pytest.mark.parametrize("user", ["u1", "u2"])
    def test_reads_records_as_the_evaluator_does(self, test: str, user: str) -> None:
        program = compile_policy(
            parse(f"allow: {{and: [record: {{type: example.com/hr, {test}}}]}}")
        )
        records: dict[str, Any] = {
            "type.googleapis.com/session.Session": {"s": {"id": "s", "user_id": user}},
            "example.com/hr": {
                "u1": {"score": 7, "country": "US", "teams": ["web", "api"]}
            },
        }
        core_input = {**NOBODY, "session": {"id": "s"}}

        answer = RegoEngine(to_rego(program), records, now=DEFAULT_NOW).ask(core_input)

        facts = facts_from_core(core_input, records)
        assert answer == said(evaluate(program, facts))

    def test_finds_records_by_the_key_of_their_source(self) -> None:
        keys = {"example.com/net": ForeignKey.REQUEST_IP}
        records = {
            "example.com/net": {"office": {"$index": {"cidr": "10.0.0.0/8"}, "n": 1}}
        }
        program = compile_policy(
            parse("allow: {and: [record: {type: example.com/net, exists: true}]}")
        )

        module = to_rego(program, foreign_keys=keys)

        answer = RegoEngine(module, records, now=DEFAULT_NOW).ask(NOBODY)
        facts = facts_from_core(NOBODY, records, foreign_keys=keys)
        assert isinstance(facts.records, RecordTable)
        assert answer == said(evaluate(program, facts))
        assert answer["allow"][0] is True


class TestAsCeiling:
    CEILING = """
        allow: {and: [domain: {is: example.com}]}
        deny: {or: [http_method: DELETE]}
    """

    @pytest.mark.parametrize("email", ["ada@example.com", "eve@example.net", ""])
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_denies_whom_the_ceiling_denies(self, email: str, method: str) -> None:
        program = compile_policy(parse(self.CEILING))
        records = {
            "type.googleapis.com/session.Session": {"s": {"id": "s", "user_id": "u"}},
            "type.googleapis.com/user.User": {"u": {"id": "u", "email": email}},
        }
        core_input = {"http": {"method": method, "path": "/"}, "session": {"id": "s"}}

        module = to_rego(program, as_ceiling=True)
        answer = RegoEngine(module, records, now=DEFAULT_NOW).ask(core_input)

        route = compile_route(enforced=[program])
        wanted = said(evaluate(route, facts_from_core(core_input, records)))
        assert answer["deny"] == wanted["deny"]
        assert answer["allow"] == (False, [], {})

    def test_puts_up_none_without_allow_rules(self) -> None:
        program = compile_policy(parse("deny: {or: [http_method: DELETE]}"))

        answer = RegoEngine(to_rego(program, as_ceiling=True), {}, now=DEFAULT_NOW).ask(
            NOBODY
        )

        assert answer["deny"][0] is False

    def test_of_an_allow_rule_without_criteria_denies_everybody(self) -> None:
        program = compile_policy(parse("allow: {}"))

        answer = RegoEngine(to_rego(program, as_ceiling=True), {}, now=DEFAULT_NOW).ask(
            NOBODY
        )

        assert answer["deny"][0] is True
        assert evaluate(compile_route(enforced=[program]), Facts()).deny


class TestCommandLine:
    def test_prints_a_module(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "policy.yaml"
        path.write_text("allow: {and: [client_certificate: {san_dns: a.example}]}")

        assert main(["rego", str(path)]) == 0

        printed = capsys.readouterr().out
        assert printed.startswith("package pomerium.policy\n\nimport rego.v1\n")
        assert "crypto.x509.parse_certificates" in printed

    def test_says_what_is_wrong_with_a_policy(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "policy.yaml"
        path.write_text("allow: {and: [emial: x]}")

        assert main(["rego", str(path)]) == 1

        assert "unknown criterion `emial`" in capsys.readouterr().out

    def test_says_which_criterion_has_no_form_in_rego(
        self,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.delitem(writers._WRITERS, DayOfWeek)
        path = tmp_path / "policy.yaml"
        path.write_text("allow: {and: [day_of_week: mon]}")

        assert main(["rego", str(path)]) == 1

        said = capsys.readouterr().out
        assert said == f"{path}: `day_of_week` can't be written in Rego\n"

    def test_prints_what_a_policy_amounts_to_as_a_ceiling(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "policy.yaml"
        path.write_text("allow: {and: [email: a@b.c]}")

        assert main(["rego", "--ceiling", str(path)]) == 0

        assert "ceiling(merge_or([allow_and_0]))" in capsys.readouterr().out


FINGERPRINT = "17859273e8a980631d367b2d5a6a6635412b0f22835f69e47b3f65624546a704"
CERTIFICATE = f"""
allow:
  and:
    - client_certificate:
        fingerprint: {FINGERPRINT}
        spki_hash: FsDbM0rUYIiL3V339eIKqiz6HPSB+Pz2WeAWhqlqh8U=
        san_dns: {{ends_with: .example.com, not: a.example.com}}
        san_uri: {{in: [https://a.example, https://b.example]}}
"""


def test_every_part_of_a_certificate_is_asked_for() -> None:
    module = to_rego(parse(CERTIFICATE))

    rule = module.partition("client_certificate_0 := ")[2].partition(" else ")[0]
    assert [line.strip() for line in rule.splitlines()[1:-1]] == [
        "certificate",
        f'fingerprint in ["{FINGERPRINT}"]',
        'spki_hash in ["FsDbM0rUYIiL3V339eIKqiz6HPSB+Pz2WeAWhqlqh8U="]',
        "some dnsnames_0 in certificate.DNSNames",
        'endswith(dnsnames_0, ".example.com")',
        "some dnsnames_1 in certificate.DNSNames",
        'dnsnames_1 != "a.example.com"',
        "some uristrings_0 in certificate.URIStrings",
        'uristrings_0 in ["https://a.example", "https://b.example"]',
    ]


def test_every_criterion_has_a_form_in_rego() -> None:
    for criterion in CRITERIA.entries:
        program = compile_policy(parse(f"allow: {{or: [{{{criterion.example}}}]}}"))

        assert f"\n{criterion.name}_0 := " in to_rego(program)
