"""The table of hostile cases names tests that exist."""

import ast

import pytest

from tests.architecture.sources import ROOT, parse
from tests.hostile_cases import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}")
def test_each_hostile_case_has_its_tests(case: tuple[int, str]) -> None:
    assert CASES[case]
    for name in CASES[case]:
        path, *wanted = name.split("::")
        inside: list[ast.stmt] = parse(ROOT / path).body
        for part in wanted:
            found = [
                one
                for one in inside
                if isinstance(one, ast.ClassDef | ast.FunctionDef) and one.name == part
            ]
            assert found, f"there is no `{part}` of {name}"
            inside = found[0].body
