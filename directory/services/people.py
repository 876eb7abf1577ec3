"""Local accounts: the first admin, and passwords; and events about people."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from console.core import audit
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import PermissionDeniedError
from console.core.transactions import writing
from directory.exceptions import PasswordRefusedError
from directory.models import User
from directory.services.announcing import announce_person
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
    record_person(user, "created", actor=actor, now=now)
    namespace_services.grant_role(
        namespace_id=get_root().id,
        role=ADMIN.code,
        user_id=user.id,
        actor=actor,
        now=now,
    )
    return user, True


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
        raise PermissionDeniedError(
            gettext("only the owner of a local account does this")
        )
    if not user.check_password(old):
        raise PasswordRefusedError(
            fields={"old": [gettext("this is not your password")]}
        )
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise PasswordRefusedError(fields={"new": error.messages}) from error
    user.set_password(new)
    user.modified_at = now
    user.save(update_fields=["password", "modified_at"])
    record_person(user, "password-changed", actor=actor, now=now)
    return user


def record_person(
    user: User,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    **facts: str,
) -> None:
    """Append an event about a person, in the caller's transaction, and tell of it."""
    event = audit.record(
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
    announce_person(user, event=event, now=now)
