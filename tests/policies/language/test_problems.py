"""Every problem is said in the same words, at the same place, with the same remedy.

`corpus/problems.json` has a short text for each way in which a policy can be refused,
and all that is said about it. Who changes a message changes it there as well, and sees
how it reads.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policies.language import (
    PolicyLanguageError,
    Problem,
    Severity,
    Stage,
    check,
    parse,
)

CORPUS = Path(__file__).parent / "corpus" / "problems.json"
CASES: list[dict[str, Any]] = json.loads(CORPUS.read_text("utf-8"))
IDS = [f"{number}-{case['problems'][0]['code']}" for number, case in enumerate(CASES)]


def told(problem: Problem, text: str) -> dict[str, Any]:
    span = problem.span
    found: dict[str, Any] = {
        "at": [span.line, span.column, span.length],
        "code": problem.code,
        "stage": problem.stage.value,
        "message": problem.message,
    }
    if problem.suggestion is not None:
        found["suggestion"] = problem.suggestion
    if problem.fix is not None:
        found["fix"] = [problem.fix.title, problem.fix.apply(text)]
    return found


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_refusal_says_what_where_and_what_to_do(case: dict[str, Any]) -> None:
    text = case["text"]
    problems = check(text, saving=case["saving"])

    refusals = [one for one in problems if one.stage is not Stage.LINT]

    assert [told(one, text) for one in refusals] == case["problems"]
    assert {one.severity for one in refusals} == {Severity.ERROR}


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_what_is_refused_is_raised_as_it_is_told(case: dict[str, Any]) -> None:
    with pytest.raises(PolicyLanguageError) as caught:
        parse(case["text"], saving=case["saving"])

    raised = [told(one, case["text"]) for one in caught.value.problems]
    assert raised == case["problems"]
    assert case["problems"][0]["message"] in str(caught.value)
