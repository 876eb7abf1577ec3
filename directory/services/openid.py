"""People who sign in with the identity provider, and the ends of their sessions.

Who somebody is, is (issuer, subject). An e-mail address never decides: two providers,
or one careless one, could say the same address of two people.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext

from console.core import audit
from console.core.actor import Actor
from console.core.audit import Change
from console.core.transactions import writing
from directory import selectors
from directory.authentication import network_of, sign_in_hash
from directory.exceptions import SignInRefusedError, TokenRefusedError
from directory.models import OpenIdSession, User
from directory.selectors import Provider
from directory.services import signals
from directory.services.people import record_person
from namespaces.selectors import get_root

REFUSED = "person.openid-refused"
BY_PROVIDER = "signed-out-by-provider"
MOST_REFUSALS = 20  # in the log, from one network within the window
MAX_CLAIMS = 64 * 1024
MAX_TEXT, MAX_EMAIL = 255, 320
# What is about the token, not about the person.
OF_THE_TOKEN = frozenset(
    {"iss", "aud", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "azp", "sid"}
    | {"jti", "auth_time", "acr", "amr", "typ", "session_state", "ver"}
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, and the record by which the provider may end the session."""

    user: User
    session_id: UUID


@writing()
def sign_in_by_identity(
    claims: Mapping[str, Any], *, provider: Provider, actor: Actor, now: datetime
) -> SignedIn:
    """Return the person of verified claims; somebody new becomes a person.

    Claims are those of the ID token and of userinfo, `sub` and all.

    Raises:
        SignInRefusedError: deactivated, or unknown where only known people may.
        TokenRefusedError: the claims can't be kept.
    """
    subject = str(claims["sub"])
    kept = _kept(claims, provider)
    key = kept.get(provider.id_claim) if provider.id_claim != "sub" else subject
    user = User.objects.filter(issuer=provider.issuer, subject=subject).first()
    if user is None and isinstance(key, str):
        user = _link(provider, subject, key, actor=actor, now=now)
    if user is None and provider.admits_unknown:
        user = _create(provider, subject, key, now=now)
        _describe(user, kept, now=now)
        record_person(user, "created", actor=actor, now=now)
    if user is None:
        raise SignInRefusedError
    if not user.is_active:
        raise SignInRefusedError(gettext("your account here is deactivated"))
    _describe(user, kept, now=now)
    return SignedIn(user, _begin(user, provider, claims.get("sid"), now=now))


def _link(
    provider: Provider, subject: str, key: str, *, actor: Actor, now: datetime
) -> User | None:
    """Find the person in the directory that an administrator tied to this provider."""
    if provider.directory_id is None:
        return None
    user = User.objects.filter(
        directory_id=provider.directory_id, external_id=key, subject=""
    ).first()
    if user is None:
        return None
    user.issuer, user.subject, user.modified_at = provider.issuer, subject, now
    user.save(update_fields=["issuer", "subject", "modified_at"])
    facts = {"issuer": provider.issuer, "subject": subject}
    record_person(user, "linked", actor=actor, now=now, **facts)
    return user


def _create(provider: Provider, subject: str, key: Any, *, now: datetime) -> User:
    return User(
        issuer=provider.issuer,
        subject=subject,
        external_id=key if isinstance(key, str) and key else subject,
        created_at=now,
        modified_at=now,
    )


def _describe(user: User, kept: Mapping[str, Any], *, now: datetime) -> None:
    """Take over what the provider says. Of a directory's people it knows the names."""
    if user.claims != kept:
        user.claims, user.sync_digest = dict(kept), None  # the next run looks at it
    if user.directory_id is None:
        user.email = _text(kept.get("email"), MAX_EMAIL)
        names = (kept.get("name"), kept.get("preferred_username"), user.email)
        found = (_text(name, MAX_TEXT) for name in names)
        user.display_name = next((name for name in found if name), "")
    user.modified_at = now
    user.save()


def _text(value: Any, most: int) -> str:
    return value.strip()[:most] if isinstance(value, str) else ""


def _kept(claims: Mapping[str, Any], provider: Provider) -> dict[str, Any]:
    """Return the claims that policies may look at.

    An address that nobody verified is left out: it would grant what is its owner's.
    """
    kept = {name: one for name, one in claims.items() if name not in OF_THE_TOKEN}
    verified = claims.get("email_verified")
    if not (provider.trusts_email or verified is True or verified == "true"):
        kept.pop("email", None)
    if "\\u0000" in json.dumps(dict(claims)):
        raise TokenRefusedError(gettext("a claim holds a NUL character"))
    if len(json.dumps(kept)) > MAX_CLAIMS:
        return {k: v for k, v in kept.items() if isinstance(v, str | bool | int)}
    return kept


def _begin(user: User, provider: Provider, sid: Any, *, now: datetime) -> UUID:
    # Sessions that are over by their age need no record any more.
    oldest = now - timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)
    OpenIdSession.objects.filter(user=user, started_at__lt=oldest).delete()
    session = OpenIdSession.objects.create(
        user=user,
        issuer=provider.issuer,
        sid=_text(sid, MAX_TEXT),
        started_at=now,
    )
    return session.pk


def end_openid_sessions(
    *,
    issuer: str,
    actor: Actor,
    now: datetime,
    sid: str = "",
    subject: str = "",
    started_before: datetime | None = None,
) -> int:
    """End the sessions that the provider names, by its session or by person.

    Sessions that began after the provider said so stay: its message can't be kept and
    sent again later. Returns how many ended.
    """
    running = OpenIdSession.objects.filter(issuer=issuer, ended_at__isnull=True)
    if started_before is not None:
        running = running.filter(started_at__lte=started_before)
    if sid:
        running = running.filter(sid=sid)
    if subject:
        running = running.filter(user__subject=subject)
    # Anybody may say such a thing: only where it is true do others have to wait.
    if not (sid or subject) or not running.exists():
        return 0
    return end_sessions(running, verb=BY_PROVIDER, actor=actor, now=now)


@writing()
def end_sessions(
    running: QuerySet[OpenIdSession], *, verb: str, actor: Actor, now: datetime
) -> int:
    """End sessions, here and at routes; for services that have checked everything."""
    ended = list(running.select_related("user"))
    OpenIdSession.objects.filter(pk__in=[one.pk for one in ended]).update(ended_at=now)
    for user in {one.user for one in ended}:
        record_person(user, verb, actor=actor, now=now)
    marks = [sign_in_hash(str(one.pk)) for one in ended]
    signals.signed_out.send(OpenIdSession, sign_ins=marks, actor=actor, now=now)
    return len(ended)


@writing()
def record_refused_identity(reason: str, *, actor: Actor, now: datetime) -> None:
    """Record that a sign-in at the provider was refused, and why.

    A flood of them does not flood the log.
    """
    network = network_of(actor.address)
    since = now - selectors.FAILURE_WINDOW
    if (
        audit.count_events(action=REFUSED, since=since, after__network=network)
        >= MOST_REFUSALS
    ):
        return
    audit.record(
        Change(
            action=REFUSED,
            target_type="person",
            target_id="",
            target_label="",
            namespace_id=get_root().id,
            after={"network": network},
        ),
        actor=actor,
        now=now,
        reason=reason[:500],
    )
