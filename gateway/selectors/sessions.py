"""Sessions at the proxy: whose they are, and which of them count."""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from gateway.models import GatewaySession
from gateway.stream import SessionEntry
from namespaces import access
from namespaces.permissions import Permission

Sessions = QuerySet[GatewaySession]
VIEW_SESSIONS = Permission.DIRECTORY_EDIT


def sees_sessions(actor: Actor) -> bool:
    """Answer whether an actor sees everybody's sessions; they belong to the root."""
    return access.can_at_root(actor, VIEW_SESSIONS)


def list_sessions(actor: Actor) -> Sessions:
    """Return the sessions that began: all for admins of the root, else one's own."""
    rows = GatewaySession.objects.filter(key__isnull=False).select_related("user")
    if sees_sessions(actor):
        return rows
    return rows.filter(user_id=actor.user_id or UUID(int=0))


def list_own_sessions(actor: Actor, *, now: datetime) -> Sessions:
    """Return one's own sessions that still count."""
    rows = GatewaySession.objects.filter(
        user_id=actor.user_id or UUID(int=0),
        key__isnull=False,
        ended_at__isnull=True,
        ends_at__gt=now,
    )
    return rows.order_by("-seen_at")


def get_session(session_id: UUID | str, *, actor: Actor) -> GatewaySession:
    """Return a session.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
    """
    row = list_sessions(actor).filter(pk=session_id).first()
    if row is None:
        raise NotFoundError(gettext("there is no such session, or you may not see it"))
    return row


def follow_sessions(ids: Collection[str] | None = None) -> Iterator[SessionEntry]:
    """Give the sessions that have not ended, for processes that keep them in memory."""
    rows = GatewaySession.objects.filter(key__isnull=False, ended_at__isnull=True)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    for key, pk, user_id, host, ends_at, devices in rows.values_list(
        "key", "pk", "user_id", "host", "ends_at", "device_ids"
    ):
        if key is not None and ends_at is not None:
            yield SessionEntry(
                key, str(pk), str(user_id), host, ends_at, tuple(devices)
            )
