"""Changes the settings that one Pomerium Core has for itself; it is told at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from console.core.actor import Actor
from console.core.transactions import writing
from gateway import selectors
from gateway.selectors import ClusterSettings
from gateway.services.clusters import wake
from gateway.services.setting_values import (
    check_version,
    merge_values,
    record_values,
)
from gateway.settings_table import GatewaySetting
from namespaces.selectors import get_root


@writing()
def change_cluster_settings(
    cluster_id: UUID | str,
    *,
    values: Mapping[str, Any],
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> ClusterSettings:
    """Set some settings of one Core; those that are null are set no more.

    They count over those of the root, and those of namespaces below it over them. They
    belong to the cluster: no deployment holds them, and none brings them back.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError: not for the actor.
        ClusterNotFoundError
        StaleVersionError: somebody saved since.
        ValidationFailedError: a value can't be used, or Core has no such setting.
    """
    row = selectors.get_cluster(cluster_id, actor=actor)
    check_version(row.version, version)
    before = dict(row.settings)
    after = merge_values(before, values, fault_of=_fault_of)
    if after == before:
        return selectors.read_cluster_settings(row)
    row.settings, row.modified_at, row.version = after, now, row.version + 1
    row.asked_at, row.next_run_at, row.failures = now, None, 0
    row.save()
    record_values(
        before,
        after,
        target=("cluster", row.pk, row.name),
        namespace_id=get_root().id,
        actor=actor,
        now=now,
        reason=reason,
    )
    transaction.on_commit(wake, robust=True)
    return selectors.read_cluster_settings(row)


def _fault_of(setting: GatewaySetting) -> str:
    return "" if setting.in_core else "Core has no such setting"
