"""What happened to a route, read from the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from console.core.models import AuditEvent
from routes.models import Route
from routes.selectors.settings import changed_keys


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting before and after; None where it was not set."""

    key: str
    before: Any
    after: Any


def list_history(route: Route) -> QuerySet[AuditEvent]:
    """Return the events of a route that the actor was shown, the latest first."""
    return AuditEvent.objects.filter(target_type="route", target_id=str(route.pk))


def changes_of(event: AuditEvent) -> list[SettingChange]:
    """Return what an event changed: settings by key, the rest by name."""
    before, after = _flat(event.before), _flat(event.after)
    return [
        SettingChange(key, before.get(key), after.get(key))
        for key in changed_keys(before, after)
    ]


def changes_since(route: Route, version: int) -> tuple[AuditEvent | None, list[str]]:
    """Return the newest event of a route, and what changed since a version.

    For whoever saved too late. Nothing is known of a version that was never seen.
    """
    events = list_history(route)
    newest = events.first()
    seen = events.filter(after__version=version).first()
    if newest is None or seen is None:
        return newest, []
    return newest, changed_keys(_flat(seen.after), _flat(newest.after))


def _flat(state: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return settings and the rest side by side; versions are no news."""
    if state is None:
        return {}
    rest = {
        key: value for key, value in state.items() if key not in {"settings", "version"}
    }
    return {**state.get("settings", {}), **rest}
