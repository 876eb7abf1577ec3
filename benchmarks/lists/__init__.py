"""Lists, roles and moves in an organization of 10,000 namespaces and 100,000 routes.

On PostgreSQL and on SQLite, each in a process of its own, beside guardian's rows for
single objects.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from benchmarks.goals import Goal
from benchmarks.report import write_section
from tests.services import UnavailableError, postgresql

Figures = dict[str, Any]
MEDIUM_ON_SQLITE = 10  # times the page without a filter; four elsewhere


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure both databases and print; return the goals."""
    lines: list[str] = []
    goals: list[Goal] = []
    for name, measure in (("PostgreSQL", _on_postgresql), ("SQLite", _on_sqlite)):
        try:
            figures = measure()
        except UnavailableError as error:
            goals.append(Goal(f"lists.{name.lower()}", None, 0, why_not=str(error)))
            continue
        lines += _table(name, figures)
        goals += _goals(name.lower(), figures)
    for line in lines:
        write(line)
    write_section("lists", lines, goals)
    return goals


def _on_postgresql() -> Figures:
    with postgresql.running() as url:
        return _measure(DATABASE_URL=url, DJANGO_SETTINGS_MODULE="tests.settings")


def _on_sqlite() -> Figures:
    with tempfile.TemporaryDirectory(prefix="postern-bench-") as folder:
        return _measure(
            POSTERN_DATA_DIR=folder, DJANGO_SETTINGS_MODULE="console.settings"
        )


def _measure(**variables: str) -> Figures:
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.lists"],
        env=environment | variables,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    figures: Figures = json.loads(done.stdout)
    return figures


def _table(name: str, figures: Figures) -> Iterator[str]:
    yield f"| {name}, ms: min / median / max | small | medium | large |"
    yield "|---|---:|---:|---:|"
    sizes = figures["visible"]
    yield f"| routes that are seen | {' | '.join(f'{n:,}' for n in sizes.values())} |"
    labels = {
        "floor": "first page without a filter",
        "ours": "first page, roles read anew",
        "guardian": "first page, guardian's rows",
        "count": "how many there are, roles read anew",
    }
    for key, label in labels.items():
        cells = (_spread(figures["lists"][size][key]) for size in sizes)
        yield f"| {label} | {' | '.join(cells)} |"
    for path in figures["pages"]["small"]:
        cells = (_spread(figures["pages"][size][path]) for size in sizes)
        yield f"| whole page `{path}` | {' | '.join(cells)} |"
    yield ""
    grant = figures["grant"]
    yield f"A role over {grant['routes']:,} routes, ms: " + "; ".join(
        f"{label} {_spread(times)}" for label, times in grant["times"].items()
    )
    move = figures["move"]
    yield f"Moving {move['namespaces']} namespaces, ms: {_spread(move['times'])}"
    yield ""


def _spread(times: Sequence[float]) -> str:
    found = (min(times), statistics.median(times), max(times))
    return " / ".join(f"{1000 * one:.2f}" for one in found)


def _goals(database: str, figures: Figures) -> Iterator[Goal]:
    for size, times in figures["lists"].items():
        name = f"lists.{database}.{size}"
        bound = MEDIUM_ON_SQLITE if (database, size) == ("sqlite", "medium") else 4
        yield Goal(f"{name}.queries", figures["queries"][size], 2)
        yield Goal(f"{name}.page", _ratio(times, "ours", "floor"), bound, "x floor")
        if database == "postgresql":
            share = _ratio(times, "ours", "guardian")
            yield Goal(f"{name}.of-guardian", share, 1 / 2.5)
    pages = [
        statistics.median(times)
        for by_path in figures["pages"].values()
        for times in by_path.values()
    ]
    yield Goal(f"lists.{database}.slowest-whole-page", 1000 * max(pages), 150, " ms")
    share = _ratio(figures["grant"]["times"], "one row", "guardian")
    yield Goal(f"lists.{database}.grant-of-guardian", share, 1 / 500)
    moved = statistics.median(figures["move"]["times"])
    yield Goal(f"lists.{database}.move", 1000 * moved, 50, " ms")


def _ratio(times: dict[str, list[float]], one: str, other: str) -> float:
    """Return the median over the rounds, each of which a neighbor slows alike."""
    rounds = zip(times[one], times[other], strict=True)
    return statistics.median(a / b for a, b in rounds)
