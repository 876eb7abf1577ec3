"""Which provider people sign in with, and whether it has ended a session."""

from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from console.core import secrets as envelopes
from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from directory.models import IdentityProvider, OpenIdSession, User
from directory.selectors.people import NO_PERSON, get_person
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The provider as sign-in needs it. Keep `client_secret` out of logs."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    name: str = "your organization"
    scopes: str = "openid email profile"
    directory_id: UUID | None = None
    id_claim: str = "sub"
    trusts_email: bool = False
    admits_unknown: bool = True


def get_provider() -> Provider | None:
    """Return the provider, None when nobody can sign in with one.

    What the environment gives counts before what the settings say.
    """
    row = IdentityProvider.objects.first() or IdentityProvider()
    if not row.is_enabled:
        return None
    if settings.OPENID_ISSUER:
        issuer, client_id = settings.OPENID_ISSUER, settings.OPENID_CLIENT_ID
        secret = settings.OPENID_CLIENT_SECRET
    else:
        issuer, client_id = row.issuer, row.client_id
        secret = envelopes.unseal(row.sealed_secret) if row.sealed_secret else ""
    if not issuer or not client_id:
        return None
    return Provider(
        issuer=issuer,
        client_id=client_id,
        client_secret=secret,
        name=row.name,
        scopes=row.scopes,
        directory_id=row.directory_id,
        id_claim=row.id_claim,
        trusts_email=row.trusts_email,
        admits_unknown=row.admits_unknown,
    )


def get_provider_settings(actor: Actor) -> IdentityProvider:
    """Return the settings of sign-in, for those who may change them.

    Raises:
        NamespaceNotFoundError: the actor does not see the root.
        PermissionDeniedError: the actor sees it, but is no admin of it.
    """
    root = namespace_selectors.get_root()
    access.check_can(actor, Permission.SETTINGS_EDIT, root.id)
    return IdentityProvider.objects.first() or IdentityProvider(version=0)


def get_identity(person_id: UUID | str, *, actor: Actor) -> User:
    """Return a person with the identity that they sign in with, for root admins.

    Raises:
        NotFoundError: there is no such person, or the actor may not know of them.
        PermissionDeniedError: the actor sees the root, but is no admin of it.
    """
    root = namespace_selectors.get_root()
    try:
        access.check_can(actor, Permission.DIRECTORY_EDIT, root.id)
    except NamespaceNotFoundError:  # whoever lacks the root learns of no person here
        raise NotFoundError(NO_PERSON) from None
    return get_person(person_id, actor=actor)


def is_openid_session_over(session_id: str) -> bool:
    """Answer whether the provider has ended a session, or it was never there."""
    running = OpenIdSession.objects.filter(pk=session_id, ended_at__isnull=True)
    return not running.exists()
