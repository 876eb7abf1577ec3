"""Reads of API service accounts: machines that call the console with a token."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from namespaces import access
from namespaces.models import ApiServiceAccount, RoleBinding
from namespaces.permissions import Permission

ROLE_OF_ACCOUNT = "role"


def list_api_accounts(actor: Actor) -> QuerySet[ApiServiceAccount]:
    """Return the accounts of where the actor may see them, with `role` at home."""
    role = RoleBinding.objects.filter(
        service_account=OuterRef("pk"), content_object=OuterRef("namespace")
    ).values("permission__codename")[:1]
    return (
        ApiServiceAccount.objects.filter(
            access.namespace_filter(actor, Permission.SERVICE_ACCOUNT_VIEW)
        )
        .select_related("namespace", "owner")
        .annotate(role=Subquery(role), namespace_path=F("namespace__path"))
    )


def get_api_account(account_id: UUID | str, *, actor: Actor) -> ApiServiceAccount:
    """Return an account.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
    """
    account = list_api_accounts(actor).filter(pk=account_id).first()
    if account is None:
        raise NotFoundError
    return account


def find_service_account(token_hash: str) -> ApiServiceAccount | None:
    """Return the live service account of a token's hash with its owner, or None."""
    return (
        ApiServiceAccount.objects.filter(token_hash=token_hash, is_active=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=Now()))
        .select_related("owner")
        .first()
    )


def name_owner(account: ApiServiceAccount) -> str:
    """Return how the audit log names whoever answers for an account, "" for nobody."""
    owner = account.owner
    return (owner.email or str(owner)) if owner else ""


def name_owner_of(account_id: UUID) -> str:
    """Return the same by the account's id; "" as well when it is gone."""
    rows = ApiServiceAccount.objects.filter(pk=account_id).select_related("owner")
    account = rows.first()
    return name_owner(account) if account else ""


def get_person_behind(actor: Actor) -> UUID | None:
    """Return the person who acts, or who keeps the machine that does.

    What nobody may do for themselves, nobody may have their machine do. An account
    that was made on the host has nobody behind it.
    """
    if actor.service_account_id is None:
        return actor.user_id
    kept = ApiServiceAccount.objects.filter(pk=actor.service_account_id)
    return kept.values_list("owner_id", flat=True).first()


def follow_accounts(ids: Collection[str] | None = None) -> Iterator[tuple[Any, ...]]:
    """Give token hash, id, name, namespace, owner and end of accounts that count.

    For processes that keep all of them in memory; whoever may see them.
    """
    rows = ApiServiceAccount.objects.filter(is_active=True).order_by("pk")
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    yield from rows.values_list(
        "token_hash", "pk", "name", "namespace_id", "owner_id", "expires_at"
    )
