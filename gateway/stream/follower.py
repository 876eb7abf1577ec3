"""The follower: one background thread that keeps snapshot and people up to date.

It asks its source five times a second how far it is, and fetches what is new. A
deployment that is not whole, not ours or not newer is refused, and the last good one
stays in force; whoever decides asks `age` and denies when it is too high.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gateway.snapshot import Snapshot, SnapshotError

from .chunks import Chunks, assemble, check_root
from .loading import Loader, without_collection
from .source import Head, Source, SourceGoneError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from .people import People

INTERVAL = 0.2  # seconds between two polls
MOST_APART = 60.0  # seconds between the clock here and that of the source
REPORT_EVERY = 5.0  # seconds between two reports of what is in force
NEVER = math.inf

logger = logging.getLogger(__name__)


class Follower:
    """Keeps the newest good snapshot and people as they are now.

    Give it `on_snapshot`, called with each new snapshot *before* it counts as in
    force: compile there and swap in one step. If it raises, the snapshot is refused
    and the one before stays. `on_people` is called after each change of people, with
    the ids of sessions, people and so on that changed, None for all.

    Both are called in the follower's thread. `people` is one object for the whole
    life; read it at any time, from any thread.

        follower = Follower(source, keys=keys, on_snapshot=engine.replace)
        follower.start()        # returns at once; `wait` for the first success
        ...
        if follower.age() > 10: deny
        ...
        follower.stop()
    """

    def __init__(
        self,
        source: Source,
        *,
        keys: Sequence[Ed25519PublicKey],
        on_snapshot: Callable[[Snapshot], None],
        on_people: Callable[[frozenset[str] | None], None] | None = None,
        interval: float = INTERVAL,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._source = source
        self._keys = tuple(keys)
        self._on_snapshot = on_snapshot
        self._interval = interval
        self._clock = clock
        self._apart = 0.0
        self._loader = Loader(source, on_people)
        self._chunks = Chunks()
        self._refused: tuple[int, str, int] | None = None
        self._succeeded_at = -NEVER
        self._reported_at = -NEVER
        self._ended = threading.Event()
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self.snapshot: Snapshot | None = None
        self.problem = ""

    @property
    def people(self) -> People:
        """People, groups, devices, sessions, accounts and records as they are now."""
        return self._loader.people

    @property
    def position(self) -> int:
        """Return the number of the last change that was taken over, -1 before any."""
        return self._loader.position

    def age(self) -> float:
        """Return the seconds since the source last answered in full; inf for never.

        By a clock that nobody can set. People are as old as that at most; the snapshot
        may be older, when newer ones were refused (`problem` says why).
        """
        return time.monotonic() - self._succeeded_at

    def clock_problem(self) -> str:
        """Return why the clock here can't be trusted, "" if it can be.

        By a clock that was set back, sessions that have ended would count again.
        """
        if self._apart <= MOST_APART:
            return ""
        return f"the clock here is {self._apart:.0f} s apart from the database's"

    def start(self) -> None:
        """Begin to follow, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and wait for it."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def wait(self, timeout: float) -> bool:
        """Wait until there are people and a snapshot; answer whether there are."""
        return self._ready.wait(timeout)

    def poll(self) -> None:
        """Ask the source once, and take over what is new.

        Raises:
            SourceGoneError: it didn't answer in full; what is known stays.
        """
        head = self._read_head()
        with nullcontext() if self._ready.is_set() else without_collection():
            self._loader.follow(head)
            self._follow_deployment(head)
        self._succeeded_at = time.monotonic()
        if self.snapshot is not None:
            self._ready.set()
        self._report()

    def _read_head(self) -> Head:
        """Ask how far the source is, and compare the clocks."""
        before, was_right = self._clock(), not self.clock_problem()
        head = self._source.head()
        self._apart = _seconds_apart(head.now, before, self._clock())
        if was_right == bool(self.clock_problem()):
            logger.warning("%s", self.clock_problem() or "the clock is right again")
            self._reported_at = -NEVER
        return head

    def _run(self) -> None:
        try:
            while not self._ended.is_set():
                self._poll_safely()
                self._ended.wait(self._interval)
        finally:
            self._source.close()

    def _poll_safely(self) -> None:
        try:
            self.poll()
        except SourceGoneError as error:
            logger.warning("the stream can't be read: %s", error)
            self._source.close()
        except Exception:
            # The thread must not die: without it the process would deny for ever.
            logger.exception("the stream can't be followed")
            self._source.close()

    def _follow_deployment(self, head: Head) -> None:
        number = self.snapshot.number if self.snapshot else 0
        if head.deployment in {0, number} or head[:3] == self._refused:
            return
        try:
            self._take_over(head, above=number)
        except SourceGoneError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong, it is refused
            self._refuse(head, error)
        else:
            self._refused, self.problem = None, ""
            self._reported_at = -NEVER

    def _take_over(self, head: Head, *, above: int) -> None:
        root = check_root(
            self._source.root(head.deployment), keys=self._keys, above=above
        )
        missing = self._chunks.missing(root)
        self._chunks.add(root, self._source.blobs(missing) if missing else {})
        snapshot = assemble(root, self._chunks, self.snapshot)
        self._on_snapshot(snapshot)
        self.snapshot = snapshot
        self._chunks.forget_all_but(root)

    def _refuse(self, head: Head, error: Exception) -> None:
        """Keep what is in force; look again when the source has something else."""
        expected = isinstance(error, SnapshotError)
        logger.error(
            "deployment %d is refused: %s",
            head.deployment,
            error,
            exc_info=None if expected else error,
        )
        self._refused = head[:3]
        self.problem = str(error) or type(error).__name__
        self._reported_at = -NEVER

    def _report(self) -> None:
        now = time.monotonic()
        if now - self._reported_at < REPORT_EVERY:
            return
        self._reported_at = now
        try:
            self._source.report(
                deployment=self.snapshot.number if self.snapshot else 0,
                problem=self.clock_problem() or self.problem,
            )
        except SourceGoneError as error:
            # What is in force doesn't depend on whether somebody can see it.
            logger.warning("what is in force can't be reported: %s", error)


def _seconds_apart(told: datetime | None, before: datetime, after: datetime) -> float:
    """Return how far a time is from those between which it was told; 0 if from none.

    A clock that was set meanwhile makes `after` the earlier one.
    """
    if told is None:
        return 0.0
    first, last = sorted((before, after))
    return max((first - told).total_seconds(), (told - last).total_seconds(), 0.0)
