"""Writes what was measured into docs/performance.md, between its markers."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from benchmarks.goals import Goal

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- decisions: begin -->", "<!-- decisions: end -->"
_PEERS = ("cedarpy", "gordon-to-regorus", "casbin")
_MODULES = Path(__file__).parents[1] / "peers" / "opa" / "go.mod"


def write_table(lines: Sequence[str], goals: Sequence[Goal]) -> None:
    """Replace the measured part of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    machine = (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} processors "
        f"({platform.machine()}, {platform.system()}), load {os.getloadavg()[0]:.0f}, "
        f"Python {platform.python_version()}, {_versions()}."
    )
    parts = [
        machine,
        "",
        *lines,
        "```text",
        *(str(goal) for goal in goals),
        "```",
    ]
    body = "\n".join(parts)
    PAGE.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}", encoding="utf-8")


def _versions() -> str:
    found = []
    for name in _PEERS:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            found.append(f"{name} absent")
    found += ["oso 0.27.3", f"OPA {_MODULES.read_text().split('/opa v')[1].split()[0]}"]
    return ", ".join(found)
