"""One worker process, seen from the console: started, asked, and put to death."""

from __future__ import annotations

import contextlib
import importlib.util
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from . import protocol

START_SECONDS: Final = 20.0
_SCHEDULED_CPU: Final = 2  # the kind of clock that counts a process's own time
_OVER_BUDGET: Final = {signal.SIGPROF, signal.SIGXCPU}
# What Rust and C do when memory is refused.
_OUT_OF_MEMORY: Final = {signal.SIGABRT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an evaluation may use: seconds of processor and of waiting, bytes."""

    cpu: float = 0.1
    wall: float = 0.18  # so that whoever asked has an answer after 0.2
    memory: int = 128 * 1024 * 1024
    check_cpu: float = 1.0
    check_wall: float = 5.0


class WorkerLostError(Exception):
    """A worker that is no more: `kind` is cpu, memory, crash or late."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


Ask = Callable[[str, list[Any]], Any]


class WorkerProcess:
    """A process that has given up its rights and waits for modules."""

    def __init__(self, limits: Limits, *, without: Sequence[str] = ()) -> None:
        """Start one, and wait until it says what it has given up.

        Raises:
            WorkerLostError: it didn't come up.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [*_command(), str(limits.memory), ",".join(without)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                close_fds=True,
                start_new_session=True,
            )
        self._channel = ours
        self._channel.settimeout(START_SECONDS)
        self.asked = 0
        try:
            self.sandbox: dict[str, Any] = protocol.receive(ours)
        except (protocol.ProtocolError, TimeoutError) as error:
            self.close()
            raise WorkerLostError("crash") from error

    @property
    def pid(self) -> int:
        pid: int = self._process.pid
        return pid

    def call(
        self, message: dict[str, Any], *, until: float, ask: Ask
    ) -> dict[str, Any]:
        """Return the worker's answer, or end it at a time of the monotonic clock.

        Raises:
            WorkerLostError: it broke a limit, or crashed; it is to be closed.
        """
        self.asked += 1
        began = self._cpu()
        try:
            self._channel.settimeout(_left(until))
            protocol.send(self._channel, message)
            while True:
                self._channel.settimeout(_left(until))
                answer = protocol.receive_object(self._channel)
                if "ask" not in answer:
                    return answer
                reply = ask(str(answer["ask"]), list(answer["arguments"]))
                protocol.send(self._channel, {"answer": reply})
        except TimeoutError as error:
            used = self._cpu() - began
            self._kill()
            # Who was merely kept waiting has broken nothing.
            is_busy = used > message["cpu"] / 2
            raise WorkerLostError("cpu" if is_busy else "late") from error
        except (protocol.ProtocolError, OSError, KeyError, TypeError) as error:
            raise WorkerLostError(self._cause()) from error

    def _cpu(self) -> float:
        """Return the seconds of processor that the process has used."""
        try:
            return time.clock_gettime((~self.pid << 3) | _SCHEDULED_CPU)
        except OSError:
            return 0.0

    def _cause(self) -> str:
        """Return why the process ended; end it if it has not."""
        try:
            code = self._process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            self._kill()
            return "memory"  # it answers, but more than it may
        ended = {-code}
        if ended & _OVER_BUDGET:
            return "cpu"
        return "memory" if ended & _OUT_OF_MEMORY else "crash"

    def _kill(self) -> None:
        """End the process; somebody else waits until it has given its memory back."""
        with contextlib.suppress(OSError):
            self._process.kill()

    def close(self) -> None:
        """End the process and wait for its end."""
        self._kill()
        self._channel.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)


def _left(until: float) -> float:
    return max(0.001, until - time.monotonic())


def _command() -> list[str]:
    """Return how to start a worker: no site, no environment, its imports by path."""
    found = importlib.util.find_spec("regorus")
    if found is None or found.origin is None:
        raise WorkerLostError("crash")
    paths = [str(Path(__file__).parents[2]), str(Path(found.origin).parents[1])]
    code = (
        f"import sys; sys.path[:0] = {paths!r}; "
        "from policies.rego.worker import main; main()"
    )
    return [sys.executable, "-I", "-S", "-c", code]
