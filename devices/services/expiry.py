"""Approvals that have run out. They stop counting at their time; this says so."""

from datetime import datetime

from console.core.actor import system
from console.core.transactions import writing
from devices import selectors
from devices.models import Status
from devices.services import records

AT_ONCE = 200


@writing()
def expire_due(*, now: datetime) -> int:
    """Mark approvals as expired whose time has come; return how many.

    Decisions look at the time themselves and don't wait for this.
    """
    due = list(selectors.list_due(now)[:AT_ONCE])
    for enrollment in due:
        before = records.state_of(enrollment)
        enrollment.status = Status.EXPIRED
        enrollment.approved_at = enrollment.approved_by = None
        enrollment.decided_at = enrollment.modified_at = now
        enrollment.decided_by_label = "Postern"
        enrollment.version += 1
        enrollment.save()
        records.record_device(
            "expired", enrollment, before=before, actor=system("expiry"), now=now
        )
    return len(due)
