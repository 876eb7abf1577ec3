"""A few workers for everybody: shared fairly, replaced at once, never shared back.

Each namespace may keep all workers but one busy, and waits in a line of its own;
lines take turns. What breaks a limit costs its worker, and a warm one takes over.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .process import Ask, Limits, WorkerLostError, WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_WAITING: Final = 64  # in one namespace's line
RETIRED_AFTER: Final = 20_000  # evaluations
_GIVE_UP_AFTER: Final = 3
_PAUSE: Final = 0.5  # seconds before another attempt to start a worker


class QuotaError(Exception):
    """The namespace's line is full, or its turn didn't come in time."""


@dataclass(slots=True, eq=False)
class _Ticket:
    """A place in a line; `worker` is given when its turn comes."""

    key: str
    ready: threading.Event = field(default_factory=threading.Event)
    worker: WorkerProcess | None = None


class Pool:
    """Workers, and who waits for one."""

    def __init__(
        self,
        *,
        size: int = 2,
        spares: int = 1,
        limits: Limits | None = None,
        without: Sequence[str] = (),
    ) -> None:
        self.size = max(1, size)
        self.spares = max(1, spares)
        self.limits = limits or Limits()
        self.without = tuple(without)
        self.sandbox: dict[str, Any] | None = None
        self._reset()
        atexit.register(self.close)

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._idle: list[WorkerProcess] = []
        self._dying: list[WorkerProcess] = []
        self._busy: dict[str, int] = {}
        self._lines: OrderedDict[str, deque[_Ticket]] = OrderedDict()
        self._keeper: threading.Thread | None = None
        self._closed = False
        self._failed = 0

    @property
    def running(self) -> int:
        """How many workers there are."""
        with self._lock:
            return len(self._idle) + self._in_use

    @property
    def pids(self) -> list[int]:
        """The processes that wait for work."""
        with self._lock:
            return [worker.pid for worker in self._idle]

    @property
    def _in_use(self) -> int:
        return sum(self._busy.values())

    def call(
        self,
        message: dict[str, Any],
        *,
        key: str,
        wall: float,
        ask: Ask,
        source: str = "",
    ) -> dict[str, Any]:
        """Have a message answered by a worker, in the line of a namespace.

        `source` is sent along only to a worker that hasn't compiled it.

        Raises:
            WorkerLostError: the worker broke a limit, or crashed.
            QuotaError: the namespace has too much going on.
        """
        until = time.monotonic() + wall
        is_first = self.sandbox is None
        worker = self._take(key, wall)
        if is_first:
            until = time.monotonic() + wall
        lost = True
        try:
            answer = worker.call(message, until=until, ask=ask)
            if "unknown" in answer:
                load = {**message, "op": "load", "source": source, "input": {}}
                answer = worker.call(load, until=until, ask=ask)
                if "error" not in answer:
                    answer = worker.call(message, until=until, ask=ask)
            lost = False
            return answer
        finally:
            self._give_back(key, worker, lost=lost)

    def _take(self, key: str, wall: float) -> WorkerProcess:
        if self._pid != os.getpid():
            # Workers belong to the process that started them; a fork starts its own.
            self._reset()
        ticket = _Ticket(key)
        with self._changed:
            self._start_keeper()
            line = self._lines.setdefault(key, deque())
            if len(line) >= MAX_WAITING:
                raise QuotaError("too many evaluations wait")
            line.append(ticket)
            self._serve_lines()
        # Starting the very first worker takes longer than an evaluation may.
        first = self.sandbox is None
        ticket.ready.wait(max(wall, 10.0) if first else wall)
        with self._changed:
            if ticket.worker is None:
                self._lines[key].remove(ticket)
                raise QuotaError("no worker was free in time")
            return ticket.worker

    def _serve_lines(self) -> None:
        """Give idle workers to the lines in turn. Called under the lock."""
        most = max(1, self.size - 1)
        for key in list(self._lines):
            line = self._lines[key]
            if not line:
                del self._lines[key]
                continue
            if not self._idle or self._in_use >= self.size:
                return
            if self._busy.get(key, 0) >= most:
                continue
            ticket = line.popleft()
            ticket.worker = self._idle.pop()
            self._busy[key] = self._busy.get(key, 0) + 1
            self._lines.move_to_end(key)
            ticket.ready.set()

    def _give_back(self, key: str, worker: WorkerProcess, *, lost: bool) -> None:
        """Take a worker back; nobody waits for the end of one that is of no use."""
        with self._changed:
            self._busy[key] -= 1
            if not self._busy[key]:
                del self._busy[key]
            if lost or self._closed or worker.asked >= RETIRED_AFTER:
                self._dying.append(worker)
            else:
                self._idle.append(worker)
            self._serve_lines()
            self._changed.notify_all()
        if self._closed:
            self._bury()

    def _bury(self) -> None:
        """Wait for the end of workers that are of no more use."""
        with self._changed:
            dying, self._dying = self._dying, []
        for worker in dying:
            worker.close()

    def _start_keeper(self) -> None:
        if self._keeper is None:
            self._keeper = threading.Thread(
                target=self._keep, name="rego-keeper", daemon=True
            )
            self._keeper.start()

    def _keep(self) -> None:
        """Keep enough workers, and one more: it is warm when another is lost."""
        while True:
            with self._changed:
                while not (self._closed or self._is_short or self._dying):
                    self._changed.wait()
                if self._closed:
                    return
                is_short = self._is_short
            self._bury()
            if not is_short:
                continue
            try:
                worker = WorkerProcess(self.limits, without=self.without)
            except (WorkerLostError, OSError):
                self._fail()
                time.sleep(_PAUSE)
                continue
            with self._changed:
                self.sandbox = worker.sandbox
                self._failed = 0
                if self._is_closed():
                    worker.close()
                    return
                self._idle.append(worker)
                self._serve_lines()
                self._changed.notify_all()

    def _fail(self) -> None:
        """Let nobody wait for workers that don't come up."""
        with self._changed:
            self._failed += 1
            if self._failed >= _GIVE_UP_AFTER and not self._idle:
                for line in self._lines.values():
                    for ticket in line:
                        ticket.ready.set()

    def _is_closed(self) -> bool:
        return self._closed

    @property
    def _is_short(self) -> bool:
        return len(self._idle) + self._in_use < self.size + self.spares

    def wait_until_warm(self, timeout: float = 10.0) -> bool:
        """Wait until all workers are up, and say whether they are."""
        until = time.monotonic() + timeout
        with self._changed:
            self._start_keeper()
            while self._is_short or self._dying:
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
            return True

    def close(self) -> None:
        """End all workers."""
        if self._pid != os.getpid():
            return
        with self._changed:
            self._closed = True
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for worker in idle:
            worker.close()
        self._bury()
