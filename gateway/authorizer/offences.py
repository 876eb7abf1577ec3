"""What policies in Rego do wrong at an authorizer, until the console has heard of it.

The console counts the strikes of all processes and decides on quarantine; what was
not told yet counts here, so that a policy is not run on and on meanwhile.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter
from typing import Final, NamedTuple

MOST_WAITING: Final = 1_000
MOST_TOLD: Final = 10_000
STRIKES: Final = 3


class Offence(NamedTuple):
    """A broken limit of a `kind`, or the types of records that were refused."""

    policy_id: str
    source: str
    kind: str = ""
    refused_types: tuple[str, ...] = ()


class Offences:
    """Takes notes for the console; any thread may call any method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._untold: Counter[tuple[str, str]] = Counter()
        self._refused: set[tuple[str, str, str]] = set()
        self._waiting: queue.Queue[Offence] = queue.Queue(MOST_WAITING)

    def may_run(self, policy_id: str, source: str) -> bool:
        """Answer whether a text has broken its limits less than three times here."""
        return self._untold[policy_id, source] < STRIKES

    def strike(self, policy_id: str, source: str, kind: str) -> None:
        """Note that a limit was broken: cpu, memory or crash."""
        with self._lock:
            self._untold[policy_id, source] += 1
        self._put(Offence(policy_id, source, kind))

    def refuse(self, policy_id: str, source: str, types: tuple[str, ...]) -> None:
        """Note that records of types were refused, each type once for a text."""
        with self._lock:
            told = {(policy_id, source, one) for one in types} - self._refused
            if not told or len(self._refused) >= MOST_TOLD:
                return
            self._refused |= told
        names = tuple(sorted(name for *_, name in told))
        self._put(Offence(policy_id, source, refused_types=names))

    def _put(self, offence: Offence) -> None:
        try:
            self._waiting.put_nowait(offence)
        except queue.Full:
            # A strike still counts here; of a thousand others, one more says little.
            return

    def take(self, timeout: float) -> Offence | None:
        """Return what the console should hear next, None if there is nothing."""
        try:
            return self._waiting.get(timeout=timeout)
        except queue.Empty:
            return None

    def was_told(self, offence: Offence) -> None:
        """Let the console count a strike from now on."""
        if offence.kind:
            with self._lock:
                key = offence.policy_id, offence.source
                self._untold[key] -= 1
                if self._untold[key] <= 0:
                    del self._untold[key]
