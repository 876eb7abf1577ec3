"""The documented example in our worker, hop included, in OPA's server, in regopy."""

import importlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import httpx

from benchmarks.goals import Goal
from policies.rego import inputs
from policies.rego.evaluation import Engine, Request, SandboxEngine
from policies.rego.opa_server import OpaServerEngine

ROUNDS = 2000
BOUND = 300.0  # microseconds
STARTING = 30.0  # seconds that a server may take to start
# What Core adds to Rego, for engines that can't be given a function.
RECORDS = """get_databroker_record(kind, key) = record {
  record := input.records[kind][key]
} else = null { true }
"""
# The documented example in its shape: session, person, claims, and a list of names.
SOURCE = """
session = s {
  s = get_databroker_record("type.googleapis.com/user.ServiceAccount", input.session.id)
  s != null
} else = s {
  s = get_databroker_record("type.googleapis.com/session.Session", input.session.id)
  s != null
} else = {} { true }

person = p {
  p = get_databroker_record("type.googleapis.com/user.User", session.user_id)
} else = {} { true }

names := ["Liam", "Noah", "Oliver", "Elijah", "William", "James", "Benjamin", "Lucas"]

allow = [true, {"known-name"}] {
  own := object.get(session, "claims", {})
  claims := object.union(own, object.get(person, "claims", {}))
  some i, j
  array.slice(names, 0, 99)[i] == object.get(claims, "given_name", [])[j]
} else = [false, {"unknown-name"}] {
  session.id != ""
} else = [false, {"user-unauthenticated"}] { true }
"""


class _Records:
    """One session and one person, sent along as enforcement does."""

    records: Mapping[str, Any] = {
        inputs.SERVICE_ACCOUNT: {},
        inputs.SESSION: {
            "s1": {"id": "s1", "user_id": "u1", "claims": {"given_name": ["Lucas"]}}
        },
        inputs.USER: {"u1": {"id": "u1", "email": "lucas@example.com"}},
    }

    def bundle(self) -> tuple[Mapping[str, Any], list[str]]:
        """Return everything, and that there is nothing else."""
        return self.records, list(self.records)

    def find(self, kind: str, key: str) -> tuple[bool, Any]:
        """Return a record that wasn't sent along; there is none."""
        return True, None


REQUEST = Request(
    input={"http": {"method": "GET", "path": "/"}, "session": {"id": "s1"}},
    now=datetime(2026, 3, 4, tzinfo=UTC),
    records=_Records(),
)


def measure(write: Callable[[str], object]) -> tuple[list[str], list[Goal]]:
    """Return the rows of a table, and whether ours was quick enough."""
    rows = ["| Engine | median us | p99 us |", "|---|---:|---:|"]

    def add(row: str) -> None:
        write(row)
        rows.append(row)

    ours = _measure(SandboxEngine(), add, "worker of our own")
    with _server_of_opa() as url:
        if url:
            version = httpx.get(f"{url}/v1/data/system/version").json()["result"]
            name = f"server of OPA {version['version']}"
            _measure(OpaServerEngine(url), add, name)
        else:
            write(
                "server of OPA: not run (no POSTERN_OPA_URL, and no `opa` on the path)"
            )
    _measure_regopy(add)
    return rows, [Goal("rego.warm-evaluation-median", ours, BOUND, " us")]


@contextmanager
def _server_of_opa() -> Iterator[str]:
    """Give the address of a server: the one of the settings, else one started here."""
    url, program = os.environ.get("POSTERN_OPA_URL", ""), shutil.which("opa")
    if url or program is None:
        yield url
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    options = ["run", "--server", "--v0-compatible", "--log-level", "error"]
    server = subprocess.Popen([program, *options, "--addr", address])  # noqa: S603
    try:
        _wait_for(f"http://{address}/health")
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(url: str) -> None:
    until = time.monotonic() + STARTING
    while True:
        try:
            httpx.get(url)
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _measure_regopy(write: Callable[[str], object]) -> None:
    """Measure rego-cpp in this process, without a hop, and show what it answers."""
    try:
        regopy = importlib.import_module("regopy")
    except ImportError:
        write("regopy: not run (it is not installed)")
        return
    interpreter = regopy.Interpreter()
    interpreter.add_module("policy", f"package pomerium.policy\n{RECORDS}\n{SOURCE}")
    given = {**REQUEST.input, "records": _Records.records}

    def ask() -> str:
        interpreter.set_input(given)
        return str(interpreter.query("x = data.pomerium.policy.allow"))

    said = json.loads(ask())["bindings"]["x"]
    _report(
        _timed(ask),
        write,
        f"regopy {metadata.version('regopy')}, which answers `{json.dumps(said)}`",
    )


def _measure(engine: Engine, write: Callable[[str], object], name: str) -> float:
    try:
        for _ in range(50):
            answer = engine.evaluate(SOURCE, REQUEST, namespace="benchmark", wall=10)
            assert answer.values["allow"] == [True, ["known-name"]], answer
        times = _timed(
            lambda: engine.evaluate(SOURCE, REQUEST, namespace="benchmark", wall=10)
        )
    finally:
        engine.close()
    return _report(times, write, name)


def _timed(ask: Callable[[], object]) -> list[float]:
    """Return what each round takes, in microseconds."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        ask()
        times.append((time.perf_counter() - started) * 1_000_000)
    return times


def _report(times: list[float], write: Callable[[str], object], name: str) -> float:
    ordered = sorted(times)
    median, late = statistics.median(ordered), ordered[int(ROUNDS * 0.99)]
    write(f"| {name} | {median:,.0f} | {late:,.0f} |")
    return median
