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

AT_ONCE = 5_000  # entries of one statement: others write meanwhile
MOST_STATEMENTS = 200


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


def is_whole(found: int, *, after: int, up_to: int) -> bool:
    """Answer whether what was found between two entries is all that there ever was.

    Where numbers are missing, a writer may have changed their mind, or `prune` was
    there. It deletes from the oldest on and leaves one: whatever is there about people
    up to `after` tells that nothing behind it is gone. Ask after reading, not before.
    """
    if found == up_to - after:
        return True
    rows = OutboxEntry.objects.filter(id__lte=after).order_by("-id")
    people = rows.exclude(topic__in=CONFIGURATION).values_list("id", flat=True)
    return people.first() is not None


def prune(*, before: datetime) -> int:
    """Delete entries about people from before a time; return how many.

    They go from the oldest on, up to the first that is young enough: who was last here
    long ago must see that some are gone (`is_whole`). The last one about people
    stays in any case, and those about the configuration, which tell what a deployment
    is made of. What is left after so many statements is for the next run.
    """
    people = OutboxEntry.objects.exclude(topic__in=CONFIGURATION).order_by("id")
    last = people.values_list("id", flat=True).last() or 0
    young = OutboxEntry.objects.filter(created_at__gte=before).order_by("id")
    limit = min(last, young.values_list("id", flat=True).first() or last)
    old = people.filter(id__lt=limit).values_list("id", flat=True)
    deleted = 0
    for _ in range(MOST_STATEMENTS):
        ids = list(old[:AT_ONCE])
        deleted += OutboxEntry.objects.filter(pk__in=ids).delete()[0]
        if len(ids) < AT_ONCE:
            break
    return deleted


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
