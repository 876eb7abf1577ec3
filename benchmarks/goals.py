"""What a benchmark promises, and how the outcome is said."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that should not be above its bound; None means it was not measured."""

    name: str
    value: float | None
    bound: float
    unit: str = ""
    why_not: str = ""

    def __str__(self) -> str:
        if self.value is None:
            return f"goal {self.name}: not run ({self.why_not})"
        outcome = "met" if self.value <= self.bound else "missed"
        return (
            f"goal {self.name}: {self.value:.3g}{self.unit} "
            f"(goal <= {self.bound:g}{self.unit}) {outcome}"
        )


def seconds_per_call(call: Callable[[], object], *, at_least: float = 0.2) -> float:
    """Return the median over five rounds of calls that each last long enough."""
    count = 1
    while (elapsed := _time(call, count)) < at_least / 5:
        count = max(count * 2, int(count * at_least / 5 / max(elapsed, 1e-9)))
    return statistics.median(_time(call, count) / count for _ in range(5))


def _time(call: Callable[[], object], count: int) -> float:
    started = time.perf_counter()
    for _ in range(count):
        call()
    return time.perf_counter() - started
