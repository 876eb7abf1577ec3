"""Directory sync: 100,000 people, 10,000 groups, 1,000,000 memberships, streamed.

Beside `bulk_create(update_conflicts)`, on PostgreSQL and on SQLite. The time that the
provider takes to tell is left out on both sides; each measurement has a process of
its own.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator

from benchmarks.goals import Goal
from benchmarks.report import write_section
from benchmarks.sync.size import EACH, FULL, GROUPS, PEOPLE
from tests.services import UnavailableError, postgresql

ROUNDS = 3  # of ours; the peer, which takes minutes, has one
MOST_MEMORY = 64.0
Figures = dict[str, list[dict[str, float]]]
SCENARIOS = {"first": "first sync", "same": "no change", "delta": "1 % changed"}


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure both databases, print, and write the page of figures; return the goals.

    A smaller size is printed only: its figures say nothing about the goals.
    """
    goals: list[Goal] = []
    lines: list[str] = []
    is_whole = PEOPLE == FULL
    for name, measure in (("PostgreSQL", _on_postgresql), ("SQLite", _on_sqlite)):
        try:
            figures = measure()
        except UnavailableError as error:
            goals.append(Goal(f"sync.{name.lower()}", None, 0, why_not=str(error)))
            is_whole = False
            continue
        table = list(_table(name, figures))
        for line in table:
            write(line)
        lines += table
        goals += _goals(name.lower(), figures)
    if is_whole:
        write_section("sync", lines, goals)
    else:
        write(f"{PEOPLE:,} people, {GROUPS:,} groups: nothing is written")
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
    found: Figures = {}

    def measure(key: str, *arguments: str) -> None:
        found.setdefault(key, []).append(_once(variables, arguments))

    for number in range(ROUNDS):
        measure("ours.first", "ours", "0", "empty")
        measure("ours.same", "ours", "0")
        measure("ours.delta", "ours", "1")
        measure("ours.full", "ours", "1", "full")
        if not number:
            measure("peer.first", "peer", "0", "empty")
            measure("peer.same", "peer", "0")
            measure("peer.delta", "peer", "1")
    return found


def _once(variables: dict[str, str], arguments: tuple[str, ...]) -> dict[str, float]:
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    done = subprocess.run(  # noqa: S603 - Python, with arguments of ours
        [sys.executable, "-m", "benchmarks.sync", *arguments],
        env=environment | variables,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _table(name: str, figures: Figures) -> Iterator[str]:
    """Yield the lines of a table, and what was left out of it."""
    yield f"| {name}, min / median / max | ours | `bulk_create` | ratio |"
    yield "|---|---:|---:|---:|"
    for key, label in SCENARIOS.items():
        yield _line(figures, key, "own", f"{label}, s")
    for key, label in SCENARIOS.items():
        yield _line(figures, key, "cpu", f"{label}, processor, s")
    full = [one["own"] for one in figures["ours.full"]]
    yield f"| no change, every row compared, s | {_spread(full)} | | |"
    for key, label in SCENARIOS.items():
        yield _line(figures, key, "memory", f"{label}, extra MiB", digits=0)
    told = statistics.median(one["feed"] for one in figures["ours.same"])
    rows = f"{PEOPLE:,} people, {GROUPS:,} groups, {PEOPLE * EACH:,} memberships"
    yield ""
    yield f"{rows}; the provider's telling, left out: {told:.2f} s."
    yield ""


def _line(figures: Figures, key: str, what: str, label: str, *, digits: int = 2) -> str:
    own = [one[what] for one in figures[f"ours.{key}"]]
    peer = figures[f"peer.{key}"][0][what]
    ratio = peer / statistics.median(own) if min(own) > 0 else 0
    said = f"{ratio:.1f}" if what != "memory" and ratio else ""
    return f"| {label} | {_spread(own, digits)} | {peer:.{digits}f} | {said} |"


def _spread(values: list[float], digits: int = 2) -> str:
    found = (min(values), statistics.median(values), max(values))
    return " / ".join(f"{one:.{digits}f}" for one in found)


def _goals(database: str, figures: Figures) -> Iterator[Goal]:
    for key, seconds, times in (
        ("first", 20.0, 1.8),
        ("same", 1.5, 15.0),
        ("delta", 1.5, 15.0),
    ):
        own = statistics.median(one["own"] for one in figures[f"ours.{key}"])
        peer = figures[f"peer.{key}"][0]["own"]
        name = f"sync.{database}.{key}"
        yield Goal(f"{name}.seconds", own, seconds, " s")
        yield Goal(f"{name}.of-bulk-create", own / peer, 1 / times)
        memory = max(one["memory"] for one in figures[f"ours.{key}"])
        yield Goal(f"{name}.extra-memory", memory, MOST_MEMORY, " MiB")
