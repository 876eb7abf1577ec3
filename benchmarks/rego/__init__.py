"""How quickly a policy in Rego is evaluated, beside peers and hostile policies."""

from collections.abc import Callable

from benchmarks.goals import Goal
from benchmarks.rego import engines, neighbors
from benchmarks.report import write_section


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure, and write the table into docs/performance.md."""
    rows, goals = engines.measure(write)
    more, others = neighbors.measure(write)
    write_section("rego", [*rows, "", *more, ""], [*goals, *others])
    return goals + others
