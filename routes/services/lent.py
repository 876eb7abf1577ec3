"""Which routes have their right to a host from one delegation alone. Writes nothing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.core.actor import Actor
from namespaces import access
from routes import selectors
from routes.models import HostClaim, HostDelegation, Route
from routes.services.hosts import lies_under
from routes.services.zones import nearest_zones

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Dependents:
    """Routes that a delegation holds up: the first that somebody sees, and the rest."""

    shown: list[Route]
    hidden: int

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.shown) + self.hidden

    def __bool__(self) -> bool:
        return self.count > 0


def list_dependents(delegation: HostDelegation, *, actor: Actor) -> Dependents:
    """Return the routes that may not be where they are without a delegation.

    Of a path: what publishes under it, and neither owns the host nor has it by another
    delegation. Of a zone: wildcards in it that no other zone is delegated for; single
    hosts there belong to who published them.
    """
    rows = _on_path(delegation) if delegation.path else _wildcards(delegation)
    keys = [row.pk for row in rows]
    seen = selectors.list_routes(actor).filter(pk__in=keys[:500])
    shown = list(seen.order_by("name", "pk")[:MOST_SHOWN])
    return Dependents(shown, len(keys) - len(shown))


def _below(delegation: HostDelegation, hosts: "Sequence[str]") -> list[Route]:
    inside = access.subtree(delegation.namespace.path, "namespace__path")
    rows = selectors.list_using_hosts(hosts).filter(inside)
    return list(rows.select_related("namespace"))


def _on_path(delegation: HostDelegation) -> list[Route]:
    claims = HostClaim.objects.filter(host=delegation.host, released_at__isnull=True)
    owner_id = claims.values_list("namespace_id", flat=True).first()
    others = [
        (one.path, one.namespace.path)
        for one in HostDelegation.objects.filter(host=delegation.host)
        .exclude(pk=delegation.pk)
        .exclude(path="")
        .select_related("namespace")
    ]

    def is_held_up(row: Route) -> bool:
        if row.namespace_id == owner_id or not lies_under(row.match, delegation.path):
            return False
        return not any(
            row.namespace.path.startswith(place) and lies_under(row.match, path)
            for path, place in others
        )

    return [row for row in _below(delegation, [delegation.host]) if is_held_up(row)]


def _wildcards(delegation: HostDelegation) -> list[Route]:
    claims = HostClaim.objects.filter(
        access.subtree(delegation.namespace.path, "namespace__path"),
        host__startswith="*.",
        host__endswith=delegation.host[1:],
        released_at__isnull=True,
    ).select_related("namespace")
    owners = {one.host: one.namespace for one in claims if one.namespace}
    zones = nearest_zones(owners, without=delegation.pk)
    left = [
        host
        for host, owner in owners.items()
        if owner.parent_id is not None
        and not ((zone := zones.get(host)) and zone.is_delegated and zone.is_for(owner))
    ]
    return _below(delegation, left) if left else []
