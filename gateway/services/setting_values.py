"""What every change of settings has in common, whoever they belong to."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from console.core import audit
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import StaleVersionError, ValidationFailedError
from console.core.models import AuditEvent
from gateway.settings_table import BY_KEY, GatewaySetting
from gateway.settings_table.reading import read_values


def check_version(current: int, version: int) -> None:
    """Refuse who has not seen what is there.

    Raises:
        StaleVersionError: somebody else saved first.
    """
    if current != version:
        raise StaleVersionError(details={"current_version": current})


def merge_values(
    before: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    fault_of: Callable[[GatewaySetting], str],
) -> dict[str, Any]:
    """Return settings as they are once some are set; those that are null are left out.

    `fault_of` says why a setting can't be set there, and nothing where it can.

    Raises:
        ValidationFailedError: a value can't be used, or not there.
    """
    read, problems = read_values(values)
    for key in values:
        fault = fault_of(BY_KEY[key]) if key in BY_KEY else ""
        if fault:
            problems.setdefault(key, []).append(fault)
    if problems:
        raise ValidationFailedError(
            gettext("some settings can't be used as they are"), fields=problems
        )
    after = {**before, **read}
    return {key: after[key] for key in BY_KEY if after.get(key) is not None}


def record_values(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    target: tuple[str, UUID, str],
    namespace_id: UUID,
    actor: Actor,
    now: datetime,
    reason: str,
) -> AuditEvent:
    """Write down which settings differ of a target: its type, id and name."""
    changed = [key for key in BY_KEY if before.get(key) != after.get(key)]
    target_type, target_id, label = target
    return audit.record(
        Change(
            action="settings.changed",
            target_type=target_type,
            target_id=target_id,
            target_label=label[:255],
            namespace_id=namespace_id,
            before={key: before[key] for key in changed if key in before},
            after={key: after[key] for key in changed if key in after},
        ),
        actor=actor,
        now=now,
        reason=reason,
    )
