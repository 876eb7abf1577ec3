"""Finding a route by what the proxy matched: 10,000 routes beside 100, and a dict.

Envoy matches the request and names the route; the authorizer looks that name up. The
same ids are looked up in a plain dict, in the same order, in rounds that alternate.
"""

import random
import time
from collections.abc import Callable, Sequence
from statistics import median

from benchmarks.goals import Goal
from gateway.authorizer.programs import RouteTable
from gateway.snapshot import PolicyDocument, RouteDocument, Snapshot

FEW, MANY = 100, 10_000
ASKED = 200_000
ROUNDS = 7
TIMES, FLAT = 6.0, 2.0
SOURCE = "allow:\n  and:\n    - authenticated_user: true\n"


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure and print; return the goals."""
    rounds = {count: _measured(count) for count in (FEW, MANY)}
    write("| routes, ns for each, min / median / max | `find` | a dict | ratio |")
    write("|---|---:|---:|---:|")
    for count, found in rounds.items():
        ours, plain = zip(*found, strict=True)
        ratios = [one / other for one, other in found]
        write(
            f"| {count:,} | {_spread(ours)} | {_spread(plain)} "
            f"| {_spread(ratios, digits=2)} |"
        )
    many, few = (median(one / two for one, two in rounds[n]) for n in (MANY, FEW))
    return [
        Goal("gateway.lookup-per-dict", many, TIMES),
        Goal("gateway.lookup-many-per-few", many / few, FLAT),
    ]


def _measured(count: int) -> list[tuple[float, float]]:
    table = RouteTable.build(_snapshot(count))
    plain = {key: table.find(key) for key in table.snapshot.routes}
    asked = random.Random(count).choices(list(plain), k=ASKED)
    return [
        (_nanoseconds(table.find, asked), _nanoseconds(plain.__getitem__, asked))
        for _ in range(ROUNDS)
    ]


def _nanoseconds(find: Callable[[str], object], asked: Sequence[str]) -> float:
    began = time.perf_counter_ns()
    for key in asked:
        find(key)
    return (time.perf_counter_ns() - began) / len(asked)


def _snapshot(count: int) -> Snapshot:
    policy = PolicyDocument(
        id="staff",
        version=1,
        name="staff",
        language="ppl",
        source=SOURCE,
        has_allow_rules=True,
        explanation="",
        remediation="",
    )
    routes = (
        RouteDocument(
            id=f"{number:032x}",
            version=1,
            namespace_id="root",
            name=f"route {number}",
            from_url=f"https://app-{number}.corp.example",
            host=f"app-{number}.corp.example",
            match="",
            other_hosts=(),
            settings={"to": ["http://app.internal:8080"]},
            sealed={},
            policies=(policy.key,),
            inherited=(),
            enforced=(),
        )
        for number in range(count)
    )
    return Snapshot(
        number=1,
        made_at="2026-03-04T12:00:00+00:00",
        routes={one.id: one for one in routes},
        policies={policy.key: policy},
    )


def _spread(values: Sequence[float], *, digits: int = 0) -> str:
    found = (min(values), median(values), max(values))
    return " / ".join(f"{one:.{digits}f}" for one in found)
