"""How long decisions take, beside other engines, on three sizes of workload.

All engines run in turn in one process, in another order each round; a ratio is the
median of the ratios within each round. Everything is in time of the processor.
"""

import gc
import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.decisions.bulk import bulk_goals
from benchmarks.decisions.ours import Ours
from benchmarks.decisions.peers import COUNT, PEERS, Cost, Peer
from benchmarks.decisions.report import write_table
from benchmarks.decisions.workloads import Workload, workloads
from benchmarks.goals import Goal

ROUNDS = 9
MICROSECONDS = 1e6
MILLISECONDS = 1e3
MEBIBYTE = 2**20
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
    measured = [measure(workload) for workload in workloads()]
    for one in measured:
        lines += table(one.name, one.times)
        goals += goals_of(one)
    bulk = bulk_goals()
    goals += bulk
    lines += costs_table(measured[-1].costs, bulk)
    for line in lines:
        write(line)
    write_table(lines, goals)
    return goals


@dataclass
class Measured:
    """One workload: seconds per decision by engine and round, and who is missing."""

    name: str
    times: Times
    costs: dict[str, Cost]
    why_not: dict[str, str]


def measure(workload: Workload) -> Measured:
    """Run every engine on a workload.

    Raises:
        RuntimeError: an engine decides otherwise than the evaluator.
    """
    ours = Ours(workload)
    expected = ours.expected(COUNT)
    if any(answers != expected for answers in ours.answers(COUNT)):
        raise RuntimeError(f"{workload.name}: a quick form differs from the evaluator")
    loops = ours.loops()
    costs: dict[str, Cost] = {}
    why_not: dict[str, str] = {}
    started: list[Peer] = []
    for kind in PEERS:
        reason = kind.missing()
        if reason:
            why_not[kind.name] = reason
            continue
        peer = kind(workload)
        started.append(peer)
        costs[kind.name] = peer.start()
        answers = peer.answers()[:COUNT]
        if answers != expected[: len(answers)]:
            raise RuntimeError(f"{workload.name}: {kind.name} decides otherwise")
        loops[kind.name] = peer.loop
    times = _rounds(loops)
    for peer in started:
        peer.stop()
    return Measured(workload.name, times, costs, why_not)


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


def costs_table(costs: dict[str, Cost], bulk: list[Goal]) -> list[str]:
    """Return the lines on compiling L, for a thousand attached policies."""
    ours = {goal.name: goal.value or 0 for goal in bulk}
    rows = {
        "decide": (ours["decisions.compile-1000"], ours["decisions.memory-1000"]),
        **{
            engine: (
                cost.seconds * MILLISECONDS * 1000 / cost.policies,
                cost.octets / MEBIBYTE * 1000 / cost.policies,
            )
            for engine, cost in costs.items()
        },
    }
    lines = ["| L, per 1,000 attached policies | compile ms | MiB |", "|---|---:|---:|"]
    return [
        *lines,
        *(f"| {name} | {ms:.1f} | {size:.2f} |" for name, (ms, size) in rows.items()),
        "",
    ]


def goals_of(measured: Measured) -> list[Goal]:
    """Return the goals of a workload; how often slower we may be than a peer."""
    name, times = measured.name, measured.times
    goals = [
        Goal(f"decisions.{name}.{form}", ratio(times, form, "floor"), bound, "x floor")
        for form, bound in _OF_FLOOR[name].items()
    ]
    wanted = [("decide", peer, faster[name]) for peer, faster in _FASTER.items()]
    wanted += [("explain", peer, faster) for peer, faster in _EXPLAINED.items()]
    for form, peer, faster in wanted:
        label = f"decisions.{name}.{form}-per-{peer}"
        value = ratio(times, form, peer) if peer in times else None
        why = measured.why_not.get(peer, "")
        goals.append(Goal(label, value, 1 / faster, why_not=why))
    return goals
