"""Deployments and the stream of people: how soon a change is in force."""

from collections.abc import Callable

from benchmarks.gateway import deployments
from benchmarks.goals import Goal

PARTS = (deployments.run,)


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure each part and print; return the goals."""
    return [goal for part in PARTS for goal in part(write)]
