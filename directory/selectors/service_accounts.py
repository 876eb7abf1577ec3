"""Reads of directory service accounts: for those who administer the root."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from directory.models import ServiceAccount
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission

MAX_ENDING = 50


def check_may_edit_directory(actor: Actor) -> None:
    """Refuse unless the actor may change where people and groups come from.

    Raises:
        NamespaceNotFoundError: the actor does not see the root.
        PermissionDeniedError: the actor sees it, but is no admin of it.
    """
    root = namespace_selectors.get_root()
    access.check_can(actor, Permission.DIRECTORY_EDIT, root.id)


def list_service_accounts(actor: Actor) -> QuerySet[ServiceAccount]:
    """Return the accounts, if the actor administers the directory; else none."""
    if not namespace_selectors.holds_on_root(actor, Permission.DIRECTORY_EDIT):
        return ServiceAccount.objects.none()
    return ServiceAccount.objects.filter()


def get_service_account(account_id: UUID | str, *, actor: Actor) -> ServiceAccount:
    """Return an account.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
    """
    account = list_service_accounts(actor).filter(pk=account_id).first()
    if account is None:
        raise NotFoundError
    return account


def list_ending_accounts(actor: Actor, *, before: datetime) -> list[ServiceAccount]:
    """Return the accounts that expire before a moment, or have done so."""
    ending = list_service_accounts(actor).filter(expires_at__lt=before)
    return list(ending.order_by("expires_at", "name")[:MAX_ENDING])
