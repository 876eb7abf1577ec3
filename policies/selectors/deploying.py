"""Reads of policies for a deployment: what tells that one changed, and the rows."""

from collections.abc import Collection, Iterator
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


def list_policies_in(namespace_ids: Collection[UUID]) -> QuerySet[Policy]:
    """Return the policies that live in namespaces, whoever may see them."""
    return Policy.objects.filter(namespace__in=namespace_ids).order_by("pk")
