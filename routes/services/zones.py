"""Zones: who decides about the hosts below a name. Writes nothing.

A zone is delegated, or it is a wildcard that a namespace has published. The nearest
above a host counts; above all of them is the root.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from routes.models import HostClaim, HostDelegation
from routes.services.rules import BATCH

if TYPE_CHECKING:
    from namespaces.models import Namespace


@dataclass(frozen=True, slots=True)
class Zone:
    """A name, the namespace that it is for, and whether wildcards may be made there."""

    host: str
    namespace: "Namespace"
    is_delegated: bool

    def is_for(self, namespace: "Namespace") -> bool:
        """It is for that namespace: given to it, or to one above it."""
        return namespace.path.startswith(self.namespace.path)


def zones_above(host: str) -> list[str]:
    """Return the wildcards that a host falls under, the nearest first."""
    labels = host.removeprefix("*.").split(".")
    zones = [f"*.{'.'.join(labels[at:])}" for at in range(len(labels))]
    return [zone for zone in zones if zone not in {host, f"*.{host}"}]


def nearest_zones(
    hosts: Iterable[str], *, without: UUID | None = None
) -> dict[str, Zone]:
    """Return for each host the nearest zone that it lies in, if any.

    A wildcard lies in the zone of its own name when that is delegated. `without` is a
    delegation that is not to count.
    """
    above = {
        host: ([host] if host.startswith("*.") else []) + zones_above(host)
        for host in hosts
    }
    wanted = sorted({zone for zones in above.values() for zone in zones})
    delegated, published = _delegated(wanted, without), _published(wanted)
    found: dict[str, Zone] = {}
    for host, zones in above.items():
        for zone in zones:
            one = delegated.get(zone) or (published.get(zone) if zone != host else None)
            if one is not None:
                found[host] = one
                break
    return found


def _delegated(names: Sequence[str], without: UUID | None) -> dict[str, Zone]:
    rows = HostDelegation.objects.filter(path="").select_related("namespace")
    rows = rows.exclude(pk=without) if without else rows
    return {
        row.host: Zone(row.host, row.namespace, is_delegated=True)
        for start in range(0, len(names), BATCH)
        for row in rows.filter(host__in=names[start : start + BATCH])
    }


def _published(names: Sequence[str]) -> dict[str, Zone]:
    rows = HostClaim.objects.filter(released_at__isnull=True, namespace__isnull=False)
    return {
        row.host: Zone(row.host, row.namespace, is_delegated=False)
        for start in range(0, len(names), BATCH)
        for row in rows.filter(host__in=names[start : start + BATCH]).select_related(
            "namespace"
        )
        if row.namespace is not None
    }
