"""Changes the settings that one Pomerium Core has for itself; it is told at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from console.core import audit
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import StaleVersionError, ValidationFailedError
from console.core.transactions import writing
from gateway import selectors
from gateway.models import Cluster
from gateway.selectors import ClusterSettings
from gateway.services.clusters import wake
from gateway.settings_table import BY_KEY, CORE_KEYS
from gateway.settings_table.reading import read_values
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
    if row.version != version:
        raise StaleVersionError(details={"current_version": row.version})
    read = _read(values)
    before = dict(row.settings)
    after = {**before, **read}
    after = {key: after[key] for key in BY_KEY if after.get(key) is not None}
    if after == before:
        return selectors.read_cluster_settings(row)
    row.settings, row.modified_at, row.version = after, now, row.version + 1
    row.asked_at, row.next_run_at, row.failures = now, None, 0
    row.save()
    _record(row, before, after, actor=actor, now=now, reason=reason)
    transaction.on_commit(wake, robust=True)
    return selectors.read_cluster_settings(row)


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    read, problems = read_values(values)
    for key in values:
        if key in BY_KEY and key not in CORE_KEYS:
            problems.setdefault(key, []).append("Core has no such setting")
    if problems:
        raise ValidationFailedError(
            "some settings can't be used as they are", fields=problems
        )
    return read


def _record(
    row: Cluster,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    reason: str,
) -> None:
    changed = [key for key in BY_KEY if before.get(key) != after.get(key)]
    audit.record(
        Change(
            action="settings.changed",
            target_type="cluster",
            target_id=row.pk,
            target_label=row.name,
            namespace_id=get_root().id,
            before={key: before[key] for key in changed if key in before},
            after={key: after[key] for key in changed if key in after},
        ),
        actor=actor,
        now=now,
        reason=reason,
    )
