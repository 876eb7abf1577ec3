"""What happens to sessions at the proxy once they began: used, ended, forgotten.

An ended session counts nowhere as soon as authorizers heard of it, a fraction of a
second after the commit.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from console.core import outbox
from console.core.actor import Actor
from console.core.exceptions import PermissionDeniedError
from console.core.transactions import writing
from gateway import selectors
from gateway.models import GatewaySession
from gateway.services.signing_in import TOPIC, record
from namespaces import access
from namespaces import selectors as namespace_selectors

KEPT_DAYS = 90
BATCH = 500
WORTH_NOTING = timedelta(minutes=5)


@writing()
def end_session(session_id: str, *, address: str, now: datetime) -> None:
    """End a session because its person signed out at the site."""
    row = _running().filter(pk=session_id).first()
    if row is None:
        return
    actor = Actor(user_id=row.user_id, label=row.user.email, address=address)
    _end(row, "ended", actor=actor, now=now)


def end_sessions_with(sign_in: str, *, actor: Actor, now: datetime) -> None:
    """End what came out of a sign-in at the console, in the browser that signs out."""
    # Most sign-ins end without any; those need not wait for others who write.
    if GatewaySession.objects.filter(sign_in=sign_in, ended_at__isnull=True).exists():
        _end_with([sign_in], "signed out of the console", actor=actor, now=now)


def follow_sign_outs(
    sender: Any, *, sign_ins: Sequence[str], actor: Actor, now: datetime, **_: Any
) -> None:
    """End what came out of sign-ins that the identity provider ended."""
    reason = "the identity provider ended the sign-in"
    _end_with(sign_ins, reason, actor=actor, now=now)


def follow_owners(
    sender: Any, *, hosts: Sequence[str], actor: Actor, now: datetime, **_: Any
) -> None:
    """End what people have at hosts that another namespace owns from now on."""
    reason = "the host has another owner"
    plain = [host for host in hosts if not host.startswith("*.")]
    places = [Q(host__endswith=host[1:]) for host in hosts if host.startswith("*.")]
    places += [
        Q(host__in=plain[start : start + BATCH])
        for start in range(0, len(plain), BATCH)
    ]
    for place in places:
        GatewaySession.objects.filter(place, key__isnull=True).delete()
        for row in _running().filter(place, ends_at__gt=now):
            _end(row, "ended", actor=actor, now=now, reason=reason)


@writing()
def _end_with(
    sign_ins: Sequence[str], reason: str, *, actor: Actor, now: datetime
) -> None:
    for sign_in in sign_ins:
        GatewaySession.objects.filter(sign_in=sign_in, key__isnull=True).delete()
        for row in _running().filter(sign_in=sign_in, ends_at__gt=now):
            _end(row, "ended", actor=actor, now=now, reason=reason)


@writing()
def revoke_session(
    session_id: UUID | str, *, actor: Actor, now: datetime, reason: str = ""
) -> GatewaySession:
    """End a session: one's own, or anybody's for admins of the root.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
        PermissionDeniedError: it is somebody else's.
    """
    row = selectors.get_session(session_id, actor=actor)
    is_own = row.user_id == actor.user_id and actor.user_id is not None
    if not is_own:
        access.check_can(
            actor, selectors.VIEW_SESSIONS, namespace_selectors.get_root().pk
        )
    if row.ended_at is None:
        _end(row, "revoked", actor=actor, now=now, reason=reason)
    return row


@writing()
def revoke_sessions_of(
    user_id: UUID, *, actor: Actor, now: datetime, reason: str = ""
) -> int:
    """End all sessions of a person, and return how many there were.

    Raises:
        PermissionDeniedError: they are somebody else's.
    """
    if user_id != actor.user_id:
        access.check_can(
            actor, selectors.VIEW_SESSIONS, namespace_selectors.get_root().pk
        )
    if actor.is_anonymous:
        raise PermissionDeniedError
    rows = list(_running().filter(user_id=user_id, ends_at__gt=now))
    for row in rows:
        _end(row, "revoked", actor=actor, now=now, reason=reason)
    return len(rows)


@writing()
def note_use(seen: Mapping[str, datetime], *, now: datetime) -> int:
    """Put off the end of sessions that were used; return how many.

    A matter of course, so no audit event.
    """
    rows = list(_running().filter(pk__in=list(seen), ends_at__gt=now))
    idle = timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    changed = []
    for row in rows:
        used = seen[str(row.pk)]
        if row.expires_at is None or (row.seen_at is not None and used <= row.seen_at):
            continue
        ends_at = min(row.expires_at, used + idle)
        if row.ends_at is None or ends_at - row.ends_at >= WORTH_NOTING:
            row.seen_at, row.ends_at = used, ends_at
            changed.append(row)
    GatewaySession.objects.bulk_update(changed, ["seen_at", "ends_at"], batch_size=500)
    outbox.announce(TOPIC, [str(row.pk) for row in changed], now=now)
    return len(changed)


@writing()
def forget_sessions(*, now: datetime) -> int:
    """Delete codes that nobody used, and sessions that ended long ago."""
    before = now - timedelta(days=KEPT_DAYS)
    rows = GatewaySession.objects.filter(
        Q(key__isnull=True, code_ends_at__lt=now)
        | Q(ends_at__lt=before)
        | Q(ended_at__lt=before)
    )
    return rows.delete()[0]


def _running() -> selectors.Sessions:
    rows = GatewaySession.objects.filter(key__isnull=False, ended_at__isnull=True)
    return rows.select_related("user")


def _end(
    row: GatewaySession, action: str, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    row.ended_at = row.modified_at = now
    row.save(update_fields=["ended_at", "modified_at"])
    event = record(action, row, actor=actor, now=now, reason=reason)
    outbox.enqueue(TOPIC, {"id": str(row.pk)}, event=event, now=now)
