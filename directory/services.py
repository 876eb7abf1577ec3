"""Writes about people: local accounts, sign-in events, the demo's directory."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from console.core import audit, outbox
from console.core.actor import Actor
from console.core.audit import Change
from console.core.transactions import writing
from directory import selectors
from directory.exceptions import TooManyFailuresError
from directory.models import Directory, User
from directory.sync.apply import apply_snapshot
from directory.sync.snapshot import Snapshot
from namespaces import services as namespace_services
from namespaces.roles import ADMIN
from namespaces.selectors import get_root


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


def check_sign_in_allowed(*, email: str, address: str, now: datetime) -> None:
    """Refuse to look at another password after too many wrong ones.

    Raises:
        TooManyFailuresError: the account was guessed at from this network.
    """
    failures = selectors.count_recent_failures(email=email, address=address, now=now)
    if failures >= selectors.MAX_FAILURES:
        raise TooManyFailuresError


@writing()
def record_sign_in(user_id: UUID, *, method: str, actor: Actor, now: datetime) -> None:
    """Record that a person signed in, and how."""
    user = User.objects.get(pk=user_id)
    User.objects.filter(pk=user_id).update(last_login=now)
    _record(user, "signed-in", actor=actor, now=now, reason=method)


@writing()
def record_failed_sign_in(*, email: str, actor: Actor, now: datetime) -> None:
    """Record that somebody failed to sign in, under the address that they gave."""
    audit.record(
        Change(
            action="person.sign-in-failed",
            target_type="person",
            target_id="",
            target_label=email.casefold(),
            namespace_id=get_root().id,
        ),
        actor=actor,
        now=now,
    )


def _record(
    user: User, verb: str, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    audit.record(
        Change(
            action=f"person.{verb}",
            target_type="person",
            target_id=user.id,
            target_label=str(user),
            namespace_id=get_root().id,
            after={"email": user.email, "is_active": user.is_active},
        ),
        actor=actor,
        now=now,
        reason=reason,
    )


@writing()
def load_snapshot(
    snapshot: Snapshot, *, name: str, provider: str, actor: Actor, now: datetime
) -> Directory:
    """Make the directory of that name equal to a snapshot; create it when missing.

    Raises:
        LastAdminError: nobody would be left to administer the root.
    """
    directory = Directory.objects.filter(name=name).first()
    if directory is None:
        directory = Directory.objects.create(
            name=name, provider=provider, created_at=now, modified_at=now
        )
    applied = apply_snapshot(directory, snapshot, now=now)
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
