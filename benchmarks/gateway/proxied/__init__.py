"""Through a real Envoy: alone, with our authorizer over HTTP and gRPC, with OPA's.

Workload L as in `serving`. One core has Envoy, wrk and the upstream, which is an Envoy
that answers by itself; whoever decides has the other. All run at once, and the rounds
alternate.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.gateway import serving
from benchmarks.gateway.proxied import opa, upstream
from benchmarks.gateway.serving import asking
from benchmarks.goals import Goal
from tests.services import UnavailableError

ROUNDS = 3
COMPARED = 1_000  # answers, all that is asked: each route is compiled once
THROUGHPUT, ADDED = 1 / 1.8, 0.6
NAMES = ("alone", "http", "grpc", "opa")
TITLES = {
    "upstream": "the upstream, without Envoy",
    "alone": "Envoy, asking nobody",
    "http": "Envoy, our authorizer over HTTP",
    "grpc": "Envoy, our authorizer over gRPC",
    "opa": "Envoy, OPA over gRPC",
}


@dataclass(frozen=True)
class Round:
    """What wrk saw of each: with many connections, and with one."""

    many: Mapping[str, asking.Load]
    one: Mapping[str, asking.Load]

    def of_opa(self, name: str) -> float:
        """Return how many times as many requests go through as beside OPA."""
        return self.many[name].per_second / self.many["opa"].per_second

    def added(self, name: str) -> float:
        """Return how much later half of all answers are than those of Envoy alone."""
        return self.one[name].p50 - self.one["alone"].p50


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure and print; return the goals."""
    bounds = {
        "gateway.envoy-http-per-opa": THROUGHPUT,
        "gateway.envoy-http-added-of-opa": ADDED,
    }
    missing = asking.missing() or opa.missing()
    if missing:
        return [Goal(name, None, bounds[name], why_not=missing) for name in bounds]
    try:
        rounds = _measured()
    except UnavailableError as error:
        return [Goal(name, None, bounds[name], why_not=f"{error}") for name in bounds]
    for line in _table(rounds):
        write(line)
    values = (
        median(1 / one.of_opa("http") for one in rounds),
        median(one.added("http") / one.added("opa") for one in rounds),
    )
    return [
        Goal(name, value, bound, " of OPA's")
        for (name, bound), value in zip(bounds.items(), values, strict=True)
    ]


def _measured() -> list[Round]:
    with serving.filled() as (environment, folder, work):
        places = {
            name: f"127.0.0.1:{asking.free_port()}"
            for name in (
                *("upstream", "http", "grpc", "opa"),
                *(f"envoy.{name}" for name in NAMES),
            )
        }
        envoys = folder / "envoys"
        envoys.mkdir()
        done = subprocess.run(  # noqa: S603 - Python, with arguments of ours
            [sys.executable, "-m", f"{__name__}.rendering", str(envoys)],
            env=environment,
            check=True,
            input=json.dumps(places),
            stdout=subprocess.PIPE,
            text=True,
        )
        program = done.stdout.splitlines()[-1]
        upstream.write(envoys / "upstream", places["upstream"])
        with ExitStack() as stack:
            for server in _servers(places, environment, folder, work):
                stack.enter_context(server)
            addresses = {
                name: stack.enter_context(
                    upstream.envoy(
                        program,
                        envoys / name,
                        places.get(f"envoy.{name}", "") or places[name],
                    )
                )
                for name in TITLES
            }
            asked = {
                name: asking.Questions(address, _asked(name, work))
                for name, address in addresses.items()
            }
            _compare(asked)
            return [_round(asked, folder) for _ in range(ROUNDS)]


def _servers(
    places: Mapping[str, str],
    environment: Mapping[str, str],
    folder: Path,
    work: Mapping[str, Any],
) -> Iterator[AbstractContextManager[object]]:
    authorizer = [
        *(sys.executable, "manage.py", "authorizer", "--bind", places["http"]),
        *("--grpc-bind", places["grpc"]),
    ]
    ready = f"http://{places['http']}/readyz"
    yield asking.server(authorizer, ready, env=environment)
    command = opa.write(folder / "policies", work["modules"], work["people"])
    yield opa.server(command, places["opa"])


def _asked(name: str, work: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "method": one["check"]["method"],
            "path": "/",
            "headers": {
                "host": one["check"]["headers"]["host"],
                **_who(name, one),
            },
        }
        for one in work["asked"]
    ]


def _who(name: str, one: Mapping[str, Any]) -> dict[str, str]:
    """Return the header that says who asks, to whom that matters."""
    if name == "opa":
        return {opa.PERSON: one["person"]}
    if name not in {"http", "grpc"}:
        return {}
    # Envoy is asked without TLS, where cookies can't have the prefix.
    return {"cookie": one["check"]["headers"]["cookie"].removeprefix("__Host-")}


def _compare(asked: Mapping[str, asking.Questions]) -> None:
    """Make sure that all answer alike before anybody is timed."""
    said = {
        name: [status for status, _ in asked[name].answers(COMPARED)] for name in asked
    }
    allowed = {name: [one == asking.OK for one in said[name]] for name in said}
    if not all(allowed["upstream"] + allowed["alone"]):
        raise AssertionError(f"not all is answered: {said['alone']}")
    is_alike = allowed["http"] == allowed["grpc"] == allowed["opa"]
    if not is_alike or len(set(allowed["opa"])) == 1:
        counts = {name: sum(one) for name, one in allowed.items()}
        raise AssertionError(f"they disagree: {counts}")


def _round(asked: Mapping[str, asking.Questions], folder: Path) -> Round:
    return Round(
        many={name: one.load(folder) for name, one in asked.items()},
        one={name: one.load(folder, connections=1) for name, one in asked.items()},
    )


def _table(rounds: list[Round]) -> Iterator[str]:
    many = f"{asking.CONNECTIONS} connections"
    yield (
        "| L, min / median / max | requests a second | of OPA's "
        f"| p50, ms, {many} | p99, ms | p50 added, ms, one connection | allowed |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for name, title in TITLES.items():
        loads = [one.many[name] for one in rounds]
        ratios = [
            one.many[name].per_second / one.many["opa"].per_second for one in rounds
        ]
        cells = [
            serving.spread([one.per_second for one in loads], 0),
            serving.spread(ratios, 2),
            serving.spread([one.p50 for one in loads], 2),
            serving.spread([one.p99 for one in loads], 2),
            ""
            if name in {"upstream", "alone"}
            else serving.spread([one.added(name) for one in rounds], 3),
            f"{median(one.allowed for one in loads):.1%}",
        ]
        yield f"| {title} | {' | '.join(cells)} |"
