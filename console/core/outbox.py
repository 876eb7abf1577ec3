"""The outbox: what enforcement must hear of, written with the change itself.

A crash between commit and publishing loses nothing, because there is nothing in
between: the entry is committed with the rows. Publishing is not done here.

All writers hold one lock until they commit, so the ids of entries are in the order of
commits: who has seen an entry has seen everything before it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from console.core import jobs
from console.core.models import AuditEvent, OutboxEntry

# What becomes a deployment; the other topics are about people, and are followed.
CONFIGURATION = frozenset(
    {"certificates", "gateway", "namespaces", "policies", "routes"}
)


def enqueue(
    topic: str, payload: Mapping[str, Any], *, event: AuditEvent, now: datetime
) -> OutboxEntry:
    """Add an entry in the caller's transaction.

    `payload` holds identifiers as text; `event` is the audit event that tells who
    and why.
    """
    _wake(topic)
    return OutboxEntry.objects.create(
        topic=topic,
        payload=dict(payload),
        audit_sequence=event.sequence,
        created_at=now,
    )


def enqueue_all(topic: str, events: Iterable[AuditEvent], *, now: datetime) -> None:
    """Add one entry for each event, naming its target."""
    _wake(topic)
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


def announce(topic: str, ids: Iterable[str], *, now: datetime) -> None:
    """Add entries for what changes as a matter of course, without an audit event."""
    OutboxEntry.objects.bulk_create(
        [
            OutboxEntry(
                topic=topic, payload={"id": one}, audit_sequence=0, created_at=now
            )
            for one in ids
        ],
        batch_size=500,
    )


def newest_id() -> int:
    """Return the id of the last entry, 0 when there was none yet."""
    found: int | None = OutboxEntry.objects.aggregate(found=Max("id"))["found"]
    return found or 0


def list_entries(*, after: int, up_to: int) -> QuerySet[OutboxEntry]:
    """Return the entries after one and up to another, oldest first."""
    rows = OutboxEntry.objects.filter(id__gt=after, id__lte=up_to)
    return rows.order_by("id")


def list_events(*, after: int, up_to: int) -> QuerySet[OutboxEntry, int]:
    """Return the numbers of the audit events of changes of the configuration."""
    rows = list_entries(after=after, up_to=up_to).filter(topic__in=CONFIGURATION)
    return rows.order_by().values_list("audit_sequence", flat=True)


def has_configuration_after(entry_id: int) -> bool:
    """Answer whether the configuration changed after an entry; always after none."""
    rows = OutboxEntry.objects.filter(id__gt=entry_id, topic__in=CONFIGURATION)
    return entry_id < 0 or rows.exists()


def first_after(entry_id: int) -> datetime | None:
    """Return when the configuration was first changed after an entry."""
    rows = OutboxEntry.objects.filter(id__gt=entry_id, topic__in=CONFIGURATION)
    return rows.order_by("id").values_list("created_at", flat=True).first()


def mark_processed(*, up_to: int, now: datetime) -> None:
    """Note that everything up to an entry is part of a deployment."""
    rows = OutboxEntry.objects.filter(id__lte=up_to, processed_at__isnull=True)
    rows.update(processed_at=now)


def prune(*, before: datetime) -> int:
    """Delete entries about people from before a time; return how many.

    Those about the configuration stay: they tell what a deployment is made of. The
    last entry stays in any case, so that ids go on from there.
    """
    rows = OutboxEntry.objects.filter(created_at__lt=before, id__lt=newest_id())
    return rows.exclude(topic__in=CONFIGURATION).delete()[0]


def _wake(topic: str) -> None:
    """Have what changed deployed as soon as it is committed, once for all entries.

    If the job can't be queued, the change is committed all the same, and the job that
    runs every few seconds finds it.
    """
    if topic not in CONFIGURATION:
        return
    waiting = transaction.get_connection().run_on_commit
    if not any(function is _deploy for _, function, _ in waiting):
        transaction.on_commit(_deploy, robust=True)


def _deploy() -> None:
    jobs.run_now("gateway.deploy")
