"""What was decided, kept for the log and for the figures: never in a request's way.

Each decision is counted, and leaves a note in a queue of limited length unless
sampling leaves it out. Somebody else takes both away, in a thread of their own. When
that is too slow, further notes are dropped and counted; no request waits for it, and
none is refused for it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
import threading
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

from policies.language import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from policies.language import Facts

    from .answers import Answer
    from .callers import Known
    from .engine import Ruling
    from .wire import Check

MAX_WAITING: Final = 10_000  # notes
MAX_COUNTED: Final = 20_000  # lines of figures of one minute
MAX_TEXT: Final = 255
MAX_PATH: Final = 1024
MINUTE: Final = 60
# Upper bounds of the ranges that times of deciding are counted by, in seconds.
BOUNDS: Final = (0.001, 0.005, 0.02, 0.1)
# The reason that made an outcome, whatever else there is to say.
FIRST: Final = {
    Outcome.LOGIN: Reason.USER_UNAUTHENTICATED.value,
    Outcome.DEVICE_ENROLLMENT: Reason.DEVICE_UNAUTHENTICATED.value,
}
MASK: Final = "…"
PERCENT: Final = 10  # of allowed requests, when a share is kept and none is said

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which decisions the log keeps; the figures count all of them.

    Attributes:
        share: of all decisions, from 0 to 1.
        keeps_refusals: refused requests are kept whatever the share.
    """

    share: float = 1.0
    keeps_refusals: bool = True

    def keeps(self, *, is_allowed: bool) -> bool:
        """Answer whether a decision goes into the log."""
        if self.share >= 1 or (self.keeps_refusals and not is_allowed):
            return True
        return random.random() < self.share  # noqa: S311 - a sample, no secret


EVERYTHING: Final = Sampling()


def sampling_of(settings: Mapping[str, Any]) -> Sampling:
    """Return which decisions settings want to keep; refusals in any case."""
    mode = settings.get("decision_log_mode")
    if mode == "refused":
        return Sampling(share=0)
    if mode == "sampled":
        percent = settings.get("decision_log_percent")
        return Sampling(share=(PERCENT if percent is None else percent) / 100)
    return EVERYTHING


class CountKey(NamedTuple):
    """What decisions are counted by. `minute` is in minutes since 1970."""

    minute: int
    route_id: str
    namespace_id: str
    outcome: str
    reason: str


@dataclass(slots=True)
class Count:
    """How many decisions, and how long they took; `ranges` are those of BOUNDS."""

    requests: int = 0
    seconds: float = 0.0
    ranges: tuple[int, ...] = (0,) * (len(BOUNDS) + 1)

    def add(self, seconds: float) -> None:
        """Count one more."""
        self.requests += 1
        self.seconds += seconds
        place = bisect_left(BOUNDS, seconds)
        held = self.ranges
        self.ranges = (*held[:place], held[place] + 1, *held[place + 1 :])

    def join(self, other: Count) -> None:
        """Count what another one has."""
        self.requests += other.requests
        self.seconds += other.seconds
        pairs = zip(self.ranges, other.ranges, strict=True)
        self.ranges = tuple(one + more for one, more in pairs)


class Note(NamedTuple):
    """A decision as it is put aside; what the log says of it is worked out later."""

    check: Check
    ruling: Ruling
    status: int
    seconds: float
    deployment: int


class Recorder:
    """Takes note of decisions, for whoever writes them down."""

    def __init__(self, sampling: Callable[[Ruling], Sampling] | None = None) -> None:
        self._sampling = sampling or (lambda _: EVERYTHING)
        self._waiting: deque[Note] = deque()
        self._counts: dict[CountKey, Count] = {}
        self._lock = threading.Lock()
        self.dropped = 0

    def note(
        self,
        check: Check,
        ruling: Ruling,
        answer: Answer,
        *,
        seconds: float,
        deployment: int,
    ) -> None:
        """Keep what was decided, or count that it could not be kept."""
        key = _key_of(ruling)
        sampling = self._sampling(ruling)
        with self._lock:
            count = self._counts.get(key)
            if count is None:
                if len(self._counts) >= MAX_COUNTED:
                    key = key._replace(route_id="", namespace_id="", reason="")
                count = self._counts.setdefault(key, Count())
            count.add(seconds)
            if not sampling.keeps(is_allowed=ruling.is_allowed):
                return
            if len(self._waiting) >= MAX_WAITING:
                self.dropped += 1
                return
            self._waiting.append(
                Note(check, ruling, answer.status, seconds, deployment)
            )

    @property
    def waiting(self) -> int:
        """Return how many notes nobody has taken away yet."""
        return len(self._waiting)

    def take_notes(self, most: int) -> list[Note]:
        """Return the oldest notes, and forget them."""
        with self._lock:
            found = min(most, len(self._waiting))
            return [self._waiting.popleft() for _ in range(found)]

    def take_counts(self) -> dict[CountKey, Count]:
        """Return what was counted since this was asked last."""
        with self._lock:
            found, self._counts = self._counts, {}
        return found


def _key_of(ruling: Ruling) -> CountKey:
    minute = int(ruling.now.timestamp()) // MINUTE
    entry = ruling.entry
    route_id, namespace_id = "", ""
    if entry is not None:
        route_id, namespace_id = entry.id, entry.document.namespace_id
    if ruling.is_allowed:
        return CountKey(minute, route_id, namespace_id, "allow", "")
    first = FIRST.get(ruling.outcome, "")
    reasons = ruling.reasons
    reason = first if first in reasons else min(reasons, default="no-policy")
    return CountKey(minute, route_id, namespace_id, ruling.outcome.value, reason[:64])


def line_of(note: Note, recorder: str = "") -> dict[str, Any]:
    """Return what the log says of a decision: plain values, texts of limited length.

    No value of a query and no header but the request's id is among them. `recorder` is
    the name of the authorizer.
    """
    ruling, request = note.ruling, note.ruling.request
    known, entry = ruling.known, ruling.entry
    session = known.session
    document = entry.document if entry is not None else None
    return {
        "at": ruling.now,
        "route_id": entry.id if entry is not None else "",
        "route": document.name[:MAX_TEXT] if document is not None else "",
        "namespace_id": document.namespace_id if document is not None else "",
        "person_id": session.person_id if session is not None else "",
        "account_id": known.account.id if known.account is not None else "",
        "who": who_of(known)[:MAX_TEXT],
        "session_id": known.session_id,
        "device_ids": list(session.device_ids) if session is not None else [],
        "method": (request.method or "")[:16],
        "host": request.host[:MAX_TEXT],
        "path": shown_path(request.raw_path, request.query),
        "address": request.ip[:64],
        "request_id": _plain(request.header(b"x-request-id"))[:64],
        "outcome": ruling.outcome.value,
        "status": note.status,
        "reasons": reasons_of(ruling),
        "deployment": note.deployment,
        "microseconds": min(int(note.seconds * 1_000_000), 2**31 - 1),
        "proxy": note.check.proxy,
        "recorder": recorder[:MAX_TEXT],
        "facts": digest_of(known),
    }


def who_of(known: Known) -> str:
    """Return what people call whoever asked: address, name of an account, or id."""
    if known.account is not None:
        return known.account.name
    return known.base.email or known.base.user_id or ""


def reasons_of(ruling: Ruling) -> list[str]:
    """Return why it was decided so; for what was allowed, worked out now."""
    if not ruling.is_allowed:
        return sorted(map(str, ruling.reasons))
    entry, facts = ruling.entry, ruling.facts
    if entry is None or facts is None:
        return []
    if entry.foreign:
        result = ruling.explain()
        found = result.decision.allow_reasons if result is not None else frozenset()
    else:
        explained = entry.compiled.explain(ruling.known.caller, facts)
        found = explained.decision.allow_reasons
    return sorted(map(str, found))


def shown_path(raw_path: str, query: str) -> str:
    """Return path and query without the values in the query, which may be secret."""
    path = _plain(raw_path)
    if query:
        names = [quote(part.partition("=")[0], safe="%") for part in query.split("&")]
        path = f"{path}?{'&'.join(f'{name}={MASK}' for name in names if name)}"
    return path[:MAX_PATH]


def _plain(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else "?" for one in text)


def digest_of(known: Known) -> str:
    """Return a hash of what is known of somebody, to tell later whether it changed."""
    if not known.digest:
        known.digest = facts_digest(known.base)
    return known.digest


def facts_digest(base: Facts) -> str:
    """Return a hash of what policies may know of a person, whatever they ask for."""
    user = base.directory_user
    told: Mapping[str, Any] = {
        "id": base.user_id,
        "email": base.email,
        "claims": dict(base.person.claims) if base.person is not None else {},
        "groups": sorted(user.group_ids) if user is not None else None,
        "directory": base.directory.value,
        "devices": {
            kind: [one.credential_id, one.enrollment_id, one.approved_by]
            for kind, one in sorted(base.devices.items())
        },
    }
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def as_json(line: Mapping[str, Any]) -> str:
    """Return a line of the log as one line of JSON."""
    at: datetime = line["at"]
    told = {**line, "at": at.isoformat()}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
