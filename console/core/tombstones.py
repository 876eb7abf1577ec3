"""Tombstones: what a deletion took away, kept so that it can be undone.

A service buries what it deletes in the transaction of the deletion, and takes it
back in the transaction that restores it. What a snapshot holds, and who may see
or restore it, is decided by the app whose rows they were.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from console.core.exceptions import NotFoundError
from console.core.models import AuditEvent, Tombstone


def bury(snapshot: Mapping[str, Any], *, event: AuditEvent) -> Tombstone:
    """Keep what the audit event says was deleted.

    `snapshot` is JSON-able; dates and UUIDs become text.
    """
    return bury_all([(snapshot, event)])[0]


def bury_all(
    burials: Iterable[tuple[Mapping[str, Any], AuditEvent]],
) -> list[Tombstone]:
    """Keep what several audit events say was deleted."""
    return Tombstone.objects.bulk_create(
        [
            Tombstone(
                target_type=event.target_type,
                target_id=UUID(str(event.target_id)),
                label=event.target_label,
                namespace_id=event.namespace_id,
                snapshot=json.loads(json.dumps(dict(snapshot), cls=DjangoJSONEncoder)),
                deleted_at=event.occurred_at,
                deleted_by=event.actor_label,
                audit_sequence=event.sequence,
            )
            for snapshot, event in burials
        ],
        batch_size=500,
    )


def list_tombstones(target_type: str) -> QuerySet[Tombstone]:
    """Return what was deleted of one type, the latest first.

    The caller keeps those of the namespaces that its actor may see.
    """
    return Tombstone.objects.filter(target_type=target_type)


def unearth(target_type: str, target_id: UUID | str) -> Tombstone:
    """Remove a tombstone and return it, for its rows to be restored.

    Raises:
        NotFoundError: nothing of that id was deleted.
    """
    tombstone = list_tombstones(target_type).filter(target_id=target_id).first()
    if tombstone is None:
        raise NotFoundError
    Tombstone.objects.filter(pk=tombstone.pk).delete()
    return tombstone
