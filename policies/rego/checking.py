"""The check of a text in Rego: what the engine says of it, and what trying shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from policies.language import Edit, Fix, Problem, Severity, Span, Stage
from policies.texts import worded

from .evaluation import BROKEN, MAX_SOURCE, Answer, Engine
from .outputs import malformed
from .samples import COUNT, requests_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from .evaluation import Request

_STAGES: Final = {
    "compile": Stage.COMPILE,
    "saving": Stage.SAVING,
    "lint": Stage.LINT,
}
_LOST: Final = {
    "cpu": worded("the text takes too long to compile"),
    "memory": worded("the text takes too much memory to compile"),
    "crash": worded("the engine broke down over this text"),
    "quota": worded("the engine has too much to do; try again"),
    "late": worded("the engine has too much to do; try again"),
    "server": worded("the server of OPA does not answer; try again"),
}
_BROKEN: Final = {
    "cpu": worded("with a request that was thought up it runs longer than 100 ms"),
    "memory": worded("with a request that was thought up it takes more than 128 MiB"),
    "crash": worded("with a request that was thought up it breaks the engine"),
}
# Nothing is known of a text that had no turn, or no time.
_UNTRIED: Final = frozenset({"quota", "late", "server"})
PATIENCE: Final = 5.0  # seconds of waiting for one evaluation; its work is limited
IMPORT: Final = "import rego.v1\n"


@dataclass(frozen=True, slots=True)
class Check:
    """What is wrong with a text, and how it defines `allow` and `deny`."""

    problems: tuple[Problem, ...]
    kinds: Mapping[str, str]

    @property
    def has_errors(self) -> bool:
        return any(one.severity is Severity.ERROR for one in self.problems)

    @property
    def is_compiled(self) -> bool:
        """Nothing is wrong that Core would refuse too."""
        return not any(one.stage is Stage.COMPILE for one in self.problems)


def check(
    source: str,
    *,
    engine: Engine,
    namespace: str,
    fetched: Collection[str] = (),
    record_types: Collection[str] = (),
    samples: int = COUNT,
    answers: Mapping[str, Any] | None = None,
) -> Check:
    """Return everything that is wrong with a text; it is tried `samples` times.

    `fetched` are the addresses that it may fetch, `answers` what they answer.
    """
    if len(source.encode()) > MAX_SOURCE:
        message = worded("a policy has at most %(most)s KiB", most=MAX_SOURCE // 1024)
        return Check(
            (Problem("too-large", message, _span(source, 0, 1), Stage.SAVING),), {}
        )
    found = engine.check(
        source, namespace=namespace, fetched=fetched, record_types=record_types
    )
    if found.error:
        message = _LOST.get(found.error, _LOST["crash"])
        problem = Problem("not-checked", message, _span(source, 0, 1), Stage.COMPILE)
        return Check((problem,), {})
    problems = [_problem(one, source) for one in found.problems]
    if samples and not any(one.severity is Severity.ERROR for one in problems):
        requests = requests_for(source, count=samples, fetched=answers)
        problems += _tried(source, engine, namespace, requests)
    problems.sort(key=lambda problem: problem.span)
    return Check(tuple(problems), found.kinds)


def _problem(raw: Mapping[str, Any], source: str) -> Problem:
    if "line" in raw:
        span = _at(source, raw["line"], raw["column"])
    else:
        span = _span(source, raw["start"], raw["end"])
    stage = _STAGES[raw["stage"]]
    fix = None
    if raw.get("replacement"):
        title = worded("Write %(text)s", text=raw["replacement"])
        fix = Fix(title, (Edit(span.start, span.end, raw["replacement"]),))
    elif raw["code"] == "missing-import":
        place = _below_package(source)
        fix = Fix(worded("Add import rego.v1"), (Edit(place, place, IMPORT),))
    return Problem(
        code=raw["code"],
        message=raw["message"],
        span=span,
        stage=stage,
        severity=Severity.WARNING if stage is Stage.LINT else Severity.ERROR,
        suggestion=raw["suggestion"],
        fix=fix,
    )


def _below_package(source: str) -> int:
    """Return the place below the line of the package, else the beginning."""
    place = 0
    for line in source.splitlines(keepends=True):
        place += len(line)
        if line.lstrip().startswith("package "):
            return place
    return 0


def _span(source: str, start: int, end: int) -> Span:
    start = min(start, len(source))
    before = source[:start]
    column = start - (before.rfind("\n") + 1) + 1
    return Span(
        start, max(start, min(end, len(source))), before.count("\n") + 1, column
    )


def _at(source: str, line: int, column: int) -> Span:
    """Return the word at a line and a column, which count from 1."""
    lines = source.split("\n")
    line = min(max(line, 1), len(lines))
    start = sum(len(one) + 1 for one in lines[: line - 1])
    start += min(max(column - 1, 0), len(lines[line - 1]))
    end = start + 1
    while end < len(source) and (source[end].isalnum() or source[end] in "_."):
        end += 1
    return _span(source, start, end)


def _tried(
    source: str, engine: Engine, namespace: str, requests: Iterable[Request]
) -> Iterator[Problem]:
    """Yield what goes wrong with requests that are thought up, each thing once."""
    seen: set[str] = set()
    for request in requests:
        answer = engine.evaluate(source, request, namespace=namespace, wall=PATIENCE)
        for code, message, severity in _faults(answer):
            if code not in seen:
                seen.add(code)
                place = answer.place or _place_of(source, code)
                span = _at(source, *place)
                yield Problem(code, message, span, Stage.SAVING, severity)
        if answer.error in BROKEN | _UNTRIED:
            return


def _faults(answer: Answer) -> Iterator[tuple[str, str, Severity]]:
    if answer.error in BROKEN:
        yield "budget-exceeded", _BROKEN[answer.error], Severity.ERROR
    elif answer.error in _UNTRIED:
        yield "not-tried", _LOST[answer.error], Severity.ERROR
    elif answer.error == "conflict":
        message = worded("for some requests, rules give different values at once")
        yield "conflict", message, Severity.ERROR
    elif answer.error == "failed":
        message = worded(
            "for some requests it ends with an error: %(message)s",
            message=answer.message,
        )
        yield "fails", message, Severity.WARNING
    for name in malformed(answer):
        message = worded(
            "for some requests `%(name)s` is neither true nor false", name=name
        )
        yield f"malformed-{name}", message, Severity.ERROR


def _place_of(source: str, code: str) -> tuple[int, int]:
    """Return where a rule begins that a fault is about."""
    name = code.removeprefix("malformed-")
    for number, line in enumerate(source.splitlines(), start=1):
        if line.startswith(name):
            return number, 1
    return 1, 1
