"""Every case of the corpus that holds Rego, on our engine and on the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policies.language.vectors import CaseVerdict, holds_rego
from policies.rego.vectors import run_case
from tests.policies.rego.conftest import CORPUS

if TYPE_CHECKING:
    from policies.rego.evaluation import SandboxEngine

ROOT = Path(__file__).parents[3]


def test_every_case_with_rego_passes(
    corpus: dict[str, Any], engine: SandboxEngine
) -> None:
    cases = [case for case in corpus["cases"] if holds_rego(case)]

    wrong = {
        case["id"]: lines
        for case in cases
        for verdict, lines in [run_case(case, {}, engine=engine)]
        if verdict is not CaseVerdict.PASSED
    }

    assert len(cases) == 40
    assert wrong == {}


def test_a_case_without_rego_is_skipped(engine: SandboxEngine) -> None:
    case = {"id": "x", "kind": "ppl", "ppl": "allow: {}", "edition": "core"}

    assert run_case(case, {}, engine=engine) == (CaseVerdict.SKIPPED, ())


@pytest.mark.parametrize("case", [{}, {"kind": "rego"}, {"kind": "route", "route": 3}])
def test_a_case_that_cannot_be_read_fails(case: Any, engine: SandboxEngine) -> None:
    verdict, lines = run_case(case, {}, engine=engine)

    assert verdict is CaseVerdict.FAILED
    assert "can't be read" in lines[0]


def test_the_command_line_counts_and_exits_with_zero() -> None:
    done = subprocess.run(  # noqa: S603 - Python, on our own package
        [sys.executable, "-m", "policies.rego", "test", str(CORPUS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.stdout == "40 passed, 0 failed, 457 skipped\n"
    assert done.returncode == 0
