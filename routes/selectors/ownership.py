"""Reads of hosts, what is delegated of them, upstreams, and consents to route there."""

from uuid import UUID

from django.db.models import QuerySet

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from namespaces import access
from namespaces.permissions import Permission
from routes.models import (
    HostClaim,
    HostDelegation,
    Route,
    UpstreamClaim,
    UpstreamConsent,
)
from routes.selectors.routes import list_routes
from routes.validation.ownership import hosts_of_upstreams, lies_in

MOST_LISTED = 50


def list_hosts(actor: Actor) -> QuerySet[HostClaim]:
    """Return the hosts of the namespaces that the actor sees, resting ones as well.

    Those without an owner are seen by whoever sees everything.
    """
    condition = access.namespace_filter(actor, Permission.ROUTE_VIEW)
    return HostClaim.objects.filter(condition).select_related("namespace")


def get_host(host_id: UUID | str, *, actor: Actor) -> HostClaim:
    """Return a host that the actor sees.

    Raises:
        NotFoundError: it isn't there, or the actor may not see its owner.
    """
    found = list_hosts(actor).filter(pk=host_id).first()
    if found is None:
        raise NotFoundError
    return found


def list_delegations(actor: Actor) -> QuerySet[HostDelegation]:
    """Return the delegations from and to the namespaces that the actor sees."""
    given = access.namespace_filter(actor, Permission.ROUTE_VIEW, field="owner")
    taken = access.namespace_filter(actor, Permission.ROUTE_VIEW)
    rows = HostDelegation.objects.filter(given | taken if given and taken else given)
    return rows.select_related("namespace", "owner")


def get_delegation(delegation_id: UUID | str, *, actor: Actor) -> HostDelegation:
    """Return a delegation that the actor sees.

    Raises:
        NotFoundError: it isn't there, or the actor sees neither end.
    """
    found = list_delegations(actor).filter(pk=delegation_id).first()
    if found is None:
        raise NotFoundError
    return found


def list_upstreams(actor: Actor) -> QuerySet[UpstreamClaim]:
    """Return what is registered for the namespaces that the actor sees."""
    rows: QuerySet[UpstreamClaim] = UpstreamClaim.objects.visible_to(
        actor, Permission.ROUTE_VIEW
    )
    return rows.select_related("namespace")


def get_upstream(upstream_id: UUID | str, *, actor: Actor) -> UpstreamClaim:
    """Return a registered upstream that the actor sees.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
    """
    found = list_upstreams(actor).filter(pk=upstream_id).first()
    if found is None:
        raise NotFoundError
    return found


def list_consents(actor: Actor) -> QuerySet[UpstreamConsent]:
    """Return the requests by, and to, the namespaces that the actor sees."""
    asked = access.namespace_filter(actor, Permission.ROUTE_VIEW)
    owned = access.namespace_filter(
        actor, Permission.ROUTE_VIEW, field="upstream__namespace"
    )
    rows = UpstreamConsent.objects.filter(asked | owned if asked and owned else asked)
    return rows.select_related("namespace", "upstream__namespace")


def get_consent(consent_id: UUID | str, *, actor: Actor) -> UpstreamConsent:
    """Return a request that the actor sees.

    Raises:
        NotFoundError: it isn't there, or the actor sees neither end.
    """
    found = list_consents(actor).filter(pk=consent_id).first()
    if found is None:
        raise NotFoundError
    return found


def list_routes_into(
    target: str, *, outside: str, actor: Actor
) -> tuple[list[Route], int]:
    """Return routes of namespaces outside a path that lead into a target.

    The first ones that the actor sees, and how many others there are.
    """
    rows = Route.objects.exclude(access.subtree(outside, "namespace__path"))
    name = target.removeprefix("*").strip("[]")
    rows = rows.filter(to_summary__contains=name) if "/" not in target else rows
    keys = [
        row.pk
        for row in rows.only("pk", "settings", "name", "from_url").iterator()
        if any(lies_in(host, target) for host in hosts_of_upstreams(row.settings))
    ]
    seen = list_routes(actor).filter(pk__in=keys[:500]).order_by("name", "pk")
    shown = list(seen[:MOST_LISTED])
    return shown, len(keys) - len(shown)
