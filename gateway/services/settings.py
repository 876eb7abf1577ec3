"""Changes settings of the gateway: one transaction, and a deployment follows."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from console.core import audit, outbox
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import StaleVersionError, ValidationFailedError
from console.core.transactions import writing
from gateway import selectors
from gateway.models import GatewaySettings
from gateway.selectors import SettingsOf
from gateway.settings_table import BY_KEY
from gateway.settings_table.reading import read_values
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
    _check_version(row, version)
    read = _read(values, namespace)
    before = dict(row.values) if row else {}
    after = {**before, **read}
    after = {key: after[key] for key in BY_KEY if after.get(key) is not None}
    if after == before:
        return selectors.read_settings_of(namespace)
    if row is None:
        row = GatewaySettings(
            id=uuid4(), namespace=namespace, created_at=now, version=0
        )
    row.values, row.modified_at, row.version = after, now, row.version + 1
    row.save()
    _record(namespace, before, after, actor=actor, now=now, reason=reason)
    return selectors.read_settings_of(namespace)


def _check_version(row: GatewaySettings | None, version: int) -> None:
    current = row.version if row else 0
    if current != version:
        raise StaleVersionError(details={"current_version": current})


def _read(values: Mapping[str, Any], namespace: "Namespace") -> dict[str, Any]:
    read, problems = read_values(values)
    if namespace.depth:
        for key in values:
            if key in BY_KEY and not BY_KEY[key].is_local:
                problems.setdefault(key, []).append("this is set at the root only")
    if problems:
        raise ValidationFailedError(
            "some settings can't be used as they are", fields=problems
        )
    return read


def _record(
    namespace: "Namespace",
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    reason: str,
) -> None:
    """Write down what differs, for people and for proxies."""
    changed = [key for key in BY_KEY if before.get(key) != after.get(key)]
    path = namespace_selectors.name_paths([namespace])[namespace.pk]
    event = audit.record(
        Change(
            action="settings.changed",
            target_type="settings",
            target_id=namespace.pk,
            target_label=str(path)[:255],
            namespace_id=namespace.pk,
            before={key: before[key] for key in changed if key in before},
            after={key: after[key] for key in changed if key in after},
        ),
        actor=actor,
        now=now,
        reason=reason,
    )
    outbox.enqueue(TOPIC, {"id": str(namespace.pk)}, event=event, now=now)
