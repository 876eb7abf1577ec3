"""Writes about people: local accounts, sign-in events, the demo's directory."""

from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from console.core import audit, outbox
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import NotFoundError, PermissionDeniedError
from console.core.transactions import writing
from directory import selectors
from directory.authentication import (
    LocalAccountBackend,
    hash_token,
    is_demo_allowed,
    network_of,
    new_token,
)
from directory.exceptions import (
    PasswordRefusedError,
    RecoveryRefusedError,
    SignInFailedError,
    TooManyFailuresError,
)
from directory.models import Directory, RecoveryToken, User
from directory.sync.apply import apply_snapshot
from directory.sync.snapshot import Snapshot
from namespaces import services as namespace_services
from namespaces.roles import ADMIN
from namespaces.selectors import get_root

MAX_RECOVERY_LIFETIME = timedelta(minutes=15)
RECOVERY = "recovery token"  # under this name failures are counted
MAX_AGE_SECONDS = 24 * 3600


@writing()
def ensure_bootstrap_admin(
    *, email: str, password: str, actor: Actor, now: datetime
) -> tuple[User, bool]:
    """Create the first local account, an admin of the root, unless it is there.

    Returns the account, and whether it was created (and so has this password).
    """
    user = User.objects.filter(email__iexact=email, is_local=True).first()
    if user is not None:
        return user, False
    user = User(
        email=email,
        external_id=f"local|{email}",
        display_name="Bootstrap admin",
        is_local=True,
        created_at=now,
        modified_at=now,
    )
    user.set_password(password)
    user.save()
    _record(user, "created", actor=actor, now=now)
    namespace_services.grant_role(
        namespace_id=get_root().id,
        role=ADMIN.code,
        user_id=user.id,
        actor=actor,
        now=now,
    )
    return user, True


def check_password(*, email: str, password: str, actor: Actor, now: datetime) -> User:
    """Return the active local account of an address and password.

    A failure is recorded; too many of them, and no further password is looked at.

    Raises:
        TooManyFailuresError: somebody is guessing.
        SignInFailedError: they don't belong together, or the account is deactivated.
    """
    network = network_of(actor.address)
    if selectors.is_guessing(email=email, network=network, now=now):
        record_failed_sign_in(
            email=email, verb="sign-in-held-off", actor=actor, now=now, once=True
        )
        raise TooManyFailuresError
    user = LocalAccountBackend().authenticate(None, email, password)
    if user is None:
        record_failed_sign_in(email=email, actor=actor, now=now)
        raise SignInFailedError
    return user


@writing()
def record_sign_in(user_id: UUID, *, method: str, actor: Actor, now: datetime) -> None:
    """Record that a person signed in, how, and from which network."""
    user = User.objects.get(pk=user_id)
    User.objects.filter(pk=user_id).update(last_login=now)
    network = network_of(actor.address)
    _record(user, "signed-in", actor=actor, now=now, reason=method, network=network)


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
    if selectors.is_guessing(email=RECOVERY, network=network, now=now):
        raise TooManyFailuresError
    user = _use_recovery_token(token, actor=actor, now=now)
    if user is None:
        record_failed_sign_in(email=RECOVERY, actor=actor, now=now)
        raise RecoveryRefusedError
    return user


@writing()
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
    _record(row.user, "recovery-token-used", actor=actor, now=now)
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
        raise PermissionDeniedError("recovery tokens are made on the host only")
    if not timedelta(0) < lifetime <= MAX_RECOVERY_LIFETIME:
        raise RecoveryRefusedError("a recovery token lives 1 to 15 minutes")
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFoundError("there is no such active person")
    token, _, token_hash = new_token()
    RecoveryToken.objects.create(
        user=user, token_hash=token_hash, created_at=now, expires_at=now + lifetime
    )
    _record(user, "recovery-token-minted", actor=actor, now=now)
    return token


def check_demo_sign_in(user_id: UUID, *, actor: Actor) -> User:
    """Return a person of the demo, whom anybody may sign in as on this machine.

    Raises:
        NotFoundError: this is not the demo, not this machine, or nobody of the demo.
    """
    people = selectors.list_demo_people().filter(pk=user_id)
    user = people.first() if is_demo_allowed(actor.address) else None
    if user is None:
        raise NotFoundError
    return user


@writing()
def change_password(
    user_id: UUID, *, old: str, new: str, actor: Actor, now: datetime
) -> User:
    """Change the password of the actor's own local account.

    Raises:
        PermissionDeniedError: it is somebody else's, or not a local account.
        PasswordRefusedError: the old one is wrong, or the new one too weak.
    """
    user = User.objects.filter(pk=user_id, is_local=True, is_active=True).first()
    if user is None or actor.user_id != user.id:
        raise PermissionDeniedError("only the owner of a local account does this")
    if not user.check_password(old):
        raise PasswordRefusedError(fields={"old": ["this is not your password"]})
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise PasswordRefusedError(fields={"new": error.messages}) from error
    user.set_password(new)
    user.modified_at = now
    user.save(update_fields=["password", "modified_at"])
    _record(user, "password-changed", actor=actor, now=now)
    return user


def _record(
    user: User,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    **facts: str,
) -> None:
    audit.record(
        Change(
            action=f"person.{verb}",
            target_type="person",
            target_id=user.id,
            target_label=str(user),
            namespace_id=get_root().id,
            after={"email": user.email, "is_active": user.is_active, **facts},
        ),
        actor=actor,
        now=now,
        reason=reason,
    )


@writing()
def load_snapshot(
    snapshot: Snapshot,
    *,
    name: str,
    provider: str,
    actor: Actor,
    now: datetime,
    max_age_seconds: int = MAX_AGE_SECONDS,
) -> Directory:
    """Make the directory of that name equal to a snapshot; create it when missing.

    Data older than `max_age_seconds` count as missing, and missing data deny.

    Raises:
        LastAdminError: nobody would be left to administer the root.
    """
    directory = Directory.objects.filter(name=name).first()
    is_new = directory is None
    if directory is None:
        directory = Directory.objects.create(
            name=name,
            provider=provider,
            max_age_seconds=max_age_seconds,
            created_at=now,
            modified_at=now,
        )
    applied = apply_snapshot(directory, snapshot, now=now)
    if not is_new:
        # Only a directory that was read before can take somebody away.
        namespace_services.check_root_keeps_an_admin()
    event = audit.record(
        Change(
            action="directory.synced",
            target_type="directory",
            target_id=directory.id,
            target_label=directory.name,
            namespace_id=get_root().id,
            after=asdict(applied),
        ),
        actor=actor,
        now=now,
    )
    outbox.enqueue("directory", {"id": str(directory.id)}, event=event, now=now)
    return directory
