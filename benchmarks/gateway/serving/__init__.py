"""Decisions over HTTP: our authorizer beside OPA's REST server, one core each.

Workload L of the benchmark `decisions`: a thousand routes with three policies of their
own, two inherited and one enforced, 5,000 people. The server has one core to itself and
wrk the other; rounds alternate. Both answer the same questions, and the same way.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.gateway.deployments import DATA_KEY
from benchmarks.gateway.serving import asking, opa
from benchmarks.goals import Goal
from tests.services import UnavailableError, postgresql

ROUNDS = 5
COMPARED = 300  # answers
SHARE = 1 / 4.5  # of the time that OPA takes
NAME = "gateway.http-per-opa-rest"
TOKEN = "between-proxy-and-authorizer"  # noqa: S105 - keeps nothing secret


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure and print; return the goal."""
    missing = asking.missing() or opa.missing()
    if missing:
        return [Goal(NAME, None, SHARE, why_not=missing)]
    try:
        with _filled() as (environment, folder, work):
            rounds = _rounds(environment, folder, work)
    except UnavailableError as error:
        return [Goal(NAME, None, SHARE, why_not=str(error))]
    for line in _table(rounds):
        write(line)
    ratios = [ours.per_second / theirs.per_second for ours, theirs in rounds]
    return [Goal(NAME, 1 / median(ratios), SHARE, " of OPA's time")]


@contextmanager
def _filled() -> Iterator[tuple[dict[str, str], Path, dict[str, Any]]]:
    """Fill a database of its own; yield how to reach it, and what is to be asked."""
    with (
        postgresql.running() as url,
        tempfile.TemporaryDirectory(prefix="postern-bench-") as made,
    ):
        environment = os.environ | {
            "DATABASE_URL": url,
            "POSTERN_DATA_DIR": made,
            "POSTERN_SECRET_KEY": "x" * 64,
            "POSTERN_DATA_KEYS": DATA_KEY,
            "POSTERN_PROXY_TOKEN": TOKEN,
            "DJANGO_SETTINGS_MODULE": "console.settings",
        }
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.gateway.serving.filling"],
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        yield environment, Path(made), json.loads(done.stdout.splitlines()[-1])


def _rounds(
    environment: dict[str, str], folder: Path, work: dict[str, Any]
) -> list[tuple[asking.Load, asking.Load]]:
    place = f"127.0.0.1:{asking.free_port()}"
    authorizer = [sys.executable, "manage.py", "authorizer", "--bind", place]
    with (
        asking.server(authorizer, f"http://{place}/readyz", env=environment),
        opa.server(folder, work["modules"]) as other,
    ):
        ours = asking.Questions(
            f"http://{place}",
            [{**one["check"], "token": TOKEN} for one in work["asked"]],
        )
        theirs = asking.Questions(other, [one["opa"] for one in work["asked"]])
        _compare(ours, theirs)
        return [(ours.load(folder), theirs.load(folder)) for _ in range(ROUNDS)]


def _compare(ours: asking.Questions, theirs: asking.Questions) -> None:
    """Make sure that both answer alike before anybody is timed."""
    own = [status == 200 for status, _ in ours.answers(COMPARED)]
    other = [json.loads(body)["result"] for _, body in theirs.answers(COMPARED)]
    if own != other:
        raise AssertionError(f"{sum(own)} and {sum(other)} of {COMPARED} are allowed")


def _table(rounds: list[tuple[asking.Load, asking.Load]]) -> Iterator[str]:
    yield "| L, one core, min / median / max | authorizer | OPA REST | ratio |"
    yield "|---|---:|---:|---:|"
    ours = [one.per_second for one, _ in rounds]
    theirs = [one.per_second for _, one in rounds]
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    yield (
        f"| decisions a second | {_spread(ours, 0)} | {_spread(theirs, 0)} "
        f"| {_spread(ratios, 2)} |"
    )
    for name in ("p50", "p99"):
        own = [getattr(one, name) for one, _ in rounds]
        other = [getattr(one, name) for _, one in rounds]
        yield (
            f"| {name}, ms, {asking.CONNECTIONS} connections | {_spread(own, 2)} "
            f"| {_spread(other, 2)} | |"
        )


def _spread(values: list[float], digits: int) -> str:
    found = (min(values), median(values), max(values))
    return " / ".join(f"{one:,.{digits}f}" for one in found)
