"""The outbox: what enforcement must hear of, written with the change itself.

A crash between commit and publishing loses nothing, because there is nothing in
between: the entry is committed with the rows. Publishing is not done here.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from console.core.models import AuditEvent, OutboxEntry


def enqueue(
    topic: str, payload: Mapping[str, Any], *, event: AuditEvent, now: datetime
) -> OutboxEntry:
    """Add an entry in the caller's transaction.

    `payload` holds identifiers as text; `event` is the audit event that tells who
    and why.
    """
    return OutboxEntry.objects.create(
        topic=topic,
        payload=dict(payload),
        audit_sequence=event.sequence,
        created_at=now,
    )


def enqueue_all(topic: str, events: Iterable[AuditEvent], *, now: datetime) -> None:
    """Add one entry for each event, naming its target."""
    OutboxEntry.objects.bulk_create(
        [
            OutboxEntry(
                topic=topic,
                payload={"id": event.target_id},
                audit_sequence=event.sequence,
                created_at=now,
            )
            for event in events
        ],
        batch_size=500,
    )
