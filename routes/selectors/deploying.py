"""Reads of routes for a deployment: what tells that one changed, and the rows."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from routes.models import Route, RoutePolicy


def list_route_marks() -> Iterator[tuple[UUID, tuple[Any, ...]]]:
    """Give, by namespace, what differs once a route was written, ordered by route.

    Secrets take part: with another key they are sealed anew without a new version.
    """
    attached: dict[UUID, list[UUID]] = {}
    pairs = RoutePolicy.objects.order_by("position", "id")
    for route_id, policy_id in pairs.values_list("route_id", "policy_id").iterator():
        attached.setdefault(route_id, []).append(policy_id)
    rows = Route.objects.order_by("pk").values_list(
        "namespace_id", "pk", "version", "sealed"
    )
    for namespace_id, pk, version, sealed in rows.iterator():
        yield namespace_id, (pk, version, sealed, attached.get(pk, ()))


def list_routes_in(namespace_ids: Collection[UUID]) -> QuerySet[Route]:
    """Return the routes that live in namespaces, whoever may see them."""
    rows = Route.objects.filter(namespace__in=namespace_ids)
    return rows.select_related("namespace").order_by("pk")
