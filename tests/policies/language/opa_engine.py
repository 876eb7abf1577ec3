"""Runs Rego for tests on OPA itself, set up as Core sets it up.

The program is in the folder `opa`; it is built with Go where there is Go. What it needs
comes from the Go module proxy, once.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

MEMORY = 4 * 1024**3
SOURCE = Path(__file__).parent / "opa"
PLACES = ("/usr/local/go/bin/go", "/usr/lib/go/bin/go")


class NoOpaError(Exception):
    """OPA can't run here; the text says why."""


class OpaDiedError(Exception):
    """A module was too much for OPA, which has ended."""


@dataclass(frozen=True)
class Question:
    core_input: Mapping[str, Any]
    records: Mapping[str, Any]


def build(folder: Path) -> Path:
    """Build the program; return where it is.

    Raises:
        NoOpaError: there is no Go, or it can't build the program.
    """
    go = shutil.which("go") or next((one for one in PLACES if Path(one).exists()), None)
    if go is None:
        raise NoOpaError("OPA was not run: building it needs Go, and there is none")
    binary = folder / "opa"
    done = subprocess.run(  # noqa: S603 -- the compiler of this machine
        [go, "build", "-o", str(binary), "."],
        cwd=SOURCE,
        env={**os.environ, "GOFLAGS": "-mod=readonly -buildvcs=false"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoOpaError(f"OPA was not run: Go can't build it: {done.stderr[-500:]}")
    return binary


class Opa:
    """A running OPA that is asked one module after the other."""

    def __init__(self, binary: Path) -> None:
        self._process = subprocess.Popen(  # noqa: S603 -- built above
            [str(binary)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        resource.prlimit(self._process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def ask(
        self, module: str, questions: Iterable[Question], *, now: datetime
    ) -> list[dict[str, Any]]:
        """Return `allow` and `deny` for each question: [value, sorted reasons, data].

        What OPA refuses, or can't answer, is an `error`.
        """
        asked = list(questions)
        reply = self.send(module, asked, now=now)
        if "error" in reply:
            return [{"error": reply["error"]}] * len(asked)
        return [_answer(one) for one in reply["answers"]]

    def send(
        self,
        module: str,
        questions: Iterable[Question],
        *,
        now: datetime,
        untyped: bool = False,
    ) -> dict[str, Any]:
        """Return what the program replies: an `error`, or `answers` as they came.

        With `untyped`, what OPA can tell of types beforehand is no error.
        """
        sent, received = self._pipes()
        asked = [{"input": one.core_input, "records": one.records} for one in questions]
        work = {
            "module": module,
            "now": now.timestamp(),
            "questions": asked,
            "untyped": untyped,
        }
        try:
            sent.write(json.dumps(work) + "\n")
            sent.flush()
            reply: dict[str, Any] = json.loads(received.readline() or "{}")
        except BrokenPipeError:
            reply = {}
        if not reply:
            raise OpaDiedError
        if reply.get("error"):
            return {"error": reply["error"]}
        return reply

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        sent, received = self._process.stdin, self._process.stdout
        assert sent is not None
        assert received is not None
        return sent, received


def _answer(found: dict[str, Any]) -> dict[str, Any]:
    if "error" in found:
        return found
    return {name: _result(found["result"][name]) for name in ("allow", "deny")}


def _result(result: list[Any]) -> tuple[bool, list[str], dict[str, str]]:
    value, reasons, *data = result
    return value, sorted(reasons), data[0] if data else {}
