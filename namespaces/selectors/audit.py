"""Who may read which events of the audit log."""

from datetime import datetime

from django.db.models import QuerySet

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from console.core.models import AuditEvent
from namespaces.permissions import Permission
from namespaces.selectors.roles import holds_on_root
from namespaces.selectors.tree import list_namespaces_where

MAX_ALARMS = 3
ALARMS = ("person.recovery-token-minted", "person.recovery-token-used")


def list_audit_events(actor: Actor) -> QuerySet[AuditEvent]:
    """Return the events that the actor may read.

    Those of the namespaces where they hold `audit:view`; whoever holds it on the root
    reads everything, also what belongs to no namespace, or to one that is gone.
    """
    if holds_on_root(actor, Permission.AUDIT_VIEW):
        return AuditEvent.objects.filter()
    readable = list_namespaces_where(actor, Permission.AUDIT_VIEW).order_by()
    return AuditEvent.objects.filter(
        namespace_id__in=readable.values_list("id", flat=True)
    )


def get_audit_event(sequence: int, *, actor: Actor) -> AuditEvent:
    """Return an event that the actor may read.

    Raises:
        NotFoundError: it isn't there, or the actor may not read it.
    """
    event = list_audit_events(actor).filter(pk=sequence).first()
    if event is None:
        raise NotFoundError
    return event


def list_alarms(actor: Actor, *, since: datetime) -> list[AuditEvent]:
    """Return the uses of the emergency entrance that an admin of the root must see."""
    if not holds_on_root(actor, Permission.NAMESPACE_GRANT):
        return []
    events = AuditEvent.objects.filter(action__in=ALARMS, occurred_at__gte=since)
    return list(events[:MAX_ALARMS])
