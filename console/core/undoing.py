"""What somebody may take back: their own acts of one moment, as the audit log has them.

Which of their acts can be taken back, and how, is known to the services of each app:
they do the opposite, with all the checks that it has.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, gettext_noop

from console.core.actor import Actor
from console.core.exceptions import ConflictError
from console.core.models import AuditEvent

REASON = "undone"
MOST_EVENTS = 5_000


class NothingToUndoError(ConflictError):
    """Nothing that can be taken back was done by the actor at that moment."""

    code = "nothing_to_undo"
    default_message = gettext_noop(
        "there is nothing that could be undone: it was undone already"
    )


class ChangedSinceError(ConflictError):
    """What was done was not the last that happened to it."""

    code = "changed_since"
    default_message = gettext_noop(
        "it was changed since, so it can't be undone any more"
    )


def own_events(
    actions: Sequence[str], *, at: datetime, actor: Actor
) -> list[AuditEvent]:
    """Return what the actor did at a moment, the latest first.

    Raises:
        NothingToUndoError: they did none of that then.
    """
    own = str(actor.user_id or actor.service_account_id or "")
    events = AuditEvent.objects.filter(
        occurred_at=at, action__in=actions, actor_id=own, actor_label=actor.label[:255]
    )
    found = list(events.order_by("-sequence")[:MOST_EVENTS]) if own else []
    if not found:
        raise NothingToUndoError
    return found


def states(event: AuditEvent) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return what an event says was before, and after; empty where nothing was."""
    return event.before or {}, event.after or {}


def check_untouched(event: AuditEvent) -> None:
    """Refuse when anything happened since to what an event speaks of.

    Call it under the writers' lock, and once the actor is known to see the thing.

    Raises:
        ChangedSinceError: something did.
    """
    since = AuditEvent.objects.filter(
        target_type=event.target_type,
        target_id=event.target_id,
        sequence__gt=event.sequence,
        occurred_at__gt=event.occurred_at,
    )
    if since.exists():
        raise ChangedSinceError(
            gettext(
                "`%(target_label)s` was changed since, so this can't be undone "
                "any more; its history says by whom"
            )
            % {"target_label": event.target_label}
        )
