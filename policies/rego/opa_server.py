"""The engine of operators who run a server of OPA (`POSTERN_OPA_URL`).

Texts are still checked here first, at save and before the server gets them. Each
becomes a module of its own package there (`opa_modules`). Nothing but time is limited.
The server has to read Rego as Core does: `opa run --server --v0-compatible`.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from .evaluation import Answer, Checked, Request, SandboxEngine
from .fetching import addresses_in
from .opa_connections import Connections
from .opa_modules import (
    LIBRARY,
    MOCKS_INPUT,
    added_lines,
    has_our_package,
    mocks_input,
    module_of,
    name_of,
    sent_with,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .process import Limits

MOST_MODULES: Final = 500  # that one process keeps on a server
_OK: Final = 200
# What would show a text the modules of others, besides what does not compile.
_NEVER_SENT: Final = {"no-data", "other-package"}


class RefusedError(Exception):
    """A text that the server does not get, or does not take."""


class OpaServerEngine:
    """A server of OPA behind the same door."""

    def __init__(self, url: str, *, local: SandboxEngine | None = None) -> None:
        self._connections = Connections(urlsplit(url))
        self.local = local or SandboxEngine()
        self._kinds: dict[str, Mapping[str, str]] = {}
        self._lock = threading.Lock()

    @property
    def limits(self) -> Limits:
        return self.local.limits

    def check(
        self,
        source: str,
        *,
        namespace: str,
        fetched: Collection[str] = (),
        record_types: Collection[str] = (),
    ) -> Checked:
        """Return the problems of a text, those that only the server sees included."""
        found = self.local.check(
            source, namespace=namespace, fetched=fetched, record_types=record_types
        )
        if found.error or _unfit(found):
            return found
        if mocks_input(source):
            problem = _problem({"message": MOCKS_INPUT}, 0)
            return Checked((*found.problems, problem), found.kinds)
        try:
            status, answer = self._put(source, found.kinds)
        except (OSError, http.client.HTTPException, ValueError):
            return Checked((), {}, "server")
        if status == _OK:
            return found
        errors = answer.get("errors") or [{"message": answer.get("message", "refused")}]
        added = added_lines(source)
        problems = [_problem(error, added) for error in errors]
        return Checked((*found.problems, *problems), found.kinds)

    def evaluate(
        self,
        source: str,
        request: Request,
        *,
        namespace: str,
        wall: float | None = None,
        covers: bool = False,
    ) -> Answer:
        """Return what the server says of a request.

        With `covers`, prints and the lines run come from a worker of our own, which
        evaluates the text as well: a server tells neither.
        """
        began = time.perf_counter_ns()
        try:
            answer = self._ask(source, request, namespace, wall or self.limits.wall)
        except RefusedError as error:
            answer = Answer(error="compile", message=str(error))
        except TimeoutError:
            answer = Answer(error="cpu")
        except (OSError, http.client.HTTPException, ValueError) as error:
            answer = Answer(error="failed", message=f"the server of OPA: {error}")
        answer = replace(answer, elapsed_us=(time.perf_counter_ns() - began) // 1000)
        if not covers:
            return answer
        ours = self.local.evaluate(
            source, request, namespace=namespace, wall=wall, covers=True
        )
        return replace(
            answer,
            prints=ours.prints,
            covered=ours.covered,
            not_covered=ours.not_covered,
            memory_kib=ours.memory_kib,
        )

    def _ask(
        self, source: str, request: Request, namespace: str, wall: float
    ) -> Answer:
        if not has_our_package(source):
            return Answer(error="no-result", message="no `pomerium.policy` here")
        name = name_of(source)
        is_new = name not in self._kinds
        if is_new:
            self._load(source, namespace)
        sent = sent_with(source, request)
        if sent.problem:
            return Answer(error="failed", message=sent.problem)
        path, body = f"/v1/data/postern/{name}", {"input": sent.given}
        status, answer = self._send("POST", path, body, wall)
        if status == _OK and "result" not in answer and not is_new:
            # A server that was started anew knows nothing.
            self._load(source, namespace)
            status, answer = self._send("POST", path, body, wall)
        if status != _OK:
            return _failure(answer, added_lines(source))
        result = answer.get("result")
        if not isinstance(result, dict):
            return Answer(error="no-result", message="the server knows no such policy")
        values = {one: result[one] for one in ("allow", "deny") if one in result}
        return Answer(
            values=values,
            kinds=self._kinds.get(name, {}),
            refused_types=sent.refused,
        )

    def _load(self, source: str, namespace: str) -> None:
        """Give the server a text that has been looked at here.

        Raises:
            RefusedError: something is wrong with it.
        """
        found = self.local.check(
            source, namespace=namespace, fetched=addresses_in(source)
        )
        if found.error:
            raise RefusedError(f"the check of the text ended with `{found.error}`")
        unfit = _unfit(found)
        if unfit:
            raise RefusedError(unfit)
        if mocks_input(source):
            raise RefusedError(MOCKS_INPUT)
        status, answer = self._put(source, found.kinds)
        if status != _OK:
            raise RefusedError(str(answer.get("message", "")))

    def _put(
        self, source: str, kinds: Mapping[str, str]
    ) -> tuple[int, Mapping[str, Any]]:
        """Put a text on the server, below the library that it needs.

        Each change there compiles all that the server has, so it may not have many.
        """
        wall, name = self.limits.check_wall, name_of(source)
        path, text = f"/v1/policies/{name}", module_of(source)
        status = 0
        if self._kinds:
            status, _ = done = self._send("PUT", path, text, wall)
        if status != _OK:
            # The first text here, or the server was started anew: it lacks the library.
            self._send("PUT", "/v1/policies/postern-lib", LIBRARY, wall)
            status, _ = done = self._send("PUT", path, text, wall)
        if status == _OK:
            with self._lock:
                self._kinds[name] = kinds
                first = next(iter(self._kinds))
                is_full = len(self._kinds) > MOST_MODULES
                if is_full:
                    del self._kinds[first]
            if is_full:
                self._send("DELETE", f"/v1/policies/{first}", "", wall)
        return done

    def _send(
        self, method: str, path: str, body: Any, wall: float
    ) -> tuple[int, Mapping[str, Any]]:
        is_text = isinstance(body, str)
        data = body.encode() if is_text else json.dumps(body).encode()
        status, answer = self._connections.send(
            method,
            path,
            data,
            kind="text/plain" if is_text else "application/json",
            wall=wall,
        )
        return status, json.loads(answer or b"{}")

    def is_quick(self, source: str) -> bool:
        """Answer whether a text is known to take little time; here nobody counts."""
        return True

    def close(self) -> None:
        """End the workers that check texts; the server stays."""
        self._connections.close()
        self.local.close()


def _unfit(found: Checked) -> str:
    """Return why a server may not get a text, "" if it may."""
    for one in found.problems:
        if one["stage"] == "compile" or one["code"] in _NEVER_SENT:
            return str(one["message"])
    return ""


def _problem(error: Mapping[str, Any], added: int) -> dict[str, Any]:
    place = error.get("location") or {}
    return {
        "code": "opa",
        "message": str(error.get("message", "refused")),
        "line": max(1, int(place.get("row", 1)) - added),
        "column": max(1, int(place.get("col", 1))),
        "stage": "compile",
        "suggestion": None,
        "replacement": None,
    }


def _failure(answer: Mapping[str, Any], added: int) -> Answer:
    errors = answer.get("errors") or [{}]
    message = str(errors[0].get("message") or answer.get("message", ""))
    place = errors[0].get("location") or {}
    row = int(place["row"]) - added if "row" in place else 0
    is_conflict = errors[0].get("code") == "eval_conflict_error"
    return Answer(
        error="conflict" if is_conflict else "failed",
        message=message,
        place=(row, int(place.get("col", 1))) if row > 0 else None,
    )
