"""Reads of the decision log: everything starts from what the actor may see."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.exceptions import NotFoundError, PermissionDeniedError
from gateway.models import Decision, DecisionRecorder
from namespaces import access
from namespaces.permissions import Permission
from routes import selectors as route_selectors

if TYPE_CHECKING:
    from routes.models import Route

Decisions = QuerySet[Decision]
LATELY = timedelta(hours=24)


def list_decisions(actor: Actor) -> Decisions:
    """Return the decisions about routes of where the actor may read logs."""
    rows: Decisions = Decision.objects.visible_to(actor)
    return rows


def check_reads_decisions(actor: Actor) -> None:
    """Refuse whoever may read no log at all.

    Raises:
        PermissionDeniedError
    """
    if not access.can_anywhere(actor, Permission.AUDIT_VIEW):
        raise PermissionDeniedError


def get_decision(decision_id: int, *, actor: Actor) -> Decision:
    """Return a decision.

    Raises:
        NotFoundError: it isn't there (any more), or the actor may not see it.
    """
    found = list_decisions(actor).filter(pk=decision_id).first()
    if found is None:
        raise NotFoundError(gettext("there is no such decision, or you may not see it"))
    return found


def find_shown_route(row: Decision, *, actor: Actor) -> "Route | None":
    """Return the route of a decision, if it is still there and the actor sees it."""
    return None if row.route_id is None else find_route(row.route_id, actor=actor)


def find_route(route_id: UUID | str, *, actor: Actor) -> "Route | None":
    """Return a route, if it is there and the actor sees it."""
    return route_selectors.list_routes(actor).filter(pk=route_id).first()


def list_recorders_in_trouble(*, now: datetime) -> list[DecisionRecorder]:
    """Return the authorizers that lately left something out, or can't write now."""
    rows = DecisionRecorder.objects.filter(seen_at__gte=now - LATELY)
    return [
        one
        for one in rows
        if one.problem or (one.dropped_at is not None and one.dropped_at > now - LATELY)
    ]
