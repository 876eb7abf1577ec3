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
COMPARED = 1_000  # answers, all that is asked: each route is compiled once
TOLERATED = 0.05  # of the share that is allowed, which is about 0.13
SHARE = 1 / 4.5  # of the time that OPA takes
NAME = "gateway.http-per-opa-rest"
TOKEN = "between-proxy-and-authorizer"  # noqa: S105 - keeps nothing secret


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure and print; return the goal."""
    missing = asking.missing() or opa.missing()
    if missing:
        return [Goal(NAME, None, SHARE, why_not=missing)]
    try:
        with filled() as (environment, folder, work):
            rounds = _rounds(environment, folder, work)
    except UnavailableError as error:
        return [Goal(NAME, None, SHARE, why_not=str(error))]
    for line in _table(rounds):
        write(line)
    ratios = [ours.per_second / theirs.per_second for ours, theirs in rounds]
    return [Goal(NAME, 1 / median(ratios), SHARE, " of OPA's time")]


@contextmanager
def filled() -> Iterator[tuple[dict[str, str], Path, dict[str, Any]]]:
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
        opa.server(folder, work["modules"].values()) as other,
    ):
        ours = asking.Questions(
            f"http://{place}",
            [{**one["check"], "token": TOKEN} for one in work["asked"]],
        )
        theirs = asking.Questions(other, [one["opa"] for one in work["asked"]])
        allowed = _compare(ours, theirs)
        rounds = [(ours.load(folder), theirs.load(folder)) for _ in range(ROUNDS)]
        for own, _ in rounds:
            if abs(own.allowed - allowed) > TOLERATED:
                raise AssertionError(f"wrk was answered otherwise: {own}")
        return rounds


def _compare(ours: asking.Questions, theirs: asking.Questions) -> float:
    """Make sure that both answer alike before anybody is timed; return who may."""
    own = [status == 200 for status, _ in ours.answers(COMPARED)]
    other = [json.loads(body)["result"] for _, body in theirs.answers(COMPARED)]
    if own != other or len(set(own)) == 1:
        raise AssertionError(f"{sum(own)} and {sum(other)} of {COMPARED} are allowed")
    return sum(own) / COMPARED


def _table(rounds: list[tuple[asking.Load, asking.Load]]) -> Iterator[str]:
    yield "| L, one core, min / median / max | authorizer | OPA REST | ratio |"
    yield "|---|---:|---:|---:|"
    ours = [one.per_second for one, _ in rounds]
    theirs = [one.per_second for _, one in rounds]
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    yield (
        f"| decisions a second | {spread(ours, 0)} | {spread(theirs, 0)} "
        f"| {spread(ratios, 2)} |"
    )
    for name in ("p50", "p99"):
        own = [getattr(one, name) for one, _ in rounds]
        other = [getattr(one, name) for _, one in rounds]
        yield (
            f"| {name}, ms, {asking.CONNECTIONS} connections | {spread(own, 2)} "
            f"| {spread(other, 2)} | |"
        )


def spread(values: list[float], digits: int) -> str:
    """Return min / median / max."""
    found = (min(values), median(values), max(values))
    return " / ".join(f"{one:,.{digits}f}" for one in found)
