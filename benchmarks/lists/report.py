"""Writes what was measured into docs/performance.md, between its markers."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.goals import Goal

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- lists: begin -->", "<!-- lists: end -->"


def write_section(lines: Sequence[str], goals: Sequence[Goal]) -> None:
    """Replace the measured part of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    machine = (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} processors "
        f"({platform.machine()}, {platform.system()}), load {os.getloadavg()[0]:.0f}, "
        f"Python {platform.python_version()}."
    )
    body = "\n".join([machine, "", *lines, "```text", *map(str, goals), "```"])
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}", encoding="utf-8")
