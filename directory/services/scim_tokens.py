"""Tokens with which identity providers push: made, shown once, revoked.

A directory may have several, so that a new one works before the old one is revoked.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext

from console.core import audit
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import (
    ConflictError,
    PermissionDeniedError,
    ValidationFailedError,
)
from console.core.tokens import new_token
from console.core.transactions import writing
from directory import selectors
from directory.models import ScimToken
from directory.providers import pushed
from namespaces.selectors import get_root

MAX_NAME, MAX_TOKENS = 100, 10
USE_RESOLUTION = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class IssuedScimToken:
    """A token that was just made, with its text, which nothing keeps."""

    row: ScimToken
    token: str = field(repr=False)


@writing()
def create_scim_token(
    directory_id: UUID | str,
    *,
    name: str,
    actor: Actor,
    now: datetime,
    expires_at: datetime | None = None,
) -> IssuedScimToken:
    """Make a token that may push to a directory.

    Raises:
        NotFoundError: it isn't there for the actor: only admins of the root see it.
        PermissionDeniedError: the actor is a token itself.
        ConflictError: the directory is read, not pushed to, or has enough tokens.
        ValidationFailedError: says what is wrong with each field.
    """
    directory = selectors.get_directory(directory_id, actor=actor)
    if actor.service_account_id is not None:
        raise PermissionDeniedError(gettext("tokens are made by people, not by tokens"))
    if directory.provider != pushed.CODE:
        raise ConflictError(gettext("nobody pushes to this directory: it is read"))
    if directory.scim_tokens.count() >= MAX_TOKENS:
        raise ConflictError(
            gettext("there are %(max_tokens)s tokens; revoke one first")
            % {"max_tokens": MAX_TOKENS}
        )
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise ValidationFailedError(
            fields={
                "name": [
                    gettext("1 to %(max_name)s characters") % {"max_name": MAX_NAME}
                ]
            }
        )
    if expires_at is not None and expires_at <= now:
        raise ValidationFailedError(fields={"expires_at": [gettext("this is past")]})
    token, prefix, hashed = new_token()
    row = ScimToken.objects.create(
        directory=directory,
        name=name,
        token_hash=hashed,
        token_prefix=prefix,
        created_by=actor.label[:255],
        expires_at=expires_at,
        created_at=now,
        modified_at=now,
    )
    _record("created", row, actor=actor, now=now)
    return IssuedScimToken(row, token)


@writing()
def revoke_scim_token(token_id: UUID | str, *, actor: Actor, now: datetime) -> None:
    """Let a token work no more.

    Raises:
        NotFoundError: it isn't there for the actor: only admins of the root see it.
    """
    row = selectors.get_scim_token(token_id, actor=actor)
    _record("revoked", row, actor=actor, now=now)
    row.delete()


def record_scim_token_use(token_id: UUID | str, *, now: datetime) -> None:
    """Note that a token was presented; to the minute, without a version."""
    rows = ScimToken.objects.filter(pk=token_id)
    old = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_RESOLUTION)
    rows.filter(old).update(last_used_at=now)


def _record(verb: str, row: ScimToken, *, actor: Actor, now: datetime) -> None:
    state = {
        "directory": row.directory.name,
        "token": row.token_prefix,
        "expires_at": row.expires_at,
    }
    audit.record(
        Change(
            action=f"scim-token.{verb}",
            target_type="scim-token",
            target_id=row.pk,
            target_label=row.name,
            namespace_id=get_root().id,
            before=state if verb == "revoked" else None,
            after=None if verb == "revoked" else state,
        ),
        actor=actor,
        now=now,
    )
