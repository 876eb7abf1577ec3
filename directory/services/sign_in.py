"""Signing in: passwords, recovery tokens, the demo; failures are counted and kept."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext

from console.core import audit
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import NotFoundError, PermissionDeniedError
from console.core.tokens import hash_token, new_token
from console.core.transactions import writing
from directory import selectors
from directory.authentication import (
    LocalAccountBackend,
    is_demo_allowed,
    network_of,
)
from directory.exceptions import (
    RecoveryRefusedError,
    SignInFailedError,
    TooManyFailuresError,
)
from directory.models import RecoveryToken, User
from directory.services.people import record_person
from namespaces.selectors import get_root

MAX_RECOVERY_LIFETIME = timedelta(minutes=15)
RECOVERY = "recovery token"  # under this name failures are counted


def check_password(*, email: str, password: str, actor: Actor, now: datetime) -> User:
    """Return the active local account of an address and password.

    A failure is recorded; too many of them, and no further password is looked at.
    Passwords are hashed side by side, and answered one after the other: however many
    come at the same instant, no more answers are given than failures are allowed.

    Raises:
        TooManyFailuresError: somebody is guessing.
        SignInFailedError: they don't belong together, or the account is deactivated.
    """
    network = network_of(actor.address)
    held_off = selectors.is_guessing(email=email, network=network, now=now)
    user = None
    if not held_off:
        user = LocalAccountBackend().authenticate(None, email, password)
    with writing():
        # Counted again under the lock: others may have failed while this one hashed.
        held_off = held_off or selectors.is_guessing(
            email=email, network=network, now=now
        )
        if held_off:
            record_failed_sign_in(
                email=email, verb="sign-in-held-off", actor=actor, now=now, once=True
            )
        elif user is None:
            record_failed_sign_in(email=email, actor=actor, now=now)
    # Raised once the record is committed.
    if held_off:
        raise TooManyFailuresError
    if user is None:
        raise SignInFailedError
    return user


@writing()
def record_sign_in(user_id: UUID, *, method: str, actor: Actor, now: datetime) -> None:
    """Record that a person signed in, how, and from which network."""
    user = User.objects.get(pk=user_id)
    User.objects.filter(pk=user_id).update(last_login=now)
    network = network_of(actor.address)
    record_person(
        user, "signed-in", actor=actor, now=now, reason=method, network=network
    )


@writing()
def record_failed_sign_in(
    *,
    email: str,
    actor: Actor,
    now: datetime,
    verb: str = "sign-in-failed",
    once: bool = False,
) -> None:
    """Record that somebody failed to sign in, under the address that they gave.

    With `once`, only when it has not been recorded within the window: a flood of
    attempts must not flood the log.
    """
    network, label = network_of(actor.address), email.casefold()[:255]
    action = f"person.{verb}"
    if once and audit.count_events(
        action=action,
        since=now - selectors.FAILURE_WINDOW,
        target_label=label,
        after__network=network,
    ):
        return
    audit.record(
        Change(
            action=action,
            target_type="person",
            target_id="",
            target_label=label,
            namespace_id=get_root().id,
            after={"network": network},
        ),
        actor=actor,
        now=now,
    )


def check_recovery_token(token: str, *, actor: Actor, now: datetime) -> User:
    """Use a recovery token up, and return the person whom it signs in.

    Raises:
        TooManyFailuresError: somebody is guessing.
        RecoveryRefusedError: it is unknown, used or too old, or its person is gone.
    """
    network = network_of(actor.address)
    with writing():
        if selectors.is_guessing(email=RECOVERY, network=network, now=now):
            raise TooManyFailuresError
        user = _use_recovery_token(token, actor=actor, now=now)
        if user is None:
            record_failed_sign_in(email=RECOVERY, actor=actor, now=now)
    if user is None:
        raise RecoveryRefusedError
    return user


def _use_recovery_token(token: str, *, actor: Actor, now: datetime) -> User | None:
    found = RecoveryToken.objects.select_related("user").filter(
        token_hash=hash_token(token.strip()),
        used_at__isnull=True,
        expires_at__gt=now,
        user__is_active=True,
    )
    row = found.first()
    if row is None:
        return None
    found.update(used_at=now)
    record_person(row.user, "recovery-token-used", actor=actor, now=now)
    return row.user


@writing()
def mint_recovery_token(
    user_id: UUID, *, lifetime: timedelta, actor: Actor, now: datetime
) -> str:
    """Make a token that signs this person in once, without their identity provider.

    Only a command on the host does this: whoever may do it already holds the
    database and its keys.

    Raises:
        PermissionDeniedError: the actor is not the console itself.
        NotFoundError: there is no such active person.
        RecoveryRefusedError: the lifetime is longer than a quarter of an hour.
    """
    if not actor.is_system:
        raise PermissionDeniedError(
            gettext("recovery tokens are made on the host only")
        )
    if not timedelta(0) < lifetime <= MAX_RECOVERY_LIFETIME:
        raise RecoveryRefusedError(gettext("a recovery token lives 1 to 15 minutes"))
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFoundError(gettext("there is no such active person"))
    token, _, token_hash = new_token()
    RecoveryToken.objects.create(
        user=user, token_hash=token_hash, created_at=now, expires_at=now + lifetime
    )
    record_person(user, "recovery-token-minted", actor=actor, now=now)
    return token


def check_demo_sign_in(user_id: UUID, *, host: str, actor: Actor) -> User:
    """Return a person of the demo, whom anybody may sign in as on this machine.

    `host` is the name that the browser asked for.

    Raises:
        NotFoundError: this is not the demo, not this machine, or nobody of the demo.
    """
    people = selectors.list_demo_people().filter(pk=user_id)
    user = people.first() if is_demo_allowed(actor.address, host=host) else None
    if user is None:
        raise NotFoundError
    return user
