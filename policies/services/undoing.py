"""Undoing what was just done to policies: a move, an attachment, an edit."""

from datetime import datetime

from console.core import undoing
from console.core.actor import Actor
from console.core.models import AuditEvent
from console.core.transactions import writing
from policies import selectors
from policies.models import Policy
from policies.services import rules
from policies.services.attachments import attach_to_namespace, detach_from_namespace
from policies.services.moving import move_policy
from policies.services.saving import revert_policy

ACTIONS = ("policy.moved", "policy.attached", "policy.detached", "policy.updated")


@writing()
def undo(at: datetime, *, actor: Actor, now: datetime) -> list[Policy]:
    """Do the opposite of what the actor did to policies at a moment, all or none.

    Raises:
        NothingToUndoError: they did nothing of that then.
        ChangedSinceError: somebody changed one since.
        and as the services do that move, attach, detach and revert.
    """
    actor = rules.afresh(actor)
    events = undoing.own_events(ACTIONS, at=at, actor=actor)
    for event in events:
        selectors.get_policy(event.target_id, actor=actor)
        undoing.check_untouched(event)
    for event in events:
        _undo(event, actor=actor, now=now)
    ids = dict.fromkeys(event.target_id for event in events)
    return [selectors.get_policy(one, actor=rules.afresh(actor)) for one in ids]


def _undo(event: AuditEvent, *, actor: Actor, now: datetime) -> None:
    before, after = undoing.states(event)
    if event.action == "policy.moved":
        move_policy(
            event.target_id,
            namespace_id=before["namespace_id"],
            version=after["version"],
            actor=actor,
            now=now,
            reason=undoing.REASON,
        )
    elif event.action == "policy.updated":
        revert_policy(
            event.target_id,
            to_version=before["version"],
            version=after["version"],
            actor=actor,
            now=now,
            reason=undoing.REASON,
        )
    elif not before:
        detach_from_namespace(
            event.target_id,
            namespace_id=after["namespace_id"],
            actor=actor,
            now=now,
            reason=undoing.REASON,
        )
    else:
        attach_to_namespace(
            event.target_id,
            namespace_id=before["namespace_id"],
            mode=before["mode"],
            actor=actor,
            now=now,
            reason=undoing.REASON,
        )
