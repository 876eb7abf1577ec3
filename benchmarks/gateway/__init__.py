"""The gateway: how soon a change is in force, decisions over HTTP, through Envoy."""

from collections.abc import Callable

from benchmarks.gateway import deployments, lookup, proxied, serving
from benchmarks.goals import Goal

PARTS = (lookup.run, deployments.run, serving.run, proxied.run)


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure each part and print; return the goals."""
    return [goal for part in PARTS for goal in part(write)]
