"""The table of WebAuthn's steps names tests that are there."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DOCUMENT = HERE.parent.parent / "docs" / "devices.md"
NAME = re.compile(r"`(test_[a-z_]+)\.((?:Test\w+\.)?)(test_\w+)(?:\[([^\]]+)\])?`")
ROWS = [
    line
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| (\d|Level)", line)
]


def test_the_table_has_every_step() -> None:
    told = [row.split("|")[1] for row in ROWS]
    numbers = {int(number) for text in told for number in re.findall(r"\d+", text)}

    assert numbers >= set(range(1, 25))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[:60].strip("| "))
def test_each_step_names_a_test_that_is_there(row: str) -> None:
    if "oken binding" in row:
        return
    ((module, group, name, case),) = NAME.findall(row)

    text = (HERE / f"{module}.py").read_text(encoding="utf-8")
    assert f"def {name}(" in text
    assert not group or f"class {group.rstrip('.')}:" in text
    sources = text + (HERE / "statements.py").read_text(encoding="utf-8")
    assert not case or f'"{case}"' in sources
