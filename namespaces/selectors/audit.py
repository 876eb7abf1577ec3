"""Who may read which events of the audit log."""

from django.db.models import QuerySet

from console.core.actor import Actor
from console.core.models import AuditEvent
from namespaces import access
from namespaces.permissions import Permission
from namespaces.selectors.tree import list_namespaces_where

ROOT_SLASHES = 1  # the root's path has one


def list_audit_events(actor: Actor) -> QuerySet[AuditEvent]:
    """Return the events that the actor may read.

    Those of the namespaces where they hold `audit:view`; whoever holds it on the root
    reads everything, also what belongs to no namespace, or to one that is gone.
    """
    paths = [
        grant.path
        for grant in access.grants_of(actor)
        if Permission.AUDIT_VIEW in grant.role.permissions
    ]
    if any(path.count("/") <= ROOT_SLASHES for path in paths):
        return AuditEvent.objects.filter()
    readable = list_namespaces_where(actor, Permission.AUDIT_VIEW).order_by()
    return AuditEvent.objects.filter(
        namespace_id__in=readable.values_list("id", flat=True)
    )
