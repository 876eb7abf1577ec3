"""Every case of the conformance corpus gets Core's answer."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from policies.language.vectors import CaseVerdict, run_case

CORPUS = Path(__file__).parent / "corpus"


def load(name: str) -> dict[str, Any]:
    data = (CORPUS / name).read_bytes()
    if name.endswith(".gz"):
        data = gzip.decompress(data)
    found: dict[str, Any] = json.loads(data)
    return found


@pytest.mark.parametrize(
    ("name", "passed", "skipped"),
    [("ppl-vectors.json", 457, 40), ("ppl-random-open.json.gz", 3000, 0)],
)
def test_we_answer_as_core_does(name: str, passed: int, skipped: int) -> None:
    corpus = load(name)
    counts: Counter[CaseVerdict] = Counter()
    disagreements = []

    for case in corpus["cases"]:
        verdict, lines = run_case(case, corpus.get("record_sets", {}))
        counts[verdict] += 1
        disagreements += [f"{case['id']}: {line}" for line in lines]

    assert disagreements == []
    assert counts[CaseVerdict.PASSED] == passed
    assert counts[CaseVerdict.SKIPPED] == skipped


def test_a_disagreement_is_noticed() -> None:
    case = {
        "kind": "ppl",
        "edition": "core",
        "ppl": "allow: {or: [accept: true]}",
        "input": {"http": {}, "session": {"id": ""}},
        "records": {},
        "expect": {
            "allow": False,
            "allow_reasons": ["reject"],
            "deny": False,
            "deny_reasons": [],
            "allow_data": {"a": "b"},
            "outcome": "deny",
            "traces": [{"allow": False, "deny": False}],
        },
    }

    verdict, lines = run_case(case, {})

    assert verdict is CaseVerdict.FAILED
    assert len(lines) == 10


def test_the_default_rule_on_certificates_can_be_asked_for() -> None:
    case = {
        "kind": "ppl",
        "edition": "core",
        "ppl": "allow: {or: [accept: true]}",
        "options": {"add_default_client_certificate_rule": True},
        "input": {
            "http": {"client_certificate": {"presented": False}},
            "session": {"id": ""},
            "is_valid_client_certificate": False,
        },
        "records": {},
        "expect": {
            "allow": True,
            "allow_reasons": ["accept"],
            "deny": True,
            "deny_reasons": ["client-certificate-required"],
            "outcome": "deny",
            "status": 495,
        },
    }

    assert run_case(case, {}) == (CaseVerdict.PASSED, ())


def test_a_route_whose_policy_can_not_be_read_fails_its_case() -> None:
    case = {"kind": "route_to_ppl", "route": {"policy": "["}, "expect": {"parsed": []}}

    verdict, lines = run_case(case, {})

    assert verdict is CaseVerdict.FAILED
    assert "parse_error: True instead of None" in lines[0]


def test_an_unknown_kind_of_case_fails() -> None:
    verdict, lines = run_case({"kind": "odd", "expect": {}}, {})

    assert verdict is CaseVerdict.FAILED
    assert lines == ("unknown kind odd",)
