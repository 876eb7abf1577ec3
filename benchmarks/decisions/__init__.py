"""How long decisions take, beside other engines, on three sizes of workload.

All engines run in turn in one process, in another order each round; a ratio is the
median of the ratios within each round. Everything is in time of the processor.
"""

import gc
import random
import statistics
from collections.abc import Callable

from benchmarks.decisions.bulk import bulk_goals
from benchmarks.decisions.ours import Ours
from benchmarks.decisions.peers import ABSENT, COUNT, PEERS, missing
from benchmarks.decisions.report import write_table
from benchmarks.decisions.workloads import Workload, workloads
from benchmarks.goals import Goal

ROUNDS = 9
MICROSECONDS = 1e6
Times = dict[str, list[float]]

_OF_FLOOR: dict[str, dict[str, float]] = {
    "S": {"decide": 1.5, "decide_cached": 2},
    "M": {"decide": 7, "decide_cached": 2},
    "L": {"decide": 7, "decide_cached": 2},
}
# How many times faster than the peer.
_FASTER: dict[str, dict[str, int]] = {
    "cedarpy": {"S": 250, "M": 60, "L": 50},
    "opa": {"S": 120, "M": 45, "L": 40},
    "pomerium-rego": {"S": 1000, "M": 2000, "L": 800},
}
_EXPLAINED = {"cedarpy": 15, "pomerium-rego": 400}


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure and print; return the goals."""
    goals: list[Goal] = []
    lines: list[str] = []
    for workload in workloads():
        times, why_not = measure(workload)
        lines += table(workload.name, times)
        goals += goals_of(workload.name, times, why_not)
    bulk, notes = bulk_goals()
    goals += bulk
    for line in [*lines, *notes]:
        write(line)
    write_table(lines, notes, goals)
    return goals


def measure(workload: Workload) -> tuple[Times, dict[str, str]]:
    """Return seconds per decision of each engine and round, and who is missing.

    Raises:
        RuntimeError: an engine decides otherwise than the evaluator.
    """
    ours = Ours(workload)
    expected = ours.expected(COUNT)
    if any(answers != expected for answers in ours.answers(COUNT)):
        raise RuntimeError(f"{workload.name}: a quick form differs from the evaluator")
    loops = ours.loops()
    why_not = dict(ABSENT)
    for peer in PEERS:
        reason = missing(peer.module)
        if reason:
            why_not[peer.name] = reason
            continue
        made = peer(workload)
        answers = made.answers()
        if answers != expected[: len(answers)]:
            raise RuntimeError(f"{workload.name}: {peer.name} decides otherwise")
        loops[peer.name] = made.loop
    return _rounds(loops), why_not


def _rounds(loops: dict[str, Callable[[], float]]) -> Times:
    chance = random.Random(1)
    times: Times = {name: [] for name in loops}
    for loop in loops.values():
        loop()
    gc.collect()
    gc.freeze()
    for _ in range(ROUNDS):
        for name in chance.sample(list(loops), len(loops)):
            times[name].append(loops[name]())
    return times


def ratio(times: Times, engine: str, other: str) -> float:
    """Return the median over the rounds of one engine's time in another's."""
    pairs = zip(times[engine], times[other], strict=True)
    return statistics.median(one / two for one, two in pairs)


def table(name: str, times: Times) -> list[str]:
    """Return the lines of a workload's table, as Markdown."""
    lines = [
        f"| {name} | µs min | median | max | of the floor | of `decide` |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for engine, seconds in times.items():
        figures = (min(seconds), statistics.median(seconds), max(seconds))
        cells = " | ".join(f"{one * MICROSECONDS:.3f}" for one in figures)
        lines.append(
            f"| {engine} | {cells} | {ratio(times, engine, 'floor'):.1f} "
            f"| {ratio(times, engine, 'decide'):.1f} |"
        )
    return [*lines, ""]


def goals_of(name: str, times: Times, why_not: dict[str, str]) -> list[Goal]:
    """Return the goals of a workload; how often slower we may be than a peer."""
    goals = [
        Goal(f"decisions.{name}.{form}", ratio(times, form, "floor"), bound, "x floor")
        for form, bound in _OF_FLOOR[name].items()
    ]
    wanted = [("decide", peer, faster[name]) for peer, faster in _FASTER.items()]
    wanted += [("with reasons", peer, faster) for peer, faster in _EXPLAINED.items()]
    for form, peer, faster in wanted:
        label = f"decisions.{name}.{form.replace(' ', '-')}-per-{peer}"
        value = ratio(times, form, peer) if peer in times else None
        why = why_not.get(peer, "")
        goals.append(Goal(label, value, 1 / faster, why_not=why))
    return goals
