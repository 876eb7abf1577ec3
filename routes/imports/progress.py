"""How far a running import has come, where everybody can read it meanwhile.

The import itself is one transaction, of which nothing is seen before its end, and
SQLite has one writer; so this goes to the cache, which all processes share.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache

KEPT_SECONDS = 3600
EVERY_SECONDS = 0.25

Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What an import is doing; `total` is 0 while nobody can know.

    `at` is when it was last heard of, in seconds since 1970.
    """

    phase: str
    done: int
    total: int
    at: float


def reporter(run_id: UUID) -> Report:
    """Return a function that takes phase, done and total, as often as it is called."""
    last_phase, last_time = "", 0.0

    def report(phase: str, done: int, total: int) -> None:
        nonlocal last_phase, last_time
        now = time.time()
        if phase == last_phase and now - last_time < EVERY_SECONDS:
            return
        last_phase, last_time = phase, now
        cache.set(_key(run_id), (phase, done, total, now), KEPT_SECONDS)

    return report


def read_progress(run_id: UUID) -> Progress | None:
    """Return how far an import has come, or None if nothing was heard of it."""
    held = cache.get(_key(run_id))
    if held is None:
        return None
    phase, done, total, at = held
    return Progress(phase=phase, done=done, total=total, at=at)


def forget(run_id: UUID) -> None:
    """Drop what was said of an import that is over."""
    cache.delete(_key(run_id))


def _key(run_id: UUID) -> str:
    return f"routes.import:{run_id}"


def unheard(_phase: str, _done: int, _total: int) -> None:
    """Report to nobody."""
