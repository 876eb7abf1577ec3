"""Ways to tamper with an audit log, and the first event that each makes wrong."""

import copy
import random
from collections.abc import Sequence

from console.core import audit
from console.core.audit import HASHED_FIELDS
from console.core.models import AuditEvent, AuditHead

Log = tuple[list[AuditEvent], AuditHead]
Tampered = tuple[list[AuditEvent], AuditHead, int]
TEXTS = tuple(name for name in HASHED_FIELDS if name not in {"sequence", "occurred_at"})


def head_of(events: Sequence[AuditEvent]) -> AuditHead:
    """Return the head that fits events, as who owns the database would write it."""
    last = events[-1]
    return AuditHead(sequence=last.sequence, hash=last.hash)


def edit(events: list[AuditEvent], chance: random.Random) -> Tampered:
    """Change one field of one event."""
    at = chance.randrange(len(events))
    event = copy.copy(events[at])
    setattr(event, chance.choice([*TEXTS, "hash"]), f"forged {chance.random()}")
    head = head_of(events)
    return [*events[:at], event, *events[at + 1 :]], head, at + 1


def edit_and_seal(events: list[AuditEvent], chance: random.Random) -> Tampered:
    """Change an event and its own hash; the next one's link gives it away."""
    at = chance.randrange(len(events) - 1)
    event = copy.copy(events[at])
    event.reason = f"forged {chance.random()}"
    event.hash = audit.digest(event)
    return [*events[:at], event, *events[at + 1 :]], head_of(events), at + 2


def delete(events: list[AuditEvent], chance: random.Random) -> Tampered:
    """Take one event out."""
    at = chance.randrange(len(events))
    return [*events[:at], *events[at + 1 :]], head_of(events), at + 1


def reorder(events: list[AuditEvent], chance: random.Random) -> Tampered:
    """Swap two events, with their numbers."""
    first, second = sorted(chance.sample(range(len(events)), 2))
    rows = [copy.copy(one) for one in events]
    rows[first], rows[second] = rows[second], rows[first]
    rows[first].sequence, rows[second].sequence = first + 1, second + 1
    return rows, head_of(events), first + 1


def insert(events: list[AuditEvent], chance: random.Random) -> Tampered:
    """Put a forged event between two, and renumber those behind it."""
    at = chance.randrange(len(events))
    forged = copy.copy(events[at])
    forged.action = "forged.event"
    forged.previous_hash = events[at - 1].hash if at else ""
    forged.hash = audit.digest(forged)
    behind = [copy.copy(one) for one in events[at:]]
    for one in behind:
        one.sequence += 1
    rows = [*events[:at], forged, *behind]
    # Where the forged one has taken the place of the last, only the promise tells.
    expected = 1 if at == len(events) - 1 else at + 2
    return rows, AuditHead(sequence=len(rows), hash=events[-1].hash), expected


def cut(events: list[AuditEvent], chance: random.Random) -> Tampered:
    """Cut the tail off, and write the head as if nothing had been behind it."""
    left = chance.randrange(1, len(events))
    return events[:left], head_of(events[:left]), left + 1


def swap_in_older(events: list[AuditEvent], chance: random.Random) -> Tampered:
    """Put an older table in place, and append to it as if nothing were wrong."""
    left = chance.randrange(1, len(events))
    rows, head = list(events[:left]), head_of(events[:left])
    for _ in range(len(events) - left + chance.randrange(3)):
        event = copy.copy(events[0])
        event.sequence, event.previous_hash = head.sequence + 1, head.hash
        event.target_label = f"later {chance.random()}"
        event.hash = audit.digest(event)
        rows.append(event)
        head = head_of(rows)
    # Nothing was promised before the end, so all of it is under suspicion.
    return rows, head, 1


WAYS = (edit, edit_and_seal, delete, reorder, insert, cut, swap_in_older)
