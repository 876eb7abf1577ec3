"""Undoing what was just done to routes: a move, other policies.

What was typed into settings is not put back: the audit log knows no secrets.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from console.core import undoing
from console.core.actor import Actor
from console.core.exceptions import ConflictError
from console.core.models import AuditEvent
from console.core.transactions import writing
from routes import selectors
from routes.models import Route
from routes.services import rules
from routes.services.changing import update_route
from routes.services.moving import move_routes

if TYPE_CHECKING:
    from uuid import UUID

ACTIONS = ("route.moved", "route.updated")


@writing()
def undo(at: datetime, *, actor: Actor, now: datetime) -> list[Route]:
    """Put back what the actor moved, or changed of policies, at a moment, all or none.

    Raises:
        NothingToUndoError: they did nothing of that then.
        ChangedSinceError: somebody changed one since.
        ConflictError: settings were changed as well.
        and as `move_routes` and `update_route` do.
    """
    actor = rules.afresh(actor)
    events = undoing.own_events(ACTIONS, at=at, actor=actor)
    for event in events:
        selectors.get_route(event.target_id, actor=actor)
        undoing.check_untouched(event)
    moved = [event for event in events if event.action == "route.moved"]
    changed = [event for event in events if event.action == "route.updated"]
    return [
        *_move_back(moved, actor=actor, now=now),
        *(_change_back(event, actor=actor, now=now) for event in changed),
    ]


def _move_back(
    events: Sequence[AuditEvent], *, actor: Actor, now: datetime
) -> list[Route]:
    """Move routes to where they were. Those of one host come from one place."""
    places: dict[str, dict[UUID | str, int]] = {}
    for event in events:
        before, after = undoing.states(event)
        place = places.setdefault(before["namespace_id"], {})
        place[event.target_id] = after["version"]
    return [
        route
        for namespace_id, versions in places.items()
        for route in move_routes(
            versions,
            namespace_id=namespace_id,
            actor=actor,
            now=now,
            reason=undoing.REASON,
        )
    ]


def _change_back(event: AuditEvent, *, actor: Actor, now: datetime) -> Route:
    before, after = undoing.states(event)
    if before["settings"] != after["settings"]:
        raise ConflictError(
            gettext(
                "settings of `%(target_label)s` were changed as well; its "
                "history shows what they were"
            )
            % {"target_label": event.target_label}
        )
    return update_route(
        event.target_id,
        version=after["version"],
        policy_ids=before["policy_ids"],
        inherits_policies=before["inherits_policies"],
        actor=actor,
        now=now,
        reason=undoing.REASON,
    )
