"""The engine of operators who run a server of OPA (`POSTERN_OPA_URL`).

Texts are still checked here first. Every text becomes a module of its own package
on the server, and `get_databroker_record` a function over records that are sent along.
The server's clock is not frozen, and nothing but time is limited. It has to read Rego
as Core does: `opa run --server --v0-compatible`.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import threading
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from .evaluation import Answer, Checked, Request, SandboxEngine, key_of
from .fetching import FETCHED, addresses_in, response_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .process import Limits

PACKAGE: Final = re.compile(r"^(\s*package\s+)pomerium\.policy\b", re.MULTILINE)
_OWN: Final = "data.pomerium.policy"
_OK: Final = 200
_FETCH_CALL: Final = re.compile(r"\bhttp\.send\s*\(")
_RECORD_CALL: Final = re.compile(r"\bget_databroker_record\s*\(")
_LIBRARY: Final = """package postern.lib

get_databroker_record(kind, key) = record {
	record := input["postern.records"][kind][key]
} else = null { true }

fetched(request) = answer {
	answer := input["postern.fetched"][request.url][decoded(request)]
}

decoded(request) = "decoded" {
	request.force_json_decode == true
} else = "plain" { true }
"""
_PLACE: Final = re.compile(r"[^:]*:(\d+)(?::(\d+))?")


class OpaServerEngine:
    """A server of OPA behind the same door."""

    def __init__(self, url: str, *, local: SandboxEngine | None = None) -> None:
        self.url = urlsplit(url)
        self.local = local or SandboxEngine()
        self._known: set[str] = set()
        self._lock = threading.Lock()
        self._thread = threading.local()

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
        if found.error or any(one["stage"] == "compile" for one in found.problems):
            return found
        status, answer = self._load(source)
        if status == _OK:
            return found
        errors = answer.get("errors") or [{"message": answer.get("message", "refused")}]
        problems = [_problem(error) for error in errors]
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
        """Return what the server says of a request."""
        bundle = getattr(request.records, "bundle", None)
        records = (
            getattr(request.records, "records", {}) if bundle is None else bundle()[0]
        )
        given = {**request.input, "postern.records": records}
        if FETCHED in source:
            given["postern.fetched"], missing = _answers(source, request)
            if missing:
                return Answer(error="failed", message=f"`{missing}` is not fetched")
        path = f"/v1/data/postern/{_name(source)}"
        try:
            if _name(source) not in self._known:
                status, answer = self._load(source)
                if status != _OK:
                    return Answer(
                        error="compile", message=str(answer.get("message", ""))
                    )
            status, answer = self._send(
                "POST", path, {"input": given}, wall or self.limits.wall
            )
        except TimeoutError:
            return Answer(error="cpu")
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Answer(error="failed", message=f"the server of OPA: {error}")
        if status != _OK:
            return _failure(answer)
        result = answer.get("result")
        if not isinstance(result, dict) or not PACKAGE.search(_with_package(source)):
            return Answer(error="no-result", message="no `pomerium.policy` here")
        values = {name: result[name] for name in ("allow", "deny") if name in result}
        return Answer(values=values)

    def _load(self, source: str) -> tuple[int, Mapping[str, Any]]:
        name = _name(source)
        text = PACKAGE.sub(rf"\g<1>postern.{name}", _with_package(source), count=1)
        text = text.replace(_OWN, f"data.postern.{name}")
        text = _RECORD_CALL.sub("data.postern.lib.get_databroker_record(", text)
        text = _FETCH_CALL.sub("data.postern.lib.fetched(", text)
        if not self._known:
            self._send("PUT", "/v1/policies/lib", _LIBRARY, self.limits.check_wall)
        status, answer = self._send(
            "PUT", f"/v1/policies/{name}", text, self.limits.check_wall
        )
        if status == _OK:
            with self._lock:
                self._known.add(name)
        return status, answer

    def _send(
        self, method: str, path: str, body: Any, wall: float
    ) -> tuple[int, Mapping[str, Any]]:
        is_text = isinstance(body, str)
        data = body.encode() if is_text else json.dumps(body).encode()
        kind = "text/plain" if is_text else "application/json"
        connection = self._connection(wall)
        try:
            connection.request(
                method, f"{self.url.path}{path}", data, {"Content-Type": kind}
            )
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"{}")
        except BaseException:
            self._thread.connection = None
            connection.close()
            raise

    def _connection(self, wall: float) -> http.client.HTTPConnection:
        """Return this thread's connection, with a limit on waiting."""
        connection: http.client.HTTPConnection | None = getattr(
            self._thread, "connection", None
        )
        if connection is None:
            is_secure = self.url.scheme == "https"
            kind = (
                http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
            )
            connection = kind(self.url.hostname or "localhost", self.url.port)
            self._thread.connection = connection
        connection.timeout = wall
        if connection.sock is not None:
            connection.sock.settimeout(wall)
        return connection

    def close(self) -> None:
        """End the workers that check texts; the server stays."""
        self.local.close()


def _name(source: str) -> str:
    return f"m{key_of(source)[:32]}"


def _answers(source: str, request: Request) -> tuple[dict[str, Any], str]:
    """Return the answers of all addresses in a text, and one that there is none of."""
    found: dict[str, Any] = {}
    for url in addresses_in(source):
        given = request.fetched.get(url)
        if given is not None:
            found[url] = {"plain": given, "decoded": given}
            continue
        _, record = request.records.find(FETCHED, url)
        if not record:
            return {}, url
        found[url] = {"plain": response_of(record, {})}
        with contextlib.suppress(ValueError):
            decoded = response_of(record, {"force_json_decode": True})
            found[url]["decoded"] = decoded
    return found, ""


def _with_package(source: str) -> str:
    has_one = re.search(r"^\s*package\b", source, re.MULTILINE)
    return source if has_one else f"package pomerium.policy\n{source}"


def _problem(error: Mapping[str, Any]) -> dict[str, Any]:
    place = error.get("location") or {}
    return {
        "code": "opa",
        "message": str(error.get("message", "refused")),
        "line": int(place.get("row", 1)),
        "column": max(1, int(place.get("col", 1))),
        "stage": "compile",
        "suggestion": None,
        "replacement": None,
    }


def _failure(answer: Mapping[str, Any]) -> Answer:
    errors = answer.get("errors") or [{}]
    message = str(errors[0].get("message") or answer.get("message", ""))
    place = errors[0].get("location") or {}
    is_conflict = errors[0].get("code") == "eval_conflict_error"
    return Answer(
        error="conflict" if is_conflict else "failed",
        message=message,
        place=(int(place["row"]), int(place.get("col", 1))) if "row" in place else None,
    )
