"""One module in regorus, with what Core adds to Rego. Runs inside a worker only."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final

import regorus

from policies.texts import worded

from . import (
    analysis,
    empty_sets,
    guards,
    negation,
    ordering,
    record_uses,
    shapes,
    slices,
    variables,
)
from .builtins import REFUSED
from .fetching import FETCHED, NotFetchedError, response_of
from .replacements import REPLACED, attempt

PACKAGE_LINE: Final = "package pomerium.policy\n"
QUERY: Final = "data.pomerium.policy"
FILE: Final = "policy.rego"
_PLACE: Final = re.compile(r"--> [^\n]*?:(\d+):(\d+)\n")
_ERROR: Final = re.compile(r"^error: (.+)$", re.MULTILINE)
_PACKAGE: Final = re.compile(r"(?:\s|#[^\n]*\n)*package\b")
_CODE: Final = re.compile(r"^\s*[^\s#]", re.MULTILINE)
# An `if` after a rule's head, in a text without the import that makes it a keyword.
_IF: Final = re.compile(r"^\s*\S.*\bif\b", re.MULTILINE)
_IMPORT: Final = re.compile(r"^\s*import\s+(rego\.v1|future\.keywords)\b", re.MULTILINE)
_CONFLICTS: Final = ("must not produce multiple outputs", "conflicts with rule")
_BROUGHT_ALONG: Final = {
    "json.marshal_with_options": 2,
    "json.match_schema": 2,
    "json.verify_schema": 1,
    "opa.runtime": 0,
    "regex.template_match": 4,
    "trace": 1,
}
_MOST_BYTES: Final = 1024 * 1024
_LENGTHS: Final = {
    "max_col": _MOST_BYTES,
    "max_file_bytes": _MOST_BYTES,
    "max_lines": _MOST_BYTES,
}


class CompileError(Exception):
    """A text that is no module; `problems` are plain dictionaries."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        super().__init__(problems[0]["message"])
        self.problems = problems


class FailedError(Exception):
    """An evaluation that ended without an answer; `place` is a line and a column."""

    def __init__(self, kind: str, message: str, place: tuple[int, int] | None) -> None:
        super().__init__(message)
        self.kind = kind
        self.place = place


Extensions = Mapping[str, tuple[int, Callable[..., Any]]]


class Host:
    """What the world looks like to the module that is being evaluated.

    Time stands still and chance is settled by the request, so that an evaluation can
    be repeated. `ask` gets what only the console knows.
    """

    def __init__(self, ask: Callable[[str, list[Any]], Any]) -> None:
        self.ask = ask
        self.request: Mapping[str, Any] = {}
        self.refused: set[str] = set()

    def extensions(self) -> Extensions:
        """Return the functions that modules may call, by name."""
        served: dict[str, tuple[int, Callable[..., Any]]] = {
            "get_databroker_record": (2, self._record),
            "ssh_verify_user_cert": (3, self._verify),
            "http.send": (1, self._fetched),
            "time.now_ns": (0, lambda: self.request["now_ns"]),
            "rand.intn": (2, self._chance),
            "uuid.rfc4122": (1, self._uuid),
            ordering.COMPARE: (2, ordering.compare),
            slices.SLICE: (3, slices.cut),
        }
        served |= REPLACED
        # The engine brings these along; the check refuses them, and so does this.
        for name, count in _BROUGHT_ALONG.items():
            served[name] = (count, _refuser(name))
        return served

    def _record(self, kind: Any, key: Any) -> Any:
        if not isinstance(kind, str) or not isinstance(key, str) or kind == FETCHED:
            return None
        records = self.request.get("records") or {}
        if kind in records and (key in records[kind] or kind in self._complete):
            return records[kind].get(key)
        answer = self.ask("record", [kind, key])
        if not answer["known"]:
            self.refused.add(kind)
        return answer["record"]

    @property
    def _complete(self) -> list[str]:
        complete: list[str] = self.request.get("complete") or []
        return complete

    def _verify(self, username: Any, key: Any, authorities: Any) -> bool:
        if isinstance(authorities, set):
            authorities = sorted(authorities)
        return bool(self.ask("ssh", [username, key, authorities]))

    def _fetched(self, request: Any) -> Any:
        url = request.get("url") if isinstance(request, dict) else None
        answers = self.request.get("fetched") or {}
        if url in answers:
            return answers[url]
        found = self.ask("record", [FETCHED, str(url)])
        if not found["record"]:
            raise NotFetchedError("this address has not been fetched, or too long ago")
        return response_of(found["record"], request)

    def _digest(self, *parts: Any) -> bytes:
        text = json.dumps([self.request.get("seed", ""), *parts], default=str)
        return hashlib.sha256(text.encode()).digest()

    def _chance(self, key: Any, limit: Any) -> int:
        limit = abs(int(limit))
        return (
            int.from_bytes(self._digest(key, limit)[:8], "big") % limit if limit else 0
        )

    def _uuid(self, key: Any) -> str:
        digits = self._digest("uuid", key).hex()
        return (
            f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-"
            f"{digits[20:32]}"
        )


def _refuser(name: str) -> Callable[..., Any]:
    def refuse(*_: Any) -> Any:
        raise PermissionError(REFUSED[name])

    return refuse


class Module:
    """A module, compiled once and evaluated often."""

    def __init__(self, source: str, host: Host) -> None:
        """Compile a text.

        Raises:
            CompileError: it is no module.
        """
        self.host = host
        # A line before the text moves everything down; places are moved back.
        self.moved = 0 if _PACKAGE.match(source) else len(PACKAGE_LINE)
        self.source = PACKAGE_LINE[: self.moved] + source
        self._engine = self._prepared(self.source)
        # What is evaluated; places in it are on the same lines.
        self._text, self._text_tree = self.source, self.tree
        if "set" in self.source:
            self._change(empty_sets.enclose(self.source))
        if "not" in self.source:
            self._change(negation.ask_first(self._text, self._text_tree))
        if "<" in self.source or ">" in self.source:
            self._change(ordering.rewrite(self._text, self._text_tree))
        if "slice" in self.source:
            self._change(slices.rewrite(self._text, self._text_tree))
        self.is_asked = self._engine.get_packages() == [QUERY]
        self._guarded: Any = None
        self._problem: CompileError | None = None
        try:
            self._engine.set_input_json("{}")
            self._engine.eval_query_as_json("1 == 1")
        except RuntimeError as error:
            place, message = self._read_error(str(error))
            self._problem = CompileError([_problem("unsafe", message, place or (1, 1))])

    def _change(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self._engine = self._prepared(text)
            self._text_tree = _tree_of(self._engine)

    @cached_property
    def tree(self) -> Mapping[str, Any]:
        """The syntax tree, as the engine gives it."""
        return _tree_of(self._engine)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """How `allow` and `deny` are defined, if they are."""
        return _kinds(analysis.Module(self.tree))

    def check(
        self, *, fetched: frozenset[str], record_types: frozenset[str]
    ) -> list[dict[str, Any]]:
        """Return everything that is wrong with the module, as plain dictionaries."""
        module = analysis.Module(self.tree, fetched, record_types)
        analysis.check(module)
        variables.check(module)
        record_uses.check(module)
        shapes.check(module)
        problems = [self._placed(one) for one in module.problems]
        refused = any(one["stage"] == analysis.COMPILE for one in problems)
        # What the engine says of a name is a consequence of what was said already.
        if self._problem is not None and not refused:
            problems += self._problem.problems
        return problems

    def _prepared(self, text: str, *, guarded: bool = False) -> Any:
        engine = regorus.Engine()
        engine.set_rego_v0(True)
        engine.set_gather_prints(True)
        # The engine's own limits are narrower than ours, and guards make lines longer.
        engine.set_policy_length_config(**_LENGTHS)
        if not _CODE.search(text[self.moved :]):
            raise CompileError([_problem("empty", worded("there is no rule"), (1, 1))])
        try:
            if guarded:
                engine.add_policy("guard.rego", guards.MODULE)
            engine.add_policy(FILE, text)
        except RuntimeError as error:
            raise CompileError([self._syntax_problem(str(error))]) from error
        for name, (count, function) in self.host.extensions().items():
            engine.add_extension(name, count, function)
        return engine

    def _syntax_problem(self, text: str) -> dict[str, Any]:
        place, message = self._read_error(text)
        problem = _problem("syntax", message, place or (1, 1))
        if _IF.search(self.source) and not _IMPORT.search(self.source):
            problem |= {
                "code": "missing-import",
                "message": worded("`if` is a keyword only after `import rego.v1`"),
                "suggestion": worded("add `import rego.v1`"),
                "insert_import": True,
            }
        return problem

    def _read_error(self, text: str) -> tuple[tuple[int, int] | None, str]:
        """Return where an error of the engine is in the text, and what it says."""
        text = text.split("\n\nStack backtrace", maxsplit=1)[0]
        found = _PLACE.search(text)
        said = _ERROR.search(text)
        message = said[1] if said else text.strip().splitlines()[0]
        if found is None:
            return None, message
        line = int(found[1]) - (1 if self.moved else 0)
        return (max(1, line), int(found[2])), message

    def _placed(self, problem: dict[str, Any]) -> dict[str, Any]:
        """Return a problem with its place in characters of the given text."""
        text = self.source.encode()
        for edge in ("start", "end"):
            before = text[: problem[edge]].decode(errors="replace")
            problem[edge] = max(0, len(before) - self.moved)
        return problem

    def evaluate(
        self, request: Mapping[str, Any], *, covers: bool = False
    ) -> dict[str, Any]:
        """Return what the rules say of a request, as JSON.

        Raises:
            FailedError: the evaluation ended with an error.
        """
        if self._problem is not None:
            raise FailedError("compile", str(self._problem), None)
        self.host.request = request
        self.host.refused = set()
        engine = self._engine
        if covers:
            engine = engine.clone()
            engine.set_enable_coverage(True)
        try:
            values = _ask(engine, request["input"])
        except RuntimeError as error:
            values = self._ask_again(str(error), request["input"])
        answer: dict[str, Any] = {
            "values": {
                name: values[name] for name in ("allow", "deny") if name in values
            },
            "prints": [_printed(line, self.moved) for line in engine.take_prints()],
            "refused": sorted(self.host.refused),
        }
        if not self.is_asked:
            raise FailedError("no-result", "no `pomerium.policy` in this module", None)
        if covers:
            answer["lines"] = self._covered(engine)
        return answer

    def _ask_again(self, error: str, given: Any) -> Mapping[str, Any]:
        """Evaluate once more with what failed undefined, unless rules contradict."""
        place, message = self._read_error(error)
        if any(conflict in message for conflict in _CONFLICTS):
            raise FailedError("conflict", message, place) from None
        if self._guarded is None:
            self._guarded = self._with_guards(message, place)
        try:
            return _ask(self._guarded, given)
        except RuntimeError as again:
            _, message = self._read_error(str(again))
            kind = "conflict" if any(one in message for one in _CONFLICTS) else "failed"
            raise FailedError(kind, message, place) from None

    def _with_guards(self, message: str, place: tuple[int, int] | None) -> Any:
        try:
            text = guards.guard(self._text, self._text_tree)
            engine = self._prepared(text, guarded=True)
        except CompileError:
            raise FailedError("failed", message, place) from None
        engine.add_extension(guards.ATTEMPT, 2, attempt)
        return engine

    def _covered(self, engine: Any) -> dict[str, list[int]]:
        report = json.loads(engine.get_coverage_report_as_json())
        files = [one for one in report["files"] if one["path"] == FILE]
        shift = 1 if self.moved else 0
        return {
            key: [line - shift for line in one[key] if line > shift]
            for one in files
            for key in ("covered", "not_covered")
        }


def _tree_of(engine: Any) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(engine.get_ast_as_json())[0]["ast"]
    return tree


def _ask(engine: Any, given: Any) -> Mapping[str, Any]:
    engine.set_input_json(json.dumps(given))
    found = json.loads(engine.eval_query_as_json(QUERY)).get("result")
    value = found[0]["expressions"][0]["value"] if found else {}
    return value if isinstance(value, dict) else {}


def _kinds(module: analysis.Module) -> dict[str, str]:
    """Return for `allow` and `deny`, if they are defined, how."""
    kinds: dict[str, str] = {}
    for name, rule in module.rules:
        head = rule.child("head")
        if name in {"allow", "deny"}:
            kind = "default" if head is None else head.kind
            if kinds.get(name) in {None, "default"}:
                kinds[name] = kind
    return kinds


def _printed(line: str, moved: int) -> str:
    """Return a printed line with its place in the given text."""
    found = re.match(rf"{re.escape(FILE)}:(\d+): (.*)", line, re.DOTALL)
    if found is None:
        return line
    return f"line {int(found[1]) - (1 if moved else 0)}: {found[2]}"


def _problem(code: str, message: str, place: tuple[int, int]) -> dict[str, Any]:
    return {
        "code": code,
        "message": message,
        "line": place[0],
        "column": place[1],
        "stage": analysis.COMPILE,
        "suggestion": None,
        "replacement": None,
    }
