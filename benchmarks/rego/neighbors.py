"""What one namespace waits for its answers beside fifty policies of another.

Those policies never end, or end just within the limits; each is asked for ten times a
second, or as soon as it has answered. The one who waits asks for a quick policy.
"""

import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from benchmarks.goals import Goal
from policies.rego.evaluation import Request, SandboxEngine
from policies.rego.pool import Pool

POLICIES = 50
PAUSE = 0.1  # seconds between two requests for one of them
LASTS = 12.0  # seconds: longer than a namespace rests that broke limits
ROUNDS = 3
BOUND = 2.0
QUICK = "allow := true"
REQUEST = Request(
    input={"http": {"method": "GET"}}, now=datetime(2026, 3, 4, tzinfo=UTC)
)
_NUMBER = "numbers.range(1, {0})[_]"
_JOIN = f"allow {{{{ {_NUMBER} + {_NUMBER} + {_NUMBER} == 0 }}}}"
KINDS = {
    "harmless": 'allow := input.http.method == "GET"',
    "heavy": _JOIN.format(30),
    "hostile": _JOIN.format(400),
}


def measure(write: Callable[[str], object]) -> tuple[list[str], list[Goal]]:
    """Return the rows of a table, and whether others kept their time."""
    engine = SandboxEngine(Pool(size=2))
    if not engine.pool.wait_until_warm(60):
        raise RuntimeError("the workers don't come up")
    head = f"p99 beside {POLICIES} that are | alone, us | beside, us | ratio | refused"
    rows = [f"| {head} |", "|---|---:|---:|---:|---:|"]
    goals = []
    try:
        for kind, source in KINDS.items():
            rounds = [_round(engine, source, number) for number in range(ROUNDS)]
            alone, beside, refused = zip(*rounds, strict=True)
            ratios = [late / before for before, late in zip(alone, beside, strict=True)]
            row = (
                f"| {kind} | {_spread(alone, 0)} | {_spread(beside, 0)} | "
                f"{_spread(ratios, 2)} | {sum(refused):.0f} |"
            )
            write(row)
            rows.append(row)
            ratio = statistics.median(ratios)
            goals.append(Goal(f"rego.p99-beside-{kind}", ratio, BOUND, "x"))
    finally:
        engine.close()
    return rows, goals


def _round(
    engine: SandboxEngine, source: str, number: int
) -> tuple[float, float, float]:
    """Return the p99 alone and beside others in microseconds, and who was refused."""
    alone, refused = _late(engine)
    with _asked_for(engine, [f"{source}\n# {number}.{one}" for one in range(POLICIES)]):
        beside, more = _late(engine)
    engine.pool.wait_until_warm(60)
    return alone, beside, refused + more


def _late(engine: SandboxEngine) -> tuple[float, int]:
    times, refused = [], 0
    until = time.perf_counter() + LASTS
    while (began := time.perf_counter()) < until:
        answer = engine.evaluate(QUICK, REQUEST, namespace="good")
        times.append(time.perf_counter() - began)
        refused += answer.values != {"allow": True}
        time.sleep(0.001)
    return statistics.quantiles(times, n=100)[98] * 1_000_000, refused


@contextmanager
def _asked_for(engine: SandboxEngine, sources: Sequence[str]) -> Iterator[None]:
    ended = threading.Event()

    def ask(source: str) -> None:
        while not ended.wait(PAUSE):
            engine.evaluate(source, REQUEST, namespace="neighbor")

    threads = [threading.Thread(target=ask, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    yield
    ended.set()
    for thread in threads:
        thread.join()


def _spread(values: Sequence[float], digits: int) -> str:
    low, middle, high = min(values), statistics.median(values), max(values)
    return " / ".join(f"{one:,.{digits}f}" for one in (low, middle, high))
