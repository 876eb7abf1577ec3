"""Signing in at a route's host: a code for the browser, and a session for the code.

The console knows who somebody is; the authorizer at the route's host has a browser
without a session. The code goes from the one to the other in the browser's address,
counts once, for a minute, at one host, and only for the browser that began.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext

from console.core import audit, outbox
from console.core.actor import Actor
from console.core.audit import Change
from console.core.checks import is_loopback
from console.core.exceptions import ValidationFailedError
from console.core.models import AuditEvent
from console.core.transactions import writing
from directory import selectors as directory_selectors
from gateway import selectors
from gateway.authorizer.cookies import key_of, new_secret
from gateway.authorizer.own_paths import Begun
from gateway.models import GatewaySession
from gateway.settings_table.checks import seconds_of
from namespaces import selectors as namespace_selectors
from routes import selectors as route_selectors

CODE_SECONDS = 60
MAX_URL = 2000
CHALLENGE_LENGTH = 43
MAX_PROMISES = 50  # of one person, at one time
CALLBACK = "/.pomerium/callback"
TOPIC = "sessions"


def check_return_address(url: str) -> str:
    """Return the host of an address that a browser may be sent back to.

    Raises:
        ValidationFailedError: no route answers there.
    """
    problem = ValidationFailedError(
        gettext("no route answers at that address"),
        fields={"to": [gettext("no route answers there")]},
    )
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{|}')
    if len(url) > MAX_URL or not is_plain or "@" in url.partition("?")[0]:
        raise problem
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise problem from error
    host = (parts.hostname or "").rstrip(".")
    schemes = route_selectors.schemes_at(host) if host else frozenset()
    # Without TLS only where there is none to be had: on this machine.
    is_here = is_loopback(host) or host.endswith(".localhost")
    may_be_plain = "http" in schemes or is_here or settings.EMBEDDED
    accepted = {"https", "http"} if may_be_plain else {"https"}
    if not schemes or parts.scheme not in accepted:
        raise problem
    return host


@writing()
def promise_session(
    url: str,
    *,
    challenge: str,
    device_ids: Sequence[UUID] = (),
    agent: str = "",
    sign_in: str = "",
    actor: Actor,
    now: datetime,
) -> str:
    """Return the address that takes the actor's browser back to a route, signed in.

    It holds a code; the session begins when that is used. `challenge` is the hash of
    what the browser that began keeps, `device_ids` what was proven at the console,
    `sign_in` the sign-in there, which the session ends with.

    Raises:
        ValidationFailedError: no route answers there, or the challenge is none.
        NotFoundError: it is no person who asks.
    """
    host = check_return_address(url)
    if len(challenge) != CHALLENGE_LENGTH or not challenge.isascii():
        raise ValidationFailedError(
            gettext("signing in has to begin at the site that you want to reach"),
            fields={"challenge": [gettext("this is no challenge")]},
        )
    person = directory_selectors.get_self(actor)
    promised = GatewaySession.objects.filter(user=person, code_hash__isnull=False)
    promised.filter(code_ends_at__lt=now).delete()
    oldest = promised.order_by("-created_at").values_list("pk", flat=True)
    GatewaySession.objects.filter(pk__in=list(oldest[MAX_PROMISES:])).delete()
    code = secrets.token_urlsafe(32)
    GatewaySession.objects.create(
        user=person,
        host=host,
        code_hash=_hash(code),
        challenge=challenge,
        sign_in=sign_in,
        code_ends_at=now + timedelta(seconds=CODE_SECONDS),
        return_to=url,
        device_ids=[str(one) for one in device_ids],
        address=actor.address,
        agent="".join(filter(str.isprintable, agent))[:255],
        created_at=now,
        modified_at=now,
    )
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{CALLBACK}?{urlencode({'code': code})}"


@writing()
def begin_session(
    code: str, *, challenge: str, host: str, address: str, now: datetime
) -> Begun | None:
    """Turn a code into a session; None when it doesn't count.

    A code that is tried at another host, or by another browser, is used up: somebody
    else has it.
    """
    row = (
        GatewaySession.objects.filter(code_hash=_hash(code))
        .select_related("user")
        .first()
    )
    if row is None:
        return None
    counts = (
        row.host == host
        and secrets.compare_digest(row.challenge, challenge)
        and now < row.code_ends_at
        and row.user.is_active
    )
    if not counts:
        row.delete()
        return None
    secret = new_secret()
    row.key, row.code_hash = key_of(secret), None
    row.began_at = row.seen_at = row.modified_at = now
    seconds = session_seconds()
    row.expires_at = now + timedelta(seconds=seconds)
    idle_until = now + timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    row.ends_at = min(row.expires_at, idle_until)
    row.address = address or row.address
    row.save()
    actor = Actor(user_id=row.user_id, label=row.user.email, address=row.address)
    event = record("began", row, actor=actor, now=now)
    entry = outbox.enqueue(TOPIC, {"id": str(row.pk)}, event=event, now=now)
    return Begun(
        secret=secret,
        position=entry.pk,
        seconds=seconds,
        return_to=row.return_to,
    )


def session_seconds() -> int:
    """Return how long a session at a route lasts at most."""
    chosen = selectors.root_settings().get("cookie_expire")
    return int(seconds_of(chosen)) if chosen else settings.SESSION_ABSOLUTE_SECONDS


def record(
    action: str, row: GatewaySession, *, actor: Actor, now: datetime, reason: str = ""
) -> AuditEvent:
    """Record what happened to a session; it belongs to the root, as people do."""
    change = Change(
        action=f"session.{action}",
        target_type="session",
        target_id=row.pk,
        target_label=f"{row.user.email or row.user} at {row.host}",
        namespace_id=namespace_selectors.get_root().pk,
        after={
            "host": row.host,
            "address": row.address,
            "devices": list(row.device_ids),
        },
    )
    return audit.record(change, actor=actor, now=now, reason=reason)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
