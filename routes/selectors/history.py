"""What happened to a route, read from the audit log."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from console.core.actor import Actor
from console.core.models import AuditEvent
from namespaces import selectors as namespace_selectors
from policies import selectors as policy_selectors
from routes.models import Route
from routes.selectors.settings import changed_keys


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting before and after; None where it was not set."""

    key: str
    before: Any
    after: Any


def list_history(route: Route, *, actor: Actor) -> QuerySet[AuditEvent]:
    """Return the events of a route that the actor may read, the latest first.

    What happened while the route lived where the actor sees nothing is left out.
    """
    return _events_of(route, namespace_selectors.list_audit_events(actor))


def _events_of(route: Route, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    return events.filter(target_type="route", target_id=str(route.pk))


def changes_of(event: AuditEvent) -> list[SettingChange]:
    """Return what an event changed: settings by key, the rest by name."""
    before, after = _flat(event.before), _flat(event.after)
    return [
        SettingChange(key, before.get(key), after.get(key))
        for key in changed_keys(before, after)
    ]


def names_in_history(events: Iterable[AuditEvent], *, actor: Actor) -> dict[str, str]:
    """Return the names of the policies and namespaces that events speak of by id.

    What is gone, or not to be seen, has no name here.
    """
    states = [
        state for event in events for state in (event.before, event.after) if state
    ]
    policies = {one for state in states for one in state.get("policy_ids", ())}
    places = {state["namespace_id"] for state in states if state.get("namespace_id")}
    named = policy_selectors.list_policies(actor).filter(pk__in=policies)
    seen = namespace_selectors.list_namespaces(actor).filter(pk__in=places)
    return {
        str(pk): name
        for rows in (named, seen)
        for pk, name in rows.values_list("pk", "name")
    }


def changes_since(route: Route, version: int) -> tuple[AuditEvent | None, list[str]]:
    """Return the newest event of a route, and what changed since a version.

    For whoever saved too late. Nothing is known of a version that was never seen.
    """
    events = _events_of(route, AuditEvent.objects.filter())
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
