"""Changes settings of the gateway: one transaction, and a deployment follows."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from console.core import outbox
from console.core.actor import Actor
from console.core.transactions import writing
from gateway import selectors
from gateway.models import GatewaySettings
from gateway.selectors import SettingsOf
from gateway.services.setting_values import (
    check_version,
    merge_values,
    record_values,
)
from gateway.settings_table import GatewaySetting
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission

if TYPE_CHECKING:
    from namespaces.models import Namespace

TOPIC = "gateway"


@writing()
def change_settings(
    namespace_id: UUID | str,
    *,
    values: Mapping[str, Any],
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> SettingsOf:
    """Set some settings of a namespace; those that are null are set no more.

    What can't differ from namespace to namespace is set at the root, by its admins:
    client certificates, cookies and whatever the listener has only one of.

    Raises:
        NamespaceNotFoundError: it isn't there, or the actor may not see it.
        PermissionDeniedError: the actor is no admin there.
        StaleVersionError: somebody else saved first.
        ValidationFailedError: a value can't be used, or not here.
    """
    namespace = access.check_can(actor, Permission.SETTINGS_EDIT, namespace_id)
    row = GatewaySettings.objects.filter(namespace=namespace).first()
    check_version(row.version if row else 0, version)
    before = dict(row.values) if row else {}
    after = merge_values(before, values, fault_of=_refuse_in(namespace))
    if after == before:
        return selectors.read_settings_of(namespace)
    if row is None:
        row = GatewaySettings(
            id=uuid4(), namespace=namespace, created_at=now, version=0
        )
    row.values, row.modified_at, row.version = after, now, row.version + 1
    row.save()
    path = namespace_selectors.name_paths([namespace])[namespace.pk]
    event = record_values(
        before,
        after,
        target=("settings", namespace.pk, str(path)),
        namespace_id=namespace.pk,
        actor=actor,
        now=now,
        reason=reason,
    )
    outbox.enqueue(TOPIC, {"id": str(namespace.pk)}, event=event, now=now)
    return selectors.read_settings_of(namespace)


def _refuse_in(namespace: "Namespace") -> Callable[[GatewaySetting], str]:
    """Return what says why a setting can't be set in a namespace."""

    def fault_of(setting: GatewaySetting) -> str:
        is_possible = setting.is_local or not namespace.depth
        return "" if is_possible else "this is set at the root only"

    return fault_of
