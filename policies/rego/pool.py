"""A few workers for everybody: shared fairly, replaced at once, never shared back.

There are two lanes. Texts that are known to be quick may have any worker; all others
together have all but one, so that what is quick never waits for what may not end.
Each namespace may keep all workers but one busy, and waits in a line of its own for
each lane; lines take turns. What breaks a limit costs its worker, and a warm one takes
over; until there is another, it counts as busy. A namespace that cost several has no
place in the slow lane for a while.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .process import Ask, Limits, WorkerLostError, WorkerProcess
from .records import Losses, TextRecords

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_WAITING: Final = 64  # in one namespace's line
PATIENT: Final = 1.0  # seconds; for who waits so long, the work shall be done
RETIRED_AFTER: Final = 20_000  # evaluations
_GIVE_UP_AFTER: Final = 3
_PAUSE: Final = 0.5  # seconds before another attempt to start a worker


class QuotaError(Exception):
    """The namespace's line is full, its turn didn't come in time, or it is to rest."""


class _Line(NamedTuple):
    """Which line somebody waits in, and whom a worker is busy for."""

    namespace: str
    is_slow: bool


@dataclass(slots=True, eq=False)
class _Ticket:
    """A place in a line; `worker` is given when its turn comes.

    What is known to be heavy gets a worker that stands back, if there is one.
    """

    line: _Line
    is_heavy: bool = False
    may_stand_back: bool = False
    ready: threading.Event = field(default_factory=threading.Event)
    worker: WorkerProcess | None = None
    stood_back: bool = False  # the worker, before it began
    is_refused: bool = False


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
        # Those that stand back for others, besides (see `WorkerProcess`).
        self._standing_back: list[WorkerProcess] = []
        self._dying: list[WorkerProcess] = []
        self._at_work: set[WorkerProcess] = set()
        # For whom workers are at work, or were lost and have not been replaced.
        self._busy: Counter[_Line] = Counter()
        self._owed: deque[_Line] = deque()
        self._lines: OrderedDict[_Line, deque[_Ticket]] = OrderedDict()
        self._texts = TextRecords()
        self._losses = Losses()
        self._keeper: threading.Thread | None = None
        self._closed = False
        self._failed = 0

    @property
    def running(self) -> int:
        """How many workers there are."""
        with self._lock:
            return len(self._idle) + len(self._standing_back) + len(self._at_work)

    @property
    def pids(self) -> list[int]:
        """The processes that wait for work."""
        with self._lock:
            return [worker.pid for worker in self._idle + self._standing_back]

    def is_quick(self, text: str) -> bool:
        """Answer whether a text, by its key, would be served in the quick lane."""
        with self._lock:
            return self._texts.is_quick(text)

    def call(
        self,
        message: dict[str, Any],
        *,
        key: str,
        wall: float,
        ask: Ask,
        source: str = "",
    ) -> dict[str, Any]:
        """Have a message answered by a worker, in a line of a namespace.

        `source` is sent along only to a worker that hasn't compiled it.

        Raises:
            WorkerLostError: the worker broke a limit, or crashed.
            QuotaError: the namespace has too much going on, or broke limits.
        """
        until = time.monotonic() + wall
        is_first = self.sandbox is None
        text = str(message.get("key", "")) or f"check in {key}"
        ticket, worker = self._take(key, text, wall)
        if is_first:
            until = time.monotonic() + wall
        call = partial(
            worker.call, until=until, ask=ask, may_stand_back=ticket.may_stand_back
        )
        lost = "crash"
        try:
            answer = call(message)
            if "unknown" in answer:
                load = {**message, "op": "load", "source": source, "input": {}}
                answer = call(load)
                if "error" not in answer:
                    answer = call(message)
            lost = ""
        except WorkerLostError as error:
            lost = error.kind
            raise
        else:
            return answer
        finally:
            self._give_back(ticket, worker, text, lost=lost)

    def _take(
        self, namespace: str, text: str, wall: float
    ) -> tuple[_Ticket, WorkerProcess]:
        if self._pid != os.getpid():
            # Workers belong to the process that started them; a fork starts its own.
            self._reset()
        with self._changed:
            self._start_keeper()
            ticket = self._ticket(namespace, text, wall)
            if ticket.line.is_slow and self._losses.rests_until(namespace):
                raise QuotaError("this namespace broke limits again and again")
            line = self._lines.setdefault(ticket.line, deque())
            if len(line) >= MAX_WAITING:
                raise QuotaError("too many evaluations wait")
            line.append(ticket)
            self._serve_lines()
        # Starting the very first worker takes longer than an evaluation may.
        first = self.sandbox is None
        # Whoever begins shall have the time that an evaluation may take.
        patience = max(wall - self.limits.cpu, wall / 2)
        ticket.ready.wait(max(wall, 10.0) if first else patience)
        with self._changed:
            if ticket.worker is None:
                if not ticket.is_refused:
                    self._lines[ticket.line].remove(ticket)
                raise QuotaError("no worker was free in time")
            return ticket, ticket.worker

    def _ticket(self, namespace: str, text: str, wall: float) -> _Ticket:
        is_slow = not self._texts.is_quick(text)
        return _Ticket(
            _Line(namespace, is_slow),
            is_heavy=self._texts.is_heavy(text),
            may_stand_back=is_slow and wall < PATIENT,
        )

    def _serve_lines(self) -> None:
        """Give idle workers to the lines in turn. Called under the lock."""
        for key in list(self._lines):
            line = self._lines[key]
            if not line:
                del self._lines[key]
                continue
            worker = self._worker_for(line[0])
            if worker is None:
                continue
            ticket = line.popleft()
            ticket.worker, ticket.stood_back = worker, worker.stands_back
            self._at_work.add(worker)
            self._busy[key] += 1
            self._lines.move_to_end(key)
            ticket.ready.set()

    def _worker_for(self, ticket: _Ticket) -> WorkerProcess | None:
        """Return a worker whose turn it is, None if it has to wait."""
        most = max(1, self.size - 1)
        namespace = ticket.line.namespace
        if len(self._at_work) >= self.size or most <= sum(
            count for line, count in self._busy.items() if line.namespace == namespace
        ):
            return None
        if ticket.line.is_slow:
            if most <= sum(count for line, count in self._busy.items() if line.is_slow):
                return None
            if ticket.may_stand_back and ticket.is_heavy and self._standing_back:
                return self._standing_back.pop()
        return self._idle.pop() if self._idle else None

    def _give_back(
        self, ticket: _Ticket, worker: WorkerProcess, text: str, *, lost: str
    ) -> None:
        """Take a worker back; nobody waits for the end of one that is of no use.

        `lost` is "", or why the worker is no more.
        """
        namespace = ticket.line.namespace
        with self._changed:
            self._at_work.remove(worker)
            # Who was kept waiting by others did nothing wrong.
            is_blamed = bool(lost) and not (lost == "late" and worker.was_quick)
            if not is_blamed:
                self._texts.note(text, worker.used)
            else:
                self._texts.note_loss(text)
                self._losses.note(namespace)
                self._refuse_the_waiting(namespace)
            is_spent = bool(lost) or self._closed or worker.asked >= RETIRED_AFTER
            is_missed = is_blamed or (
                ticket.line.is_slow and (is_spent or worker.stands_back)
            )
            if is_missed and not ticket.stood_back:
                self._owed.append(ticket.line)
            else:
                self._count_out(ticket.line)
            self._put_away(worker, is_spent=is_spent)
            self._serve_lines()
            self._changed.notify_all()
        if self._closed:
            self._bury()

    def _put_away(self, worker: WorkerProcess, *, is_spent: bool) -> None:
        if not worker.stands_back:
            kept = self._idle
        else:
            kept = self._standing_back
            is_spent |= len(kept) >= max(1, self.size - 1)
        (self._dying if is_spent else kept).append(worker)

    def _count_out(self, line: _Line) -> None:
        self._busy[line] -= 1
        if not self._busy[line]:
            del self._busy[line]

    def _refuse_the_waiting(self, namespace: str) -> None:
        """Send the slow of a namespace away that is to rest. Called under the lock."""
        if self._losses.rests_until(namespace):
            for ticket in self._lines.pop(_Line(namespace, is_slow=True), ()):
                ticket.is_refused = True
                ticket.ready.set()

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
            if not is_short:
                self._bury()
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
                if self._owed:
                    self._count_out(self._owed.popleft())
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
        others = sum(not worker.stands_back for worker in self._at_work)
        return len(self._idle) + others < self.size + self.spares

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
            idle = self._idle + self._standing_back
            self._idle, self._standing_back = [], []
            self._changed.notify_all()
        for worker in idle:
            worker.close()
        self._bury()
