"""Two lanes: what is quick never waits for what is slow, new, or hostile.

A text that asks for a record which nobody gives until the test says so stands for one
that does not end, so that nothing here depends on how fast the machine is.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest

from policies.rego import pool as pool_module
from policies.rego import process as process_module
from policies.rego import records
from policies.rego.checking import check
from policies.rego.evaluation import Answer, Request, SandboxEngine, key_of
from policies.rego.pool import Pool
from policies.rego.process import Limits, WorkerLostError, WorkerProcess
from policies.rego.records import Losses, TextRecords
from tests.policies.rego.asking import NOW, input_with
from tests.policies.rego.test_limits import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REQUEST = Request(input=input_with(), now=NOW)
QUICK = "allow := true"
ALLOWED = {"allow": True}
ENDLESS = 'allow { get_databroker_record("type.googleapis.com/user.User", "u") == 1 }'
PATIENT = 60.0  # seconds; nothing here takes that long
SHORT = 0.3  # for what is to wait in vain


class Withheld:
    """Records that are given to nobody before `end`."""

    def __init__(self) -> None:
        self.asked, self.end = threading.Event(), threading.Event()

    def find(self, kind: str, key: str) -> tuple[bool, Mapping[str, Any] | None]:
        """Return no record, when all is over."""
        self.asked.set()
        assert self.end.wait(PATIENT)
        return True, None


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxEngine]:
    # Where everything is slow, even the first evaluation of `QUICK` may not be quick.
    for module in (process_module, records):
        monkeypatch.setattr(module, "QUICK_CPU", PATIENT)
    made = SandboxEngine(Pool(size=2, limits=Limits(wall=PATIENT, check_wall=PATIENT)))
    assert made.pool.wait_until_warm(PATIENT)
    yield made
    made.close()


@contextmanager
def at_work(engine: SandboxEngine, namespace: str) -> Iterator[None]:
    """Have a worker evaluate a text of a namespace for as long as this lasts."""
    withheld = Withheld()
    thread = threading.Thread(
        target=engine.evaluate,
        args=(ENDLESS, Request(input=input_with(), now=NOW, records=withheld)),
        kwargs={"namespace": namespace},
    )
    thread.start()
    try:
        assert withheld.asked.wait(PATIENT)
        yield
    finally:
        withheld.end.set()
        thread.join()


def ask(
    engine: SandboxEngine, text: str, namespace: str, wall: float | None = None
) -> Answer:
    return engine.evaluate(text, REQUEST, namespace=namespace, wall=wall)


def lose(engine: SandboxEngine, namespace: str, *, times: int) -> None:
    """Break limits with other texts of a namespace."""
    for number in range(times):
        answer = ask(engine, f"{HOSTILE['join']}\n# {number}", namespace)
        assert answer.error == "cpu"


class TestLanes:
    def test_what_is_quick_is_served_beside_what_does_not_end(
        self, engine: SandboxEngine
    ) -> None:
        ask(engine, QUICK, "good")

        with at_work(engine, "hostile"):
            new = ask(engine, f"{QUICK}\n# new", "other", SHORT)
            quick = [ask(engine, QUICK, "good").values for _ in range(20)]

        assert new.error == "quota"
        assert quick == [ALLOWED] * 20

    def test_what_is_new_comes_into_the_quick_lane_by_an_answer(
        self, engine: SandboxEngine
    ) -> None:
        before = engine.is_quick(QUICK)

        ask(engine, QUICK, "good")

        assert not before
        assert engine.is_quick(QUICK)

    def test_who_cost_a_worker_waits_until_there_is_another(
        self, engine: SandboxEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask(engine, QUICK, "good")
        may_start = threading.Event()

        def start(*args: Any, **options: Any) -> WorkerProcess:
            assert may_start.wait(PATIENT)
            return WorkerProcess(*args, **options)

        monkeypatch.setattr(pool_module, "WorkerProcess", start)
        lose(engine, "hostile", times=1)

        hostile = ask(engine, f"{QUICK}\n# new", "hostile", SHORT)
        quick = ask(engine, QUICK, "good")
        may_start.set()
        replaced = ask(engine, f"{QUICK}\n# new", "hostile")

        assert hostile.error == "quota"
        assert quick.values == replaced.values == ALLOWED


class TestRest:
    @pytest.fixture(autouse=True)
    def long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have a rest be longer than any machine takes for a test."""
        monkeypatch.setattr(records, "LOST_WITHIN", 10_000.0)

    def test_is_what_a_namespace_needs_that_cost_three_workers(
        self, engine: SandboxEngine
    ) -> None:
        ask(engine, QUICK, "hostile")
        lose(engine, "hostile", times=3)

        new = ask(engine, f"{QUICK}\n# new", "hostile")
        known = ask(engine, QUICK, "hostile")
        others = ask(engine, f"{QUICK}\n# new", "other")

        assert new.error == "quota"
        assert known.values == others.values == ALLOWED

    def test_lets_nobody_save_what_could_not_be_tried(
        self, engine: SandboxEngine
    ) -> None:
        source = "allow { count(object.keys(input.http.headers)) > 90 }"
        found = check(source, engine=engine, namespace="hostile", samples=3)
        lose(engine, "hostile", times=3)
        again = check(f"{source} # new", engine=engine, namespace="hostile", samples=3)

        assert not found.has_errors
        assert [one.code for one in again.problems] == ["not-tried"]

    def test_sends_those_away_who_wait(self, engine: SandboxEngine) -> None:
        lose(engine, "hostile", times=2)
        answers: list[Answer] = []
        with at_work(engine, "other"):
            threads = [
                threading.Thread(
                    target=lambda: answers.append(
                        ask(engine, HOSTILE["join"], "hostile")
                    )
                )
                for _ in range(6)
            ]
            for thread in threads:
                thread.start()
        for thread in threads:
            thread.join()

        assert sorted(one.error for one in answers) == ["cpu", *["quota"] * 5]

    def test_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        losses = Losses()
        for _ in range(3):
            losses.note("hostile")
        rests = losses.rests_until("hostile")

        monkeypatch.setattr(records, "LOST_WITHIN", 0.0)

        assert rests > time.monotonic()
        assert losses.rests_until("hostile") == 0.0


class TestHeavyTexts:
    def test_stand_back_for_everybody_else(self) -> None:
        process = WorkerProcess(Limits())
        until = time.monotonic() + PATIENT
        message = {"key": "k", "cpu": PATIENT, "now_ns": 0, "input": {}}

        def call(op: str) -> None:
            sent = {**message, "op": op, "source": HOSTILE["join"]}
            with suppress(WorkerLostError):
                process.call(
                    sent, until=until, ask=lambda *_: None, may_stand_back=True
                )

        call("load")
        before = os.sched_getscheduler(process.pid)
        thread = threading.Thread(target=call, args=["evaluate"])
        thread.start()
        while os.sched_getscheduler(process.pid) == before:
            assert time.monotonic() < until
            time.sleep(0.01)
        after = os.sched_getscheduler(process.pid)
        os.kill(process.pid, signal.SIGKILL)
        thread.join()
        process.close()

        assert (before, after) == (os.SCHED_OTHER, os.SCHED_IDLE)

    def test_are_left_to_a_worker_that_stands_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Everything is heavy, and stands back at once. That is only said of it: on a
        # busy machine it would never end.
        monkeypatch.setattr(records, "QUICK_CPU", 0.0)
        monkeypatch.setattr(records, "HEAVY_CPU", 0.0)
        monkeypatch.setattr(WorkerProcess, "_await", lambda one, *_: one._stand_back())
        monkeypatch.setattr(WorkerProcess, "_schedule", lambda *_: None)
        monkeypatch.setattr(pool_module, "PATIENT", 10 * PATIENT)
        engine = SandboxEngine(Pool(limits=Limits(wall=PATIENT, cpu=PATIENT)))
        assert engine.pool.wait_until_warm(PATIENT)
        first = ask(engine, QUICK, "slow")
        assert engine.pool.wait_until_warm(PATIENT)
        before = engine.pool.running

        second = ask(engine, QUICK, "slow")

        running = engine.pool.running
        engine.close()
        assert first.values == second.values == ALLOWED
        assert not engine.is_quick(QUICK)
        assert before == running == 4


class TestTextRecords:
    def test_forgive_one_slow_evaluation_to_who_was_quick_for_long(self) -> None:
        texts = TextRecords()
        for _ in range(20):
            texts.note("text", 0.001)

        texts.note("text", 0.5)
        once = texts.is_quick("text")
        texts.note("text", 0.5)

        assert once
        assert not texts.is_quick("text")
        assert texts.is_heavy("text")

    def test_forgive_nobody_a_lost_worker(self) -> None:
        texts = TextRecords()
        for _ in range(20):
            texts.note(key_of(QUICK), 0.001)

        texts.note_loss(key_of(QUICK))

        assert not texts.is_quick(key_of(QUICK))

    def test_forget_the_least_lately_used(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(records, "MOST_TEXTS", 2)
        texts = TextRecords()

        for text in ("a", "b", "a", "c"):
            texts.note(text, 0.001)

        assert [texts.is_quick(text) for text in "abc"] == [True, False, True]
