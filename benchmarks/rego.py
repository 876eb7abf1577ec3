"""How quickly a policy in Rego is evaluated, with the hop to its worker and back."""

import os
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from benchmarks.goals import Goal
from policies.rego import inputs
from policies.rego.evaluation import Engine, Request, SandboxEngine
from policies.rego.opa_server import OpaServerEngine

ROUNDS = 2000
BOUND = 300.0  # microseconds
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


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure workers of our own, and a server of OPA if there is one."""
    ours = _measure(SandboxEngine(), write, "workers of our own")
    url = os.environ.get("POSTERN_OPA_URL", "")
    if url:
        _measure(OpaServerEngine(url), write, "server of OPA")
    else:
        write("server of OPA: not run (POSTERN_OPA_URL is empty)")
    return [Goal("rego.warm-evaluation-median", ours, BOUND, " us")]


def _measure(engine: Engine, write: Callable[[str], object], name: str) -> float:
    try:
        for _ in range(50):
            answer = engine.evaluate(SOURCE, REQUEST, namespace="benchmark", wall=10)
            assert answer.values["allow"] == [True, ["known-name"]], answer
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            engine.evaluate(SOURCE, REQUEST, namespace="benchmark", wall=10)
            times.append((time.perf_counter() - started) * 1_000_000)
    finally:
        engine.close()
    ordered = sorted(times)
    median, late = statistics.median(ordered), ordered[int(ROUNDS * 0.99)]
    write(f"{name}: median {median:.0f} us, p99 {late:.0f} us")
    return median
