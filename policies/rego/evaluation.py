"""The door to Rego: check a text, evaluate one for a request, close.

An `Engine` is one of two: workers of our own (`SandboxEngine`), or a server of OPA
that the operator runs (`opa_server`). Whatever goes wrong is an answer with an error,
never an exception, and `outputs` makes a refusal of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from policies import texts

from .pool import Pool, QuotaError
from .process import Limits, WorkerLostError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

MAX_SOURCE: Final = 64 * 1024
MAX_PRINTS: Final = 200
BROKEN: Final = frozenset({"cpu", "memory", "crash"})


class Records(Protocol):
    """What `get_databroker_record` may find for one request."""

    def find(self, kind: str, key: str) -> tuple[bool, Mapping[str, Any] | None]:
        """Return whether the type may be asked for, and the record or None."""


class NoRecords:
    """No records of any type."""

    def find(self, kind: str, key: str) -> tuple[bool, Mapping[str, Any] | None]:
        return True, None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as a policy sees it.

    `fetched` holds the answers of `http.send` by address. `seed` settles chance.
    """

    input: Mapping[str, Any]
    now: datetime
    records: Records = field(default_factory=NoRecords)
    fetched: Mapping[str, Any] = field(default_factory=dict)
    seed: str = ""


NOBODY: Final = Request(input={}, now=datetime(2026, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of an evaluation.

    `error` is empty, or: compile, conflict, failed, no-result; cpu, memory, crash
    (limits broken); late, quota (no fault of the policy). `values` holds `allow` and
    `deny` as they came, absent where undefined; `kinds` how they are defined.
    """

    error: str = ""
    message: str = ""
    place: tuple[int, int] | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    prints: tuple[str, ...] = ()
    refused_types: tuple[str, ...] = ()
    covered: tuple[int, ...] = ()
    not_covered: tuple[int, ...] = ()
    elapsed_us: int = 0
    memory_kib: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """What the engine says of a text: plain problems, and how it defines its rules."""

    problems: tuple[Mapping[str, Any], ...]
    kinds: Mapping[str, str]
    error: str = ""


class Engine(Protocol):
    """What runs Rego."""

    def check(
        self,
        source: str,
        *,
        namespace: str,
        fetched: Collection[str] = (),
        record_types: Collection[str] = (),
    ) -> Checked:
        """Return the problems of a text."""

    def evaluate(
        self,
        source: str,
        request: Request,
        *,
        namespace: str,
        wall: float | None = None,
        covers: bool = False,
    ) -> Answer:
        """Return what a text says of a request; `covers` asks for the lines run."""

    def is_quick(self, source: str) -> bool:
        """Answer whether a text is known to take little time."""

    def close(self) -> None:
        """End what was started."""


def key_of(source: str) -> str:
    """Return the key by which equal texts share one compiled module."""
    return hashlib.sha256(source.encode()).hexdigest()


def _unpacked(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Return a problem that a worker found, with its texts."""
    return {key: texts.unpacked(value) for key, value in problem.items()}


class SandboxEngine:
    """regorus in workers of our own."""

    def __init__(self, pool: Pool | None = None) -> None:
        self.pool = pool or Pool()

    @property
    def limits(self) -> Limits:
        return self.pool.limits

    def check(
        self,
        source: str,
        *,
        namespace: str,
        fetched: Collection[str] = (),
        record_types: Collection[str] = (),
    ) -> Checked:
        """Return the problems of a text; `error` if the engine was lost over it."""
        message = {
            "op": "check",
            "source": source,
            "fetched": sorted(fetched),
            "record_types": sorted(record_types),
            "cpu": self.limits.check_cpu,
        }
        try:
            answer = self.pool.call(
                message, key=namespace, wall=self.limits.check_wall, ask=asker(NOBODY)
            )
        except WorkerLostError as error:
            return Checked((), {}, error.kind)
        except QuotaError:
            return Checked((), {}, "quota")
        if "problems" not in answer:
            return Checked((), {}, str(answer.get("error", "crash")))
        try:
            problems = tuple(map(_unpacked, answer["problems"]))
        except (AttributeError, TypeError, ValueError):
            return Checked((), {}, "crash")  # no worker of ours says such things
        return Checked(problems, answer["kinds"])

    def evaluate(
        self,
        source: str,
        request: Request,
        *,
        namespace: str,
        wall: float | None = None,
        covers: bool = False,
    ) -> Answer:
        """Return what a text says of a request, at most `wall` seconds later."""
        bundle = getattr(request.records, "bundle", None)
        records, complete = ({}, []) if bundle is None else bundle()
        message = {
            "op": "evaluate",
            "records": records,
            "complete": complete,
            "key": key_of(source),
            "input": request.input,
            "now_ns": nanoseconds(request.now),
            "fetched": request.fetched,
            "seed": request.seed,
            "covers": covers,
            "cpu": self.limits.cpu,
        }
        try:
            answer = self.pool.call(
                message,
                source=source,
                key=namespace,
                wall=wall or self.limits.wall,
                ask=asker(request),
            )
        except WorkerLostError as error:
            return Answer(error=error.kind)
        except QuotaError as error:
            return Answer(error="quota", message=str(error))
        return _answer(answer)

    def is_quick(self, source: str) -> bool:
        """Answer whether a text would be served in the quick lane."""
        return self.pool.is_quick(key_of(source))

    def close(self) -> None:
        """End the workers."""
        self.pool.close()


def nanoseconds(now: datetime) -> int:
    """Return a time as Rego counts it."""
    return int(now.timestamp()) * 1_000_000_000 + now.microsecond * 1000


def asker(request: Request) -> Callable[[str, list[Any]], Any]:
    """Return what answers a worker that asks for a record or a signature."""

    def answer(what: str, arguments: list[Any]) -> Any:
        if what == "record":
            known, record = request.records.find(*arguments)
            return {"known": known, "record": record}
        verify = getattr(request.records, "verify_certificate", None)
        return False if verify is None else verify(*arguments)

    return answer


def _answer(answer: Mapping[str, Any]) -> Answer:
    place = answer.get("place")
    lines = answer.get("lines") or {}
    return Answer(
        error=str(answer.get("error", "")),
        message=str(answer.get("message", "")),
        place=(int(place[0]), int(place[1])) if place else None,
        values=answer.get("values", {}),
        kinds=answer.get("kinds", {}),
        prints=tuple(map(str, answer.get("prints", ())))[:MAX_PRINTS],
        refused_types=tuple(answer.get("refused", ())),
        covered=tuple(lines.get("covered", ())),
        not_covered=tuple(lines.get("not_covered", ())),
        elapsed_us=int(answer.get("elapsed_us", 0)),
        memory_kib=int(answer.get("memory_kib", 0)),
    )
