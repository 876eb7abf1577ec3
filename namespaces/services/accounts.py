"""API service accounts: tokens for machines, shown once and stored hashed.

An account lives in a namespace and works there and below. It has an owner, the person
who made it or last gave it a token: what it may do is what its role allows and its
owner may, at that moment.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext

from console.core import audit, outbox
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import (
    ConflictError,
    PermissionDeniedError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.tokens import new_token
from console.core.transactions import writing
from namespaces import access, selectors
from namespaces.exceptions import RoleNotGrantableError
from namespaces.models import ApiServiceAccount, RoleBinding
from namespaces.permissions import Permission
from namespaces.roles import ROLE_BY_CODE
from namespaces.services import bindings

MAX_NAME = 100
MAX_DESCRIPTION = 5000
USE_RESOLUTION = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """An account with the token that was just made for it, which nothing keeps."""

    account: ApiServiceAccount
    token: str = field(repr=False)


@writing()
def create_api_account(
    *,
    namespace_id: UUID | str,
    name: str,
    role: str,
    actor: Actor,
    now: datetime,
    description: str = "",
    expires_at: datetime | None = None,
) -> IssuedToken:
    """Make an account with a role in its namespace, and its first token.

    Raises:
        NamespaceNotFoundError: the actor does not see the namespace.
        PermissionDeniedError: the actor may not, or is a token itself.
        RoleNotGrantableError: the role is above the actor's own.
        ValidationFailedError: says what is wrong with each field.
        ConflictError: the namespace has an account of this name.
    """
    namespace = access.check_can(actor, Permission.SERVICE_ACCOUNT_EDIT, namespace_id)
    _check_is_person(actor)
    account = ApiServiceAccount(
        namespace=namespace, owner_id=actor.user_id, created_at=now
    )
    _describe(account, name=name, description=description)
    _set_expiry(account, expires_at, now)
    token = _new_token(account)
    account.modified_at = now
    account.save()
    _record("created", account, before=None, actor=actor, now=now)
    bindings.bind_account(account, role, actor=actor, now=now)
    return IssuedToken(account, token)


@writing()
def update_api_account(
    account_id: UUID | str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    **changes: Any,
) -> ApiServiceAccount:
    """Change `name`, `description`, `expires_at` or `role`; the token stays.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
        PermissionDeniedError: the actor may not, or is a token itself.
        StaleVersionError: somebody else saved first.
        RoleNotGrantableError: the role, old or new, is above the actor's own.
        ValidationFailedError: says what is wrong with each field.
        ConflictError: the namespace has an account of this name.
    """
    account = _get(account_id, version=version, actor=actor)
    _check_in_reach(account, actor=actor)
    before = state_of(account)
    _describe(
        account,
        name=changes.get("name", account.name),
        description=changes.get("description", account.description),
    )
    if "expires_at" in changes and changes["expires_at"] != account.expires_at:
        _set_expiry(account, changes["expires_at"], now)
    if changes.get("role"):
        bindings.bind_account(account, changes["role"], actor=actor, now=now)
    if state_of(account) != before:
        account.version += 1
        account.modified_at = now
        account.save()
        _record("changed", account, before=before, actor=actor, now=now)
    return account


@writing()
def rotate_api_account(
    account_id: UUID | str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    expires_at: datetime | None = None,
) -> IssuedToken:
    """Give an account another token; the one before is dead at once.

    Whoever does this holds the new token, and is the owner from now on.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
        PermissionDeniedError: the actor may not, or is a token itself.
        RoleNotGrantableError: its role is above the actor's own.
        StaleVersionError: somebody else saved first.
    """
    account = _get(account_id, version=version, actor=actor)
    _check_in_reach(account, actor=actor)
    before = state_of(account)
    token = _new_token(account)
    account.owner_id = actor.user_id
    if expires_at is not None:
        _set_expiry(account, expires_at, now)
    account.version += 1
    account.modified_at = now
    account.save()
    _record("rotated", account, before=before, actor=actor, now=now)
    return IssuedToken(account, token)


@writing()
def revoke_api_account(
    account_id: UUID | str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Delete an account with its roles; its token is dead at once, for good.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
        PermissionDeniedError: the actor may not.
        StaleVersionError: somebody else saved first.
    """
    account = _get(account_id, version=version, actor=actor)
    bindings.revoke_all_of([account.pk], actor=actor, now=now)
    _record("revoked", account, before=state_of(account), actor=actor, now=now)
    ApiServiceAccount.objects.filter(pk=account.pk).delete()


def record_token_use(account_id: UUID, *, now: datetime) -> None:
    """Note that a token was used, at most once a minute. No change, so no event."""
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - USE_RESOLUTION)
    ApiServiceAccount.objects.filter(stale, pk=account_id).update(last_used_at=now)


def _get(account_id: UUID | str, *, version: int, actor: Actor) -> ApiServiceAccount:
    account = selectors.get_api_account(account_id, actor=actor)
    access.check_can(actor, Permission.SERVICE_ACCOUNT_EDIT, account.namespace_id)
    _check_is_person(actor)
    if account.version != version:
        raise StaleVersionError(details={"current": audit.plain(state_of(account))})
    return account


def _check_is_person(actor: Actor) -> None:
    """Refuse tokens: one that leaked would make others that outlive it."""
    if actor.service_account_id is not None:
        raise PermissionDeniedError(gettext("tokens are made by people, not by tokens"))


def _check_in_reach(account: ApiServiceAccount, *, actor: Actor) -> None:
    """Refuse to touch an account that may do more somewhere than the actor may."""
    grants = access.read_grants(actor)
    held = RoleBinding.objects.filter(service_account=account)
    for path, code in held.values_list("content_object__path", "permission__codename"):
        # Bound above its namespace, it still works from there down only.
        place = max(path, account.namespace.path, key=len)
        own = access.role_at(grants, place)
        if own is None or own.rank < ROLE_BY_CODE[code].rank:
            raise RoleNotGrantableError(
                gettext("this account may do more than you; ask an admin")
            )


def _new_token(account: ApiServiceAccount) -> str:
    token, account.token_prefix, account.token_hash = new_token()
    return token


def _describe(account: ApiServiceAccount, *, name: str, description: str) -> None:
    account.name, account.description = name.strip(), description.strip()
    if not 0 < len(account.name) <= MAX_NAME or not account.name.isprintable():
        raise ValidationFailedError(
            fields={
                "name": [
                    gettext("1 to %(max_name)s characters") % {"max_name": MAX_NAME}
                ]
            }
        )
    if len(account.description) > MAX_DESCRIPTION:
        raise ValidationFailedError(
            fields={"description": [gettext("this is too long")]}
        )
    same = ApiServiceAccount.objects.filter(
        namespace=account.namespace, name__iexact=account.name
    )
    if same.exclude(pk=account.pk).exists():
        raise ConflictError(
            gettext("%(name)s has another `%(account)s`")
            % {"name": account.namespace.name, "account": account.name},
            fields={"name": [gettext("this name is taken here")]},
        )


def _set_expiry(
    account: ApiServiceAccount, expires_at: datetime | None, now: datetime
) -> None:
    if expires_at is not None and expires_at <= now:
        raise ValidationFailedError(fields={"expires_at": [gettext("this is past")]})
    account.expires_at = expires_at


def state_of(account: ApiServiceAccount) -> dict[str, Any]:
    """Return an account as the audit log keeps it."""
    return {
        "name": account.name,
        "description": account.description,
        "owner_id": account.owner_id,
        "token_prefix": account.token_prefix,
        "expires_at": account.expires_at,
    }


def _record(
    verb: str,
    account: ApiServiceAccount,
    *,
    before: dict[str, Any] | None,
    actor: Actor,
    now: datetime,
) -> None:
    event = audit.record(
        Change(
            action=f"service-account.{verb}",
            target_type="service-account",
            target_id=account.pk,
            target_label=account.name,
            namespace_id=account.namespace_id,
            before=before,
            after=None if verb == "revoked" else state_of(account),
        ),
        actor=actor,
        now=now,
    )
    outbox.enqueue("accounts", {"id": str(account.pk)}, event=event, now=now)
