"""Fifty hostile policies of one namespace at once, and the requests of another."""

from __future__ import annotations

import logging
import statistics
import threading
import time

import pytest

from policies.rego.evaluation import Request, SandboxEngine
from policies.rego.pool import Pool
from policies.rego.process import Limits
from tests.policies.rego.asking import NOW, input_with
from tests.policies.rego.test_limits import HOSTILE

logger = logging.getLogger(__name__)
# What the system may give to somebody else for once.
SCHEDULING = 0.1


def late(engine: SandboxEngine) -> float:
    """Return the 99th percentile of what one policy takes, in seconds."""
    request = Request(input=input_with(), now=NOW)
    times = []
    for _ in range(1000):
        began = time.perf_counter()
        answer = engine.evaluate("allow := true", request, namespace="good")
        times.append(time.perf_counter() - began)
        assert answer.values == {"allow": True}
    return statistics.quantiles(times, n=100)[98]


@pytest.mark.nightly
def test_fifty_hostile_policies_leave_others_their_time() -> None:
    engine = SandboxEngine(Pool(size=2, limits=Limits(wall=20)))
    assert engine.pool.wait_until_warm(60)
    request = Request(input=input_with(), now=NOW)
    ended = threading.Event()

    def attack(number: int) -> None:
        while not ended.is_set():
            engine.evaluate(
                f"{HOSTILE['join']}\n# {number}", request, namespace="hostile"
            )

    late(engine)
    alone = late(engine)
    threads = [threading.Thread(target=attack, args=(one,)) for one in range(50)]
    for thread in threads:
        thread.start()
    among = late(engine)
    ended.set()
    for thread in threads:
        thread.join()
    engine.close()

    logger.info("p99 alone %.2f ms, among %.2f ms", alone * 1000, among * 1000)
    assert among <= max(2 * alone, SCHEDULING)
