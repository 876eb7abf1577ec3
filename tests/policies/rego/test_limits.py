"""Hostile texts: what they use up, what they break, and that nobody else notices."""

from __future__ import annotations

import logging
import os
import threading
import time
from statistics import median
from typing import TYPE_CHECKING

import pytest

from policies.rego.evaluation import Request, SandboxEngine
from policies.rego.outputs import verdict_of
from policies.rego.pool import Pool
from policies.rego.process import Limits, WorkerLostError, WorkerProcess
from tests.policies.rego.asking import NOW, input_with

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)
REQUEST = Request(input=input_with(), now=NOW)
EIGHT = ", ".join(["{0}"] * 8)


def doubling() -> str:
    steps = ['a0 := "aaaaaaaa"']
    for step in range(1, 11):
        parts = EIGHT.format(f"a{step - 1}")
        steps.append(f'a{step} := concat("", [{parts}])')
    return f"allow {{ {'; '.join(steps)}; count(a10) > input.http.zero }}"


JOIN = "; ".join(f"{name} := numbers.range(1, 400)[_]" for name in "xyz")
HOSTILE = {
    "join": f"allow {{ {JOIN}; x + y + z == 0 }}",
    "every": (
        "import rego.v1\nallow if { every x in numbers.range(1, 3000) { "
        "every y in numbers.range(1, 3000) { x + y > 0 } } }"
    ),
    "doubling": doubling(),
    "range": "allow { count(numbers.range(1, 3000000)) > 4 }",
    "recursion": "f(x) = y { y := g(x) }\ng(x) = y { y := f(x) }\nallow { f(1) }",
    "brackets": f"allow := {'[' * 30000}1{']' * 30000}",
    "parentheses": f"allow {{ {'(' * 30000}1{')' * 30000} }}",
}
# The engine is quick where others aren't: these end by themselves, with an answer.
HARMLESS = {
    "regex": f'allow {{ regex.match("^(a+)+$", "{"a" * 40}b") }}',
    "glob": f'allow {{ glob.match("{"*a" * 15}", [], "{"a" * 100}b") }}',
    "nested JSON": (
        'allow { x := concat("", [y | numbers.range(1, 5000)[_]; y := "["]); '
        "json.unmarshal(x) }"
    ),
}


@pytest.fixture
def small() -> Iterator[SandboxEngine]:
    engine = SandboxEngine(Pool(size=2, limits=Limits(wall=20, check_wall=20)))
    assert engine.pool.wait_until_warm(60)
    yield engine
    engine.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_denied_and_the_next_one_answered(
    workers: SandboxEngine, name: str
) -> None:
    answer = workers.evaluate(HOSTILE[name], REQUEST, namespace=name)
    after = workers.evaluate("allow := true", REQUEST, namespace=name)

    verdict = verdict_of(answer)
    assert answer.error in {"cpu", "memory", "crash", "compile"}
    assert verdict.deny.value
    assert not verdict.allow.value
    assert after.values == {"allow": True}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_others_die_of_is_answered(workers: SandboxEngine, name: str) -> None:
    answer = workers.evaluate(HARMLESS[name], REQUEST, namespace=name)

    assert answer.error == ""
    assert answer.values == {}


def test_an_answer_that_is_too_long_is_no_answer(workers: SandboxEngine) -> None:
    source = "allow = [true, [x | x := numbers.range(1, 900000)[_]]] { true }"

    answer = workers.evaluate(source, REQUEST, namespace="long")

    assert answer.error in {"memory", "cpu"}


def test_prints_are_limited(workers: SandboxEngine) -> None:
    source = "allow { x := numbers.range(1, 500)[_]; print(x); x == 0 }"

    answer = workers.evaluate(source, REQUEST, namespace="prints")

    assert len(answer.prints) == 200


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["join", "every", "doubling", "range"])
def test_a_hostile_text_is_denied_within_200_ms(name: str) -> None:
    engine = SandboxEngine(Pool(size=2))
    times = []
    for number in range(20):
        assert engine.pool.wait_until_warm(60)
        began = time.perf_counter()
        answer = engine.evaluate(
            f"{HOSTILE[name]}\n# {number}", REQUEST, namespace=f"hostile {number}"
        )
        times.append(time.perf_counter() - began)
        assert verdict_of(answer).deny.reasons == {"policy-budget-exceeded"}
    engine.close()

    logger.info("%s: median %.3f s, most %.3f s", name, median(times), max(times))
    assert median(times) <= 0.2


class TestThePool:
    def test_has_a_new_worker_for_each_that_is_lost(self, small: SandboxEngine) -> None:
        before = set(small.pool.pids)

        lost = small.evaluate(HOSTILE["join"], REQUEST, namespace="hostile")

        assert lost.error == "cpu"
        assert small.pool.wait_until_warm(30)
        assert small.pool.running == 3
        assert len(before & set(small.pool.pids)) == 2

    def test_leaves_no_process_behind(self, small: SandboxEngine) -> None:
        pids = small.pool.pids

        small.close()

        for pid in pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)

    def test_shares_compiled_modules_by_content(self, small: SandboxEngine) -> None:
        times = []
        for number in range(20):
            answer = small.evaluate("allow := true", REQUEST, namespace=str(number))
            times.append(answer.values)

        assert times == [{"allow": True}] * 20

    def test_keeps_a_worker_free_of_each_namespace(self, small: SandboxEngine) -> None:
        waiting = [
            threading.Thread(
                target=small.evaluate,
                args=(HOSTILE["join"], REQUEST),
                kwargs={"namespace": "hostile"},
            )
            for _ in range(6)
        ]
        for thread in waiting:
            thread.start()

        answers = [
            small.evaluate("allow := true", REQUEST, namespace="good")
            for _ in range(20)
        ]

        for thread in waiting:
            thread.join()
        assert {str(answer.values) for answer in answers} == {"{'allow': True}"}

    def test_refuses_whoever_waits_too_long(self) -> None:
        engine = SandboxEngine(Pool(size=1, limits=Limits(wall=0.3, cpu=5)))
        assert engine.pool.wait_until_warm(60)
        busy = threading.Thread(
            target=engine.evaluate,
            args=(HOSTILE["join"], REQUEST),
            kwargs={"namespace": "a", "wall": 2.0},
        )
        busy.start()
        time.sleep(0.1)

        answer = engine.evaluate("allow := true", REQUEST, namespace="b")

        busy.join()
        engine.close()
        assert answer.error == "quota"
        assert verdict_of(answer).deny.reasons == {"policy-quota-exceeded"}

    def test_tells_who_was_only_kept_waiting(self) -> None:
        process = WorkerProcess(Limits())
        os.kill(process.pid, 19)

        with pytest.raises(WorkerLostError) as lost:
            process.call(
                {"op": "evaluate", "key": "x", "cpu": 0.1},
                until=time.monotonic() + 0.1,
                ask=lambda *_: None,
            )

        process.close()
        assert lost.value.kind == "late"
