"""The settings of sign-in with an identity provider."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from console.core import audit, destinations
from console.core import secrets as envelopes
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import StaleVersionError, ValidationFailedError
from console.core.transactions import writing
from directory import selectors
from directory.models import Directory, IdentityProvider
from directory.openid import metadata
from directory.openid.trial import Check, try_provider
from namespaces.selectors import get_root

TEXTS = ("name", "client_id", "scopes", "id_claim")
SWITCHES = ("is_enabled", "trusts_email", "admits_unknown")
AGAIN = "give it again: where it is sent has changed"


@writing()
def save_identity_provider(
    *, version: int, actor: Actor, now: datetime, **values: Any
) -> IdentityProvider:
    """Change how people sign in; values that are left out stay.

    `client_secret` is given to set it; "" keeps it. Another issuer takes it again.

    Raises:
        PermissionDeniedError: the actor is no admin of the root.
        StaleVersionError: somebody else saved first.
        ValidationFailedError: says what is wrong with each field.
    """
    row = selectors.get_provider_settings(actor)
    if row.version != version:
        raise StaleVersionError(details={"current": audit.plain(_state(row))})
    before = _state(row) if row.version else None
    secret = values.get("client_secret", "")
    _set_issuer(row, values.get("issuer", row.issuer).strip(), secret)
    for name in TEXTS:
        setattr(row, name, str(values.get(name, getattr(row, name))).strip())
    for name in SWITCHES:
        setattr(row, name, bool(values.get(name, getattr(row, name))))
    if "directory_id" in values:
        row.directory = _directory(values["directory_id"])
    if secret:
        row.sealed_secret = envelopes.seal(secret)
        row.secret_fingerprint = envelopes.fingerprint(secret)
    _check(row)
    if _state(row) == before:
        return row
    row.created_at = row.created_at or now
    row.modified_at = now
    row.version += 1
    row.save()
    metadata.forget()
    audit.record(
        Change(
            action="sign-in-settings.changed",
            target_type="sign-in-settings",
            target_id=row.pk,
            target_label=row.name,
            namespace_id=get_root().id,
            before=before,
            after=_state(row),
        ),
        actor=actor,
        now=now,
    )
    return row


def try_identity_provider(
    *, redirect_uri: str, actor: Actor, now: datetime
) -> list[Check]:
    """Ask the provider everything that sign-in depends on, and say what is wrong.

    Raises:
        PermissionDeniedError: the actor is no admin of the root.
    """
    selectors.get_provider_settings(actor)
    provider = selectors.get_provider()
    if provider is None:
        return [Check("Settings", "failed", "give an issuer and a client id first")]
    return try_provider(provider, redirect_uri=redirect_uri, now=now)


def _set_issuer(row: IdentityProvider, issuer: str, secret: str) -> None:
    if issuer == row.issuer:
        return
    if issuer:
        try:
            destinations.clean_url(issuer)
        except ValidationFailedError as error:
            raise ValidationFailedError(fields={"issuer": [error.message]}) from error
    if row.sealed_secret and not secret:
        raise ValidationFailedError(fields={"client_secret": [AGAIN]})
    # As it was written: the provider compares it to the letter, last slash included.
    row.issuer = issuer


def _directory(directory_id: UUID | str | None) -> Directory | None:
    if not directory_id:
        return None
    found = Directory.objects.filter(pk=directory_id).first()
    if found is None:
        raise ValidationFailedError(fields={"directory_id": [gettext("there is none")]})
    return found


def _check(row: IdentityProvider) -> None:
    problems = {}
    if not row.name or len(row.name) > 60:  # noqa: PLR2004 - the column's
        problems["name"] = ["1 to 60 characters"]
    if "openid" not in row.scopes.split():
        problems["scopes"] = ["`openid` must be among them"]
    if not row.id_claim.isidentifier():
        problems["id_claim"] = ["the name of a claim, such as `sub` or `oid`"]
    if row.issuer and not row.client_id:
        problems["client_id"] = ["this is needed"]
    if problems:
        raise ValidationFailedError(fields=problems)


def _state(row: IdentityProvider) -> dict[str, Any]:
    return {
        "issuer": row.issuer,
        "client_secret": row.secret_fingerprint,
        "directory_id": row.directory_id,
        **{name: getattr(row, name) for name in (*TEXTS, *SWITCHES)},
    }
