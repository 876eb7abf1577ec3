"""Directory service accounts: made, changed, deleted, and opened for a job.

A secret goes in and never comes out again, except to the job that reads the provider.
The audit log gets fingerprints.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import ProtectedError
from django.utils.translation import gettext

from console.core import audit
from console.core import secrets as envelopes
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.transactions import writing
from directory import selectors
from directory.credential_kinds import KIND_BY_CODE, Kind
from directory.exceptions import CredentialExpiredError
from directory.models import ServiceAccount
from namespaces.selectors import get_root

MAX_NAME = 100
AGAIN = "give it again: where it is sent has changed"


@dataclass(frozen=True, slots=True)
class Credential:
    """An opened service account, for the job that reads the provider.

    `settings` are complete: defaults are filled in. Keep `secrets` out of logs.
    """

    account_id: UUID
    kind: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    scope: str = ""


@writing()
def create_service_account(
    *,
    name: str,
    kind: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    actor: Actor,
    now: datetime,
    scope: str = "",
    expires_at: datetime | None = None,
) -> ServiceAccount:
    """Keep a credential for an identity provider.

    Raises:
        PermissionDeniedError: the actor is no admin of the root.
        ValidationFailedError: says what is wrong with each field.
        ConflictError: there is another one of this name.
    """
    selectors.check_may_edit_directory(actor)
    shape = _kind(kind)
    account = ServiceAccount(kind=kind, created_at=now)
    _set_name(account, name)
    _check_complete(shape, secrets)
    account.settings = shape.clean_settings(settings)
    _seal(account, shape.clean_secrets(secrets))
    account.scope = scope.strip()
    account.expires_at = _checked_expiry(expires_at, now)
    account.modified_at = now
    account.save()
    _record("created", account, before=None, actor=actor, now=now)
    return account


@writing()
def update_service_account(
    account_id: UUID | str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    **changes: Any,
) -> ServiceAccount:
    """Change `name`, `settings`, `secrets`, `scope` or `expires_at`.

    Of `settings` and `secrets` only the given entries change; None or "" takes an
    optional one away. Whoever changes where secrets are sent must know them: all that
    are set have to be given again.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
        StaleVersionError: somebody else saved first.
        ValidationFailedError: says what is wrong with each field.
        ConflictError: there is another one of this name.
    """
    account = _get(account_id, version=version, actor=actor)
    before, shape = _state(account), _kind(account.kind)
    if "name" in changes:
        _set_name(account, changes["name"])
    given = dict(changes.get("secrets") or {})
    settings = shape.clean_settings(account.settings | (changes.get("settings") or {}))
    if shape.destinations(settings) != shape.destinations(account.settings):
        _check_given_again(account, given)
    account.settings = settings
    _take_away(account, shape, [one for one, text in given.items() if not text])
    _seal(account, shape.clean_secrets({k: v for k, v in given.items() if v}))
    if "scope" in changes:
        account.scope = changes["scope"].strip()
    if "expires_at" in changes and changes["expires_at"] != account.expires_at:
        account.expires_at = _checked_expiry(changes["expires_at"], now)
    after = _state(account)
    if after == before:
        return account
    account.version += 1
    account.modified_at = now
    account.save()
    _record("changed", account, before=before, actor=actor, now=now)
    return account


@writing()
def delete_service_account(
    account_id: UUID | str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Delete an account for good: its secrets are not kept for an undo.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
        StaleVersionError: somebody else saved first.
        ConflictError: a directory still uses it.
    """
    account = _get(account_id, version=version, actor=actor)
    _record("deleted", account, before=_state(account), actor=actor, now=now)
    try:
        account.delete()
    except ProtectedError as error:
        users = ", ".join(sorted({str(one) for one in error.protected_objects})[:5])
        raise ConflictError(
            gettext("it is still used by %(users)s") % {"users": users}
        ) from error


def open_secret(account_id: UUID | str, *, now: datetime) -> Credential:
    """Open an account for a job, and note that it was used.

    Only tasks call this: nothing that answers a person's request may hold a secret.

    Raises:
        NotFoundError: there is no such account.
        CredentialExpiredError: it has expired.
        SecretUnreadableError: the key that sealed it is gone.
    """
    account = ServiceAccount.objects.filter(pk=account_id).first()
    if account is None:
        raise NotFoundError(gettext("there is no such service account"))
    if account.expires_at is not None and account.expires_at <= now:
        raise CredentialExpiredError
    opened = {name: envelopes.unseal(text) for name, text in account.sealed.items()}
    # Not a change of the account: no version, no event.
    ServiceAccount.objects.filter(pk=account.pk).update(last_used_at=now)
    shape = _kind(account.kind)
    defaults = {one.name: one.default for one in shape.settings}
    return Credential(
        account.pk, account.kind, defaults | account.settings, opened, account.scope
    )


def _kind(code: str) -> Kind:
    if code not in KIND_BY_CODE:
        known = ", ".join(KIND_BY_CODE)
        raise ValidationFailedError(
            fields={"kind": [gettext("one of %(known)s") % {"known": known}]}
        )
    return KIND_BY_CODE[code]


def _get(account_id: UUID | str, *, version: int, actor: Actor) -> ServiceAccount:
    selectors.check_may_edit_directory(actor)
    account = selectors.get_service_account(account_id, actor=actor)
    if account.version != version:
        raise StaleVersionError(details={"current": audit.plain(_state(account))})
    return account


def _set_name(account: ServiceAccount, name: str) -> None:
    account.name = name.strip()
    if not 0 < len(account.name) <= MAX_NAME or not account.name.isprintable():
        raise ValidationFailedError(fields={"name": ["1 to 100 characters"]})
    same = ServiceAccount.objects.filter(name__iexact=account.name)
    if same.exclude(pk=account.pk).exists():
        raise ConflictError(
            gettext("there is another `%(name)s`") % {"name": account.name},
            fields={"name": [gettext("this name is taken")]},
        )


def _check_complete(shape: Kind, given: Mapping[str, str]) -> None:
    missing = {
        f"secrets.{one.name}": ["this is needed"]
        for one in shape.secrets
        if one.required and not str(given.get(one.name) or "").strip()
    }
    if missing:
        raise ValidationFailedError(fields=missing)


def _check_given_again(account: ServiceAccount, given: Mapping[str, Any]) -> None:
    """Refuse unless each secret that is set is given, or taken away."""
    missing = {
        f"secrets.{name}": [AGAIN] for name in account.sealed if name not in given
    }
    if missing:
        raise ValidationFailedError(
            gettext("a changed destination takes the secrets again"), fields=missing
        )


def _take_away(account: ServiceAccount, shape: Kind, names: list[str]) -> None:
    needed = {one.name for one in shape.secrets if one.required}
    for name in names:
        if name in needed:
            raise ValidationFailedError(
                fields={f"secrets.{name}": [gettext("this is needed")]}
            )
        account.sealed.pop(name, None)
        account.fingerprints.pop(name, None)


def _seal(account: ServiceAccount, given: Mapping[str, str]) -> None:
    for name, text in given.items():
        account.sealed[name] = envelopes.seal(text)
        account.fingerprints[name] = envelopes.fingerprint(text)


def _checked_expiry(expires_at: datetime | None, now: datetime) -> datetime | None:
    if expires_at is not None and expires_at <= now:
        raise ValidationFailedError(fields={"expires_at": [gettext("this is past")]})
    return expires_at


def _state(account: ServiceAccount) -> dict[str, Any]:
    """Return what the audit log may hold: no secret, no envelope."""
    return {
        "name": account.name,
        "kind": account.kind,
        "settings": dict(account.settings),
        "secrets": dict(account.fingerprints),
        "scope": account.scope,
        "expires_at": account.expires_at,
    }


def _record(
    verb: str,
    account: ServiceAccount,
    *,
    before: dict[str, Any] | None,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        Change(
            action=f"credential.{verb}",
            target_type="credential",
            target_id=account.pk,
            target_label=account.name,
            namespace_id=get_root().id,
            before=before,
            after=None if verb == "deleted" else _state(account),
        ),
        actor=actor,
        now=now,
    )
