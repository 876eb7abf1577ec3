"""The audit log: one event for each changed object, chained by hashes.

`record` is called by services inside the transaction of the change; an event
without its change, or a change without its event, can't be committed. Who may read
which events is decided by `namespaces.selectors`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from console.core import checkpoints
from console.core.actor import Actor
from console.core.models import AuditEvent, AuditHead
from console.core.transactions import Head, advance_head, last_seen_head, lock_head

HASHED_FIELDS = (
    "sequence",
    "occurred_at",
    "action",
    "actor_id",
    "actor_label",
    "on_behalf_of",
    "token_label",
    "address",
    "request_id",
    "target_type",
    "target_id",
    "target_label",
    "namespace_id",
    "reason",
    "before",
    "after",
    "previous_hash",
)
BATCH = 500
CHECKPOINT_EVERY = 1_000  # events at most between two; beat signs one each minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to one object.

    Attributes:
        action: past tense, `policy.created`.
        target_type: singular lower-case noun, `policy`.
        target_id, target_label: key and name of the object at that moment.
        namespace_id: where the object lives; who may see that may read the event.
        before, after: the object as JSON, None where it did not exist.
    """

    action: str
    target_type: str
    target_id: UUID | str
    target_label: str
    namespace_id: UUID | None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record(
    change: Change, *, actor: Actor, now: datetime, reason: str = ""
) -> AuditEvent:
    """Append one event to the chain, in the caller's transaction."""
    return record_all([change], actor=actor, now=now, reason=reason)[0]


def record_all(
    changes: Sequence[Change], *, actor: Actor, now: datetime, reason: str = ""
) -> list[AuditEvent]:
    """Append events in order, in the caller's transaction.

    The single row of AuditHead is locked until commit, which gives the events of
    concurrent transactions one order without gaps.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an audit event is written inside its change's transaction")
    told = {"actor": actor, "now": now, "reason": reason}
    head = last_seen_head()
    events = _chain(changes, head, **told)
    if not _append(events, head):
        head = lock_head()
        events = _chain(changes, head, **told)
        _append(events, head)
    AuditEvent.objects.bulk_create(events, batch_size=BATCH)
    first, last = head[0], head[0] + len(events)
    if first // CHECKPOINT_EVERY != last // CHECKPOINT_EVERY:
        sign = partial(checkpoints.sign_checkpoint, now=now)
        transaction.on_commit(sign, robust=True)
    return events


def _append(events: Sequence[AuditEvent], head: Head) -> bool:
    """Take the end of the chain behind the events; False if it was not `head`."""
    return not events or advance_head(head, (events[-1].sequence, events[-1].hash))


def _chain(changes: Iterable[Change], head: Head, **told: Any) -> list[AuditEvent]:
    """Return the events that follow one, each with the hash of its predecessor."""
    first, last_hash = head
    events: list[AuditEvent] = []
    for sequence, change in enumerate(changes, start=first + 1):
        event = _event(change, sequence=sequence, previous_hash=last_hash, **told)
        last_hash = event.hash
        events.append(event)
    return events


def _event(
    change: Change,
    *,
    sequence: int,
    previous_hash: str,
    actor: Actor,
    now: datetime,
    reason: str,
) -> AuditEvent:
    event = AuditEvent(
        sequence=sequence,
        occurred_at=now,
        action=change.action,
        actor_id=str(actor.user_id or actor.service_account_id or ""),
        actor_label=actor.label[:255],
        on_behalf_of=actor.on_behalf_of[:255],
        token_label=actor.token_label,
        address=actor.address,
        request_id=actor.request_id,
        target_type=change.target_type,
        target_id=str(change.target_id),
        target_label=change.target_label[:255],
        namespace_id=change.namespace_id,
        reason=reason,
        before=plain(change.before),
        after=plain(change.after),
        previous_hash=previous_hash,
    )
    event.hash = digest(event)
    return event


def plain(state: Mapping[str, Any] | None) -> Any:
    """Turn dates and UUIDs to text, so that the hash survives a reload."""
    if state is None:
        return None
    return json.loads(json.dumps(state, cls=DjangoJSONEncoder))


def digest(event: AuditEvent) -> str:
    """Hash an event together with the hash of its predecessor (SHA-256, hex)."""
    values = {name: getattr(event, name) for name in HASHED_FIELDS}
    values["occurred_at"] = event.occurred_at.astimezone(UTC).isoformat()
    text = json.dumps(
        values, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def first_broken(
    events: Iterable[AuditEvent],
    head: AuditHead,
    promised: Mapping[int, str] | None = None,
) -> int | None:
    """Return the sequence number of the first event that does not fit the chain.

    A missing tail counts as the first missing number. None means that all fit.
    `promised` are hashes by sequence, from signed checkpoints. Where the chain fits
    but not the promise, everything behind the last promise that was kept may have
    been written anew, and the first of that is returned.
    """
    expected, previous, kept = 1, "", 0
    promises = dict(promised or {})
    for event in events:
        if (
            event.sequence != expected
            or event.previous_hash != previous
            or event.hash != digest(event)
        ):
            return expected
        promise = promises.pop(expected, "")
        if promise and promise != event.hash:
            return kept + 1
        kept = expected if promise else kept
        expected, previous = expected + 1, event.hash
    if promises or head.sequence != expected - 1 or head.hash != previous:
        return expected
    return None


def verify(promised: Mapping[int, str] | None = None) -> tuple[int, int | None]:
    """Check the whole chain; return its length, and the first event that is wrong.

    The end is read before the events, so that what is appended meanwhile is left
    for the next time. What lies behind the end was not written by the console.
    """
    head = AuditHead.objects.filter(id=1).first() or AuditHead()
    reach = max([head.sequence, *(promised or {})])
    events = AuditEvent.objects.order_by("sequence")
    known = events.filter(sequence__lte=reach) if reach else events
    return head.sequence, first_broken(known.iterator(chunk_size=BATCH), head, promised)


def count_events(*, action: str, since: datetime, **facts: Any) -> int:
    """Count the events of one action; `facts` are further lookups on the event."""
    return AuditEvent.objects.filter(
        action=action, occurred_at__gte=since, **facts
    ).count()
