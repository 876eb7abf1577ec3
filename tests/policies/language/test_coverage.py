"""The tests of the language take every branch of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]


@pytest.mark.nightly
def test_every_branch_is_taken(tmp_path: Path) -> None:
    report = tmp_path / "coverage.json"
    environment = {**os.environ, "COVERAGE_FILE": str(tmp_path / "coverage")}
    measured = ["run", "--branch", "--source=policies/language", "-m", "pytest"]
    chosen = ["--quiet", "-m", "not nightly", "-p", "no:xdist", str(FOLDER)]

    for command in ([*measured, *chosen], ["json", "--quiet", "-o", str(report)]):
        subprocess.run(  # noqa: S603 -- our own interpreter
            [sys.executable, "-m", "coverage", *command],
            cwd=ROOT,
            env=environment,
            check=True,
        )

    missed = {
        name: [*found["missing_lines"], *found["missing_branches"]]
        for name, found in json.loads(report.read_text())["files"].items()
        if found["missing_lines"] or found["missing_branches"]
    }
    assert missed == {}
