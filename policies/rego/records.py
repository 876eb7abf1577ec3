"""What texts and namespaces are known for: who is quick, and who broke limits of late.

A text is quick when its last evaluations took little of the processor. What is not
known yet, and what was slow, is served in the slow lane of the pool; what is heavy is
run when nobody else wants to run.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from typing import Final, NamedTuple

QUICK_CPU: Final = 0.01  # seconds of processor, for one evaluation
HEAVY_CPU: Final = 0.025
MOST_SCORE: Final = 20
SLOW_COSTS: Final = 10  # so many quick evaluations make up for a slow one
MOST_LOST: Final = 3  # workers of one namespace in `LOST_WITHIN`
LOST_WITHIN: Final = 10.0  # seconds
MOST_TEXTS: Final = 10_000
MOST_NAMESPACES: Final = 10_000


class _Record(NamedTuple):
    """What is known of a text; `score` is above 0 when it is quick."""

    score: int = 0
    is_heavy: bool = False


class TextRecords:
    """How much of the processor texts took, by their keys. Not safe for threads."""

    def __init__(self) -> None:
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def is_quick(self, text: str) -> bool:
        """Answer whether a text has been quick lately; an unknown one has not."""
        return self._records.get(text, _Record()).score > 0

    def is_heavy(self, text: str) -> bool:
        """Answer whether a text has used much lately; an unknown one has not."""
        return self._records.get(text, _Record()).is_heavy

    def note_loss(self, text: str) -> None:
        """Note that a worker was lost over a text."""
        self._keep(text, _Record(-MOST_SCORE, is_heavy=True))

    def note(self, text: str, used: float) -> None:
        """Note the seconds of processor that an evaluation took."""
        change = 1 if used < QUICK_CPU else -SLOW_COSTS
        score = self._records.get(text, _Record()).score + change
        score = max(-MOST_SCORE, min(MOST_SCORE, score))
        self._keep(text, _Record(score, used >= HEAVY_CPU))

    def _keep(self, text: str, record: _Record) -> None:
        self._records[text] = record
        self._records.move_to_end(text)
        if len(self._records) > MOST_TEXTS:
            self._records.popitem(last=False)


class Losses:
    """When namespaces cost workers. Not safe for threads."""

    def __init__(self) -> None:
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def note(self, namespace: str) -> None:
        """Note that a worker was lost over something of a namespace."""
        times = self._times.setdefault(namespace, deque(maxlen=MOST_LOST))
        times.append(time.monotonic())
        self._times.move_to_end(namespace)
        if len(self._times) > MOST_NAMESPACES:
            self._times.popitem(last=False)

    def rests_until(self, namespace: str) -> float:
        """Return until when the slow lane is closed to a namespace; 0.0: it is open.

        The time is one of the monotonic clock.
        """
        times = self._times.get(namespace)
        if times is None:
            return 0.0
        now = time.monotonic()
        if times[-1] + LOST_WITHIN <= now:
            del self._times[namespace]
            return 0.0
        until = times[0] + LOST_WITHIN
        return until if len(times) == MOST_LOST and until > now else 0.0
