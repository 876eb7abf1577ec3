"""Reads of the Cores that we publish to, for admins of the root, and of what is due."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from console.core import outbox
from console.core.actor import Actor
from gateway.exceptions import ClusterNotFoundError
from gateway.models import Cluster, ClusterMode, Deployment
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission

# What a Core is told beside deployments.
FOLLOWED = frozenset({"accounts", "directory", "people", "records"})
LOOK_EVERY = timedelta(minutes=5)
MAX_BEHIND = 1000


def list_clusters(actor: Actor) -> QuerySet[Cluster]:
    """Return the Cores, for those who may see them.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError: not for the actor.
    """
    check_may_edit_clusters(actor)
    return Cluster.objects.select_related("namespace")


def get_cluster(cluster_id: UUID | str, *, actor: Actor) -> Cluster:
    """Return a Core.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError: not for the actor.
        ClusterNotFoundError: it isn't there.
    """
    found = list_clusters(actor).filter(pk=cluster_id).first()
    if found is None:
        raise ClusterNotFoundError
    return found


def check_may_edit_clusters(actor: Actor) -> None:
    """Refuse whoever is no admin of the root: whoever holds its secret is a Core.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError
    """
    root = namespace_selectors.get_root()
    access.check_can(actor, Permission.SETTINGS_EDIT, root.id)


def list_due_clusters(*, now: datetime) -> list[Cluster]:
    """Return the Cores that something is to be told, or that are to be looked at."""
    return [one for one in Cluster.objects.all() if is_cluster_due(one, now=now)]


def is_cluster_due(row: Cluster, *, now: datetime) -> bool:
    """Answer whether a Core is to be told something, or looked at."""
    is_running = row.lease_until is not None and row.lease_until > now
    if is_running or row.mode == ClusterMode.PAUSED:
        return False
    if row.asked_at is not None:
        return True
    if row.next_run_at is not None:
        return row.next_run_at <= now
    if row.checked_at is None or row.checked_at + LOOK_EVERY <= now:
        return True
    if row.mode == ClusterMode.WITHDRAWN:
        return False
    numbers = Deployment.objects.order_by("-number").values_list("number", flat=True)
    is_behind = row.deployment != (numbers.first() or 0) and not row.problems
    return is_behind or _has_changes(row.change, outbox.newest_id())


def _has_changes(after: int, up_to: int) -> bool:
    if after < 0 or not 0 <= up_to - after <= MAX_BEHIND:
        return True
    entries = outbox.list_entries(after=after, up_to=up_to)
    topics = list(entries.values_list("topic", flat=True))
    if not {*FOLLOWED, *outbox.CONFIGURATION}.isdisjoint(topics):
        return True
    return not outbox.is_whole(len(topics), after=after, up_to=up_to)


def list_namespaces_below(cluster: Cluster) -> frozenset[str]:
    """Return the ids of the namespaces whose routes a Core serves."""
    found: set[UUID] = {cluster.namespace_id} if cluster.namespace_id else set()
    for one in namespace_selectors.list_tree():
        if one.parent_id in found:
            found.add(one.pk)
    return frozenset(map(str, found))
