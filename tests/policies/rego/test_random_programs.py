"""Random programs, many of them hostile: nobody is let in or left behind by them.

OPA is built with Go where there is Go; without it, what it would allow is not compared,
and the tests that need it are skipped and say so.
"""

from __future__ import annotations

import logging
import os
import random
import re
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest

from policies.rego.checking import check
from policies.rego.evaluation import Answer, SandboxEngine
from policies.rego.outputs import verdict_of
from policies.rego.pool import Pool
from policies.rego.process import Limits
from policies.rego.samples import requests_for
from tests.policies.language.opa_engine import (
    NoOpaError,
    Opa,
    OpaDiedError,
    Question,
    build,
)
from tests.policies.rego.programs import Programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from policies.rego.evaluation import Request

logger = logging.getLogger(__name__)
MANY = 100_000
WARMING = 5_000
LOOKED_AFTER = 250
TOLD_AFTER = 5_000
FLAT = 16 * 1024  # KiB
BROKEN = "OPA broke down"
# What becomes of OPA over programs whose numbers are too large for it.
BREAKDOWNS = (BROKEN, "eval_cancel_error: ")
_PACKAGE = re.compile(r"(?:\s|#[^\n]*\n)*package\b")


class Oracle:
    """OPA, begun anew when a program was too much for it."""

    def __init__(self, binary: Path) -> None:
        self.binary = binary
        self.running = Opa(binary)

    def ask(self, module: str, asked: Question, now: datetime) -> dict[str, Any]:
        """Return what OPA replies, an error if it dies."""
        try:
            return self.running.send(module, [asked], now=now, untyped=True)
        except OpaDiedError:
            self.running.__exit__()
            self.running = Opa(self.binary)
            return {"answers": [{"error": BROKEN}]}


@pytest.fixture(scope="module")
def opa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    try:
        oracle = Oracle(build(tmp_path_factory.mktemp("opa")))
    except NoOpaError as error:
        pytest.skip(str(error))
    yield oracle
    oracle.running.__exit__()


class Run:
    """Programs one after the other; what came of each is counted."""

    def __init__(self, engine: SandboxEngine, *, seed: int, opa: Oracle | None) -> None:
        self.engine = engine
        self.programs = Programs(random.Random(seed))
        self.opa = opa
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.memory = Memory(engine)

    def go(self, count: int) -> None:
        """Draw and evaluate programs; what allows is put before OPA."""
        for number in range(count):
            if number % LOOKED_AFTER == 0:
                self.memory.look()
            if number % TOLD_AFTER == 0:
                logger.info("%d: %s; %s", number, dict(self.seen), self.memory)
            source = self.programs.draw()
            (request,) = requests_for(source, count=1)
            # Of a namespace of its own, as one that breaks limits has to rest.
            answer = self.engine.evaluate(source, request, namespace=f"{number}")
            verdict = verdict_of(answer)
            self.seen[answer.error or "answered"] += 1
            if answer.error:
                assert verdict.deny.value
                assert not verdict.allow.value
            if verdict.allow.value and not verdict.deny.value:
                self.seen["allowed"] += 1
                self._compare(source, request, answer)

    def _compare(self, source: str, request: Request, answer: Answer) -> None:
        found = check(source, engine=self.engine, namespace="check", samples=0)
        if found.has_errors:
            self.seen["allowed, but never saved"] += 1
            return
        if self.opa is None:
            return
        head = "" if _PACKAGE.match(source) else "package pomerium.policy\n"
        records, _ = request.records.bundle()  # type: ignore[attr-defined]
        asked = Question(request.input, records)
        reply = self.opa.ask(head + source, asked, request.now)
        if "error" in reply:
            self.seen["allowed, but OPA does not compile it"] += 1
            self._note(f"{reply['error']}\n{source}")
            return
        (theirs,) = reply["answers"]
        if theirs.get("error", "").startswith(BREAKDOWNS):
            self.seen["allowed, and too much for OPA"] += 1
            return
        values = theirs.get("result") or {}
        given = {name: values[name] for name in ("allow", "deny") if name in values}
        verdict = verdict_of(Answer(values=given, kinds=answer.kinds))
        if theirs.get("error") or not verdict.allow.value or verdict.deny.value:
            self.seen["allowed, and not by OPA"] += 1
            self._note(f"{theirs} instead of {answer.values}\n{source}")
        else:
            self.seen["allowed, by OPA too"] += 1

    def _note(self, text: str) -> None:
        logger.warning(text)
        self.wrong.append(text)


class Memory:
    """What this process and its workers keep in memory, in KiB, look by look."""

    def __init__(self, engine: SandboxEngine) -> None:
        self.engine = engine
        self.ours: list[int] = []
        self.workers: list[int] = []

    def look(self) -> None:
        """Note what is kept now, the largest worker's."""
        self.ours.append(resident(os.getpid()))
        sizes = [size for pid in self.engine.pool.pids if (size := resident(pid))]
        if sizes:
            self.workers.append(max(sizes))

    def __str__(self) -> str:
        return f"ours {self.ours[-1]} KiB, the largest worker {self.workers[-1]} KiB"


def growth(sizes: list[int]) -> int:
    """Return by how much the last tenth is above the first, by their medians."""
    tenth = max(1, len(sizes) // 10)
    return int(median(sizes[-tenth:]) - median(sizes[:tenth]))


def resident(pid: int) -> int:
    """Return the memory of a process in KiB, 0 when it has ended."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * 4
    except (FileNotFoundError, ProcessLookupError):
        return 0


def test_two_hundred_programs_leave_the_workers_as_they_were(
    workers: SandboxEngine,
) -> None:
    run = Run(workers, seed=1, opa=None)

    run.go(200)

    assert run.seen["answered"] > 50
    assert run.seen["compile"] > 20
    assert run.seen["allowed"] > 10
    assert workers.pool.wait_until_warm(30)
    assert workers.pool.running in {3, 4}  # one may stand back for the others


@pytest.mark.nightly
def test_a_hundred_thousand_programs_allow_only_what_opa_allows(opa: Oracle) -> None:
    engine = SandboxEngine(Pool(size=2, limits=Limits(wall=20)))
    assert engine.pool.wait_until_warm(60)
    run = Run(engine, seed=2, opa=opa)
    run.go(WARMING)
    run.memory = Memory(engine)

    run.go(MANY - WARMING)

    assert engine.pool.wait_until_warm(60)
    running, pids = engine.pool.running, engine.pool.pids
    engine.close()
    ours, workers = growth(run.memory.ours), growth(run.memory.workers)
    logger.info("%s", dict(run.seen))
    logger.info("grown by: ours %d KiB, the largest worker %d KiB", ours, workers)
    logger.info("most: ours %d KiB", max(run.memory.ours))
    logger.info("most: the largest worker %d KiB", max(run.memory.workers))
    assert run.wrong == []
    assert running in {3, 4}  # one may stand back for the others
    assert [pid for pid in pids if resident(pid)] == []
    assert ours < FLAT
    assert workers < FLAT
