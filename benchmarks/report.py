"""Writes what was measured into its section of docs/performance.md."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.goals import Goal

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


def write_section(name: str, lines: Sequence[str], goals: Sequence[Goal]) -> None:
    """Replace the measured part of the page that has a name."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(begin)
    machine = (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} processors "
        f"({platform.machine()}, {platform.system()}), load {os.getloadavg()[0]:.0f}, "
        f"Python {platform.python_version()}."
    )
    body = "\n".join([machine, "", *lines, "```text", *map(str, goals), "```"])
    after = rest.split(end)[1]
    PAGE.write_text(f"{before}{begin}\n\n{body}\n\n{end}{after}", encoding="utf-8")
