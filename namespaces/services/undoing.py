"""Undoing what was just done to a namespace: a move, a turn of the switch."""

from dataclasses import replace
from datetime import datetime

from console.core import undoing
from console.core.actor import Actor
from console.core.models import AuditEvent
from console.core.transactions import writing
from namespaces import selectors
from namespaces.models import Namespace
from namespaces.services.tree import move_namespace, update_namespace

ACTIONS = ("namespace.moved", "namespace.updated")


@writing()
def undo(at: datetime, *, actor: Actor, now: datetime) -> list[Namespace]:
    """Put back what the actor moved or changed at a moment, all or none.

    Raises:
        NothingToUndoError: they did nothing of that then.
        ChangedSinceError: somebody changed it since.
        and as `move_namespace` and `update_namespace` do.
    """
    actor = replace(actor, cache={})
    return [
        _undo(event, actor=actor, now=now)
        for event in undoing.own_events(ACTIONS, at=at, actor=actor)
    ]


def _undo(event: AuditEvent, *, actor: Actor, now: datetime) -> Namespace:
    namespace = selectors.get_namespace(event.target_id, actor=actor)
    undoing.check_untouched(event)
    before, _ = undoing.states(event)
    if event.action == "namespace.moved":
        return move_namespace(
            namespace.pk,
            under=before["parent_id"],
            version=namespace.version,
            actor=actor,
            now=now,
            reason=undoing.REASON,
        )
    return update_namespace(
        namespace.pk,
        version=namespace.version,
        name=before["name"],
        description=before["description"],
        inherits_policies=before["inherits_policies"],
        actor=actor,
        now=now,
        reason=undoing.REASON,
    )
