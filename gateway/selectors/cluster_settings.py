"""Which settings a Pomerium Core is told, and where each of them comes from.

A Core is told what somebody set: for all Cores at the root, for this one, or in the
namespaces down to the one that it serves, which count most. Of the rest speaks the
file of Core itself.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from console.core.actor import Actor
from gateway.models import Cluster
from gateway.selectors.clusters import get_cluster
from gateway.selectors.settings import Held, HeldSettings, read_own
from gateway.settings_table import TABLE, GatewaySetting, Honorer
from gateway.settings_table.sections import COOKIES
from namespaces import selectors as namespace_selectors
from policies.texts import worded

UNSET = worded("as Core's own file says")


@dataclass(frozen=True, slots=True)
class ClusterSettings(HeldSettings):
    """All settings that a Core can be told."""

    cluster: Cluster


def get_cluster_settings(cluster_id: UUID | str, *, actor: Actor) -> ClusterSettings:
    """Return the settings of a Core.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError: not for the actor.
        ClusterNotFoundError: it isn't there.
    """
    return read_cluster_settings(get_cluster(cluster_id, actor=actor))


def read_cluster_settings(cluster: Cluster) -> ClusterSettings:
    """Return the settings of a Core, each with where it comes from."""
    place = cluster.namespace or namespace_selectors.get_root()
    chain = namespace_selectors.list_chain(place)
    rows = read_own(one.pk for one in chain)
    held = []
    for setting in TABLE:
        if not setting.in_core:
            continue
        set_at = [one for one in chain if setting.key in rows.get(one.pk, {})]
        source = set_at[-1] if set_at else None
        otherwise = rows[source.pk][setting.key] if source else None
        own = cluster.settings.get(setting.key)
        counts = own is not None and (source is None or source.depth == 0)
        value = own if counts else otherwise
        held.append(Held(_as_core_has(setting), own, value, otherwise, source))
    return ClusterSettings(cluster.version, tuple(held), cluster)


def _as_core_has(setting: GatewaySetting) -> GatewaySetting:
    """Return a setting as it is at a Core: without our defaults and our cookies."""
    fields = tuple(replace(one, unset=UNSET) for one in setting.setting.fields)
    inner = replace(setting.setting, unset=UNSET, fields=fields)
    if inner.section == COOKIES:
        inner = replace(inner, help="")
    return replace(setting, setting=inner, default=None, honored_by=Honorer.CORE)
