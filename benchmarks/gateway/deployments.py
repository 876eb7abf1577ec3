"""10,000 routes and 100,000 people: from a commit to the follower, and a cold start.

On PostgreSQL and on SQLite. The change goes the way that it goes in the product: the
service commits, a worker of Celery makes the deployment, a follower polls.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from benchmarks.goals import Goal
from tests.services import UnavailableError, postgresql

Figures = dict[str, Any]
MIB = 1024.0


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure both databases and print; return the goals."""
    goals: list[Goal] = []
    for name, measure in (("PostgreSQL", _on_postgresql), ("SQLite", _on_sqlite)):
        try:
            figures = measure()
        except UnavailableError as error:
            goal = f"gateway.cold-start-{name.lower()}"
            goals.append(Goal(goal, None, 2, why_not=str(error)))
            continue
        for line in _lines(name, figures):
            write(line)
        goals += _goals(name.lower(), figures)
    return goals


def _on_postgresql() -> Figures:
    with postgresql.running() as url, tempfile.TemporaryDirectory() as folder:
        return _measure(DATABASE_URL=url, POSTERN_DATA_DIR=folder)


def _on_sqlite() -> Figures:
    with tempfile.TemporaryDirectory(prefix="postern-bench-") as folder:
        return _measure(POSTERN_DATA_DIR=folder)


def _measure(**variables: str) -> Figures:
    kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    secret = {"POSTERN_SECRET_KEY": "x" * 64, "POSTERN_DATA_KEYS": DATA_KEY}
    environment = kept | secret | variables
    environment["DJANGO_SETTINGS_MODULE"] = "console.settings"
    found = _child("changes", environment)
    return found | {"cold": [_child("cold", environment) for _ in range(3)]}


# 32 bytes that keep nothing secret.
DATA_KEY = "YmVuY2htYXJrcy1vbmx5LWJlbmNobWFya3Mtb25seS0="


def _child(what: str, environment: dict[str, str]) -> Figures:
    done = subprocess.run(  # noqa: S603 - this very module, in another process
        [sys.executable, "-m", "benchmarks.gateway.measuring", what],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def _lines(name: str, figures: Figures) -> list[str]:
    cold = figures["cold"]
    stream = [one["stream"] for one in cold]
    process = [one["process"] for one in cold]
    return [
        f"| {name}, seconds: min / median / max | |",
        "|---|---:|",
        f"| first deployment, 10,000 routes | {figures['first']:.2f} |",
        f"| deployment after one edit | {_spread(figures['builds'])} |",
        f"| change to follower | {_spread(figures['changes'])} |",
        f"| person to follower | {_spread(figures['people'])} |",
        f"| cold start: people and routes | {_spread(stream)} |",
        f"| cold start: whole process | {_spread(process)} |",
        f"| memory, MiB | {max(one['rss'] for one in cold) / MIB:.0f} |",
        "",
    ]


def _spread(values: list[float]) -> str:
    return " / ".join(f"{one:.2f}" for one in _three(values))


def _three(values: list[float]) -> tuple[float, float, float]:
    ordered = sorted(values)
    return ordered[0], ordered[len(ordered) // 2], ordered[-1]


def _goals(name: str, figures: Figures) -> list[Goal]:
    cold = figures["cold"]
    process = _three([one["process"] for one in cold])[1]
    memory = max(one["rss"] for one in cold) / MIB
    return [
        Goal(f"gateway.change-in-force-{name}", max(figures["changes"]), 1, " s"),
        Goal(f"gateway.person-in-force-{name}", max(figures["people"]), 1, " s"),
        Goal(f"gateway.cold-start-{name}", process, 2, " s"),
        Goal(f"gateway.cold-start-memory-{name}", memory, 200, " MiB"),
    ]
