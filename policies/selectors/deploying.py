"""Reads of policies for a deployment: what tells that one changed, and the rows."""

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from django.db.models import QuerySet

from policies.models import NamespacePolicy, Policy


def list_policy_marks() -> Iterator[tuple[UUID, UUID, int]]:
    """Give namespace, id and version of every policy, ordered by policy."""
    rows = Policy.objects.order_by("pk")
    yield from rows.values_list("namespace_id", "pk", "version").iterator()


def list_attachment_marks() -> Iterator[tuple[UUID, UUID, str]]:
    """Give namespace, policy and mode of every attachment to a namespace."""
    rows = NamespacePolicy.objects.order_by("pk")
    yield from rows.values_list("namespace_id", "policy_id", "mode").iterator()


def name_policies(ids: Iterable[str]) -> dict[str, str]:
    """Return the names of policies by their ids, whoever may see them."""
    rows = Policy.objects.filter(pk__in=list(ids)).values_list("pk", "name")
    return {str(pk): name for pk, name in rows}


def list_policies_in(namespace_ids: Collection[UUID]) -> QuerySet[Policy]:
    """Return the policies that live in namespaces, whoever may see them."""
    return Policy.objects.filter(namespace__in=namespace_ids).order_by("pk")


def version_of(policy_id: str) -> int:
    """Return the version that a policy has now, 0 when it isn't there."""
    rows = Policy.objects.filter(pk=policy_id).values_list("version", flat=True)
    return rows.first() or 0
