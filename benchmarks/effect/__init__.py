"""How long it takes to tell what a draft does to 10,000 people on 1,000 routes."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable

from benchmarks.goals import Goal

BOUND = 100.0  # milliseconds


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure in a process of its own, on SQLite; print a table, return the goals."""
    with tempfile.TemporaryDirectory(prefix="postern-bench-") as folder:
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        environment |= {
            "POSTERN_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "console.settings",
        }
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.effect"],
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    figures = json.loads(done.stdout.splitlines()[-1])
    write(f"{'':40}{'decisions':>12}{'whole answer':>14}")
    for name, (decisions, whole) in figures.items():
        write(f"{name:40}{decisions:>9.1f} ms{whole:>11.0f} ms")
    return [
        Goal(f"effect.{name.split(':')[0]}", decisions, BOUND, " ms")
        for name, (decisions, _) in figures.items()
    ]
