"""One worker process, seen from the console: started, asked, and put to death.

A worker that has used much of the processor for one answer may be made to stand back
from then on: the system runs it when nobody else wants to run.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import select
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
from .records import HEAVY_CPU, QUICK_CPU

START_SECONDS: Final = 20.0
_SCHEDULED_CPU: Final = 2  # the kind of clock that counts a process's own time
_PATIENCE: Final = 10  # milliseconds between looks at who does not answer
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
    """A process that has given up its rights and waits for modules.

    `used` is how many seconds of processor the last message took.
    """

    used = 0.0
    stands_back = False

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
    def was_quick(self) -> bool:
        """Whether the last message took little of the processor."""
        return self.used < QUICK_CPU

    @property
    def pid(self) -> int:
        pid: int = self._process.pid
        return pid

    def call(
        self,
        message: dict[str, Any],
        *,
        until: float,
        ask: Ask,
        may_stand_back: bool = False,
    ) -> dict[str, Any]:
        """Return the worker's answer, or end it at a time of the monotonic clock.

        With `may_stand_back` it does so when it uses much.

        Raises:
            WorkerLostError: it broke a limit, or crashed; it is to be closed.
        """
        self.asked += 1
        began = self._cpu()
        try:
            self._channel.settimeout(_left(until))
            protocol.send(self._channel, message)
            while True:
                if may_stand_back:
                    self._await(until, began)
                self._channel.settimeout(_left(until))
                answer = protocol.receive_object(self._channel)
                if "ask" not in answer:
                    self.used = self._cpu() - began
                    return answer
                reply = ask(str(answer["ask"]), list(answer["arguments"]))
                protocol.send(self._channel, {"answer": reply})
        except TimeoutError as error:
            self.used = self._cpu() - began
            self._kill()
            # Who was merely kept waiting has broken nothing.
            is_busy = self.used > message["cpu"] / 2
            raise WorkerLostError("cpu" if is_busy else "late") from error
        except (protocol.ProtocolError, OSError, KeyError, TypeError) as error:
            raise WorkerLostError(self._cause()) from error

    def _await(self, until: float, began: float) -> None:
        """Wait for something to read; let a worker stand back that has used much."""
        readable = select.poll()
        readable.register(self._channel, select.POLLIN)
        while not self.stands_back and time.monotonic() < until:
            if readable.poll(_PATIENCE):
                return
            if self._cpu() - began >= HEAVY_CPU:
                self._stand_back()

    def _stand_back(self) -> None:
        """Have the system prefer everybody else, for good: few may take that back."""
        self.stands_back = True
        self._schedule("SCHED_IDLE")

    def _schedule(self, policy: str) -> None:
        with contextlib.suppress(OSError, AttributeError):
            os.sched_setscheduler(self.pid, getattr(os, policy), os.sched_param(0))

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
        if self.stands_back:
            # Where the system allows it, so that its end does not have to wait as well.
            self._schedule("SCHED_OTHER")
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
