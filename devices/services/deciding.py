"""What admins decide about devices: one at a time, or several at once.

A decision names the version and the fingerprint that its maker saw: a device that has
changed since is not decided about (409).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.exceptions import ConsoleError, ValidationFailedError
from console.core.transactions import writing
from devices import selectors
from devices.exceptions import (
    BulkRefusedError,
    DeviceChangedError,
    DeviceNotFoundError,
    SelfApprovalError,
    WrongStateError,
)
from devices.models import DeviceCredential, DeviceEnrollment, Status
from devices.services import records
from namespaces import access
from namespaces.permissions import Permission
from namespaces.selectors import get_person_behind, get_root

MAX_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Action:
    """A decision: from which states, to which, and how the audit log calls it.

    Attributes:
        favors: it lets the device count; nobody does that for their own.
        needs_reason: the person is to read why.
    """

    verb: str
    sources: frozenset[Status]
    target: Status
    favors: bool = False
    needs_reason: bool = False


ACTIONS = {
    "approve": Action(
        "approved",
        frozenset({Status.WAITING, Status.EXPIRED}),
        Status.APPROVED,
        favors=True,
    ),
    "reject": Action(
        "rejected", frozenset({Status.WAITING}), Status.REJECTED, needs_reason=True
    ),
    "reopen": Action(
        "reopened", frozenset({Status.APPROVED, Status.REJECTED}), Status.WAITING
    ),
    "suspend": Action(
        "suspended",
        frozenset({Status.APPROVED, Status.WAITING, Status.EXPIRED}),
        Status.SUSPENDED,
        needs_reason=True,
    ),
    "resume": Action(
        "resumed", frozenset({Status.SUSPENDED}), Status.WAITING, favors=True
    ),
    "revoke": Action(
        "revoked",
        frozenset(set(Status) - {Status.REVOKED}),
        Status.REVOKED,
        needs_reason=True,
    ),
}
ACTION_CHOICES = sorted(ACTIONS)


@dataclass(frozen=True, slots=True)
class Seen:
    """A device as somebody saw it; `id` is that of the device."""

    id: UUID
    version: int
    fingerprint: str


def seen_of(enrollment: DeviceEnrollment) -> Seen:
    """Return a device as it is now, for whoever decides at once."""
    return Seen(
        enrollment.credential_id, enrollment.version, enrollment.credential.fingerprint
    )


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one device of several; an empty `code` means that it is done."""

    id: UUID
    code: str = ""
    message: str = ""


def change_device(
    seen: Seen, *, action: str, reason: str = "", actor: Actor, now: datetime
) -> DeviceEnrollment:
    """Carry one decision out; `action` is a key of ACTIONS.

    Raises:
        DeviceNotFoundError, DeviceChangedError, WrongStateError, SelfApprovalError
        ValidationFailedError: there is no such action, or the reason is missing.
    """
    with writing():
        _check_right(actor)
        chosen = _action(action, reason)
        return _change(seen, chosen, reason=reason, actor=actor, now=now)


def change_devices(
    devices: Sequence[Seen],
    *,
    action: str,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> list[RowResult]:
    """Carry a decision out for several devices, for all of them or for none.

    Raises:
        BulkRefusedError: some stand in the way; `details["rows"]` has each row's
            result, and nothing was done.
        ValidationFailedError: there is no such action, or too many devices.
    """
    if not 0 < len(devices) <= MAX_AT_ONCE:
        raise ValidationFailedError(
            gettext("choose between 1 and %(max_at_once)s devices")
            % {"max_at_once": MAX_AT_ONCE}
        )
    results: list[RowResult] = []

    def one(seen: Seen, chosen: Action) -> None:
        try:
            _change(seen, chosen, reason=reason, actor=actor, now=now)
        except ConsoleError as error:
            results.append(RowResult(seen.id, error.code, error.message))
        else:
            results.append(RowResult(seen.id))

    with writing():
        _check_right(actor)
        chosen = _action(action, reason)
        for seen in devices:
            one(seen, chosen)
        if any(result.code for result in results):
            # Leaving by an error takes everything back.
            raise BulkRefusedError(details={"rows": _rows(results)})
    return results


def _rows(results: Sequence[RowResult]) -> list[dict[str, str]]:
    return [
        {
            "id": str(one.id),
            "code": one.code or "not_done",
            "message": one.message or "in order, and not done because of the others",
        }
        for one in results
    ]


@writing()
def reopen_device(device_id: UUID, *, actor: Actor, now: datetime) -> DeviceEnrollment:
    """Take one's own latest approval or rejection back, for an undo button.

    Raises:
        DeviceNotFoundError
        WrongStateError: somebody else decided since.
    """
    _check_right(actor)
    enrollment = selectors.find_enrollment(device_id)
    if enrollment is None:
        raise DeviceNotFoundError
    if enrollment.decided_by_label != actor.label[:255]:
        raise WrongStateError(gettext("somebody else decided about this device since"))
    seen = seen_of(enrollment)
    return _change(seen, ACTIONS["reopen"], reason="", actor=actor, now=now)


@writing()
def delete_device(seen: Seen, *, actor: Actor, now: datetime) -> None:
    """Remove a device with its enrollment. Enrolling it again begins at nothing.

    Raises:
        DeviceNotFoundError, DeviceChangedError
    """
    _check_right(actor)
    enrollment = _load(seen)
    before = records.state_of(enrollment)
    records.record_device("deleted", enrollment, before=before, actor=actor, now=now)
    DeviceCredential.objects.filter(pk=enrollment.credential_id).delete()


def _check_right(actor: Actor) -> None:
    access.check_can(actor, Permission.DEVICE_APPROVE, get_root().id)


def _action(name: str, reason: str) -> Action:
    chosen = ACTIONS.get(name)
    if chosen is None:
        raise ValidationFailedError(
            fields={
                "action": [
                    gettext("one of %(actions)s") % {"actions": ", ".join(ACTIONS)}
                ]
            }
        )
    if len(reason) > records.MAX_REASON_LENGTH:
        raise ValidationFailedError(
            fields={
                "reason": [
                    gettext("at most %(max_reason_length)s characters")
                    % {"max_reason_length": records.MAX_REASON_LENGTH}
                ]
            }
        )
    if chosen.needs_reason and not reason.strip():
        raise ValidationFailedError(
            gettext("say why: the person reads it"),
            fields={"reason": [gettext("say why")]},
        )
    return chosen


def _load(seen: Seen) -> DeviceEnrollment:
    enrollment = selectors.find_enrollment(seen.id)
    if enrollment is None:
        raise DeviceNotFoundError
    if (enrollment.version, enrollment.credential.fingerprint) != (
        seen.version,
        seen.fingerprint,
    ):
        raise DeviceChangedError
    return enrollment


def _change(
    seen: Seen, action: Action, *, reason: str, actor: Actor, now: datetime
) -> DeviceEnrollment:
    enrollment = _load(seen)
    if action.favors and enrollment.credential.user_id == get_person_behind(actor):
        raise SelfApprovalError
    if enrollment.status not in action.sources:
        label = Status(enrollment.status).label.lower()
        raise WrongStateError(
            gettext("this device is %(label)s, so it can't be %(verb)s")
            % {"label": label, "verb": action.verb}
        )
    move(enrollment, action, reason=reason, actor=actor, now=now)
    return enrollment


def move(
    enrollment: DeviceEnrollment,
    action: Action,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    days: int | None = None,
) -> None:
    """Put an enrollment in its next state and record it; rights were checked.

    `days` is how long an approval holds, by default as the rules say.
    """
    before = records.state_of(enrollment)
    _STEPS.get(action.verb, _forget)(enrollment, actor, now, days)
    if action.verb != "resumed" or enrollment.approved_at is None:
        enrollment.status = action.target
    enrollment.reason = reason.strip()
    enrollment.decided_at = now
    enrollment.decided_by_label = actor.label[:255]
    enrollment.version += 1
    enrollment.modified_at = now
    enrollment.save()
    records.record_device(
        action.verb, enrollment, before=before, actor=actor, now=now, reason=reason
    )


def _approve(
    enrollment: DeviceEnrollment, actor: Actor, now: datetime, days: int | None
) -> None:
    enrollment.approved_at = now
    enrollment.approved_by_id = actor.user_id
    days = days or selectors.get_rules().approval_days
    enrollment.expires_at = now + timedelta(days=days) if days else None


def _resume(
    enrollment: DeviceEnrollment, actor: Actor, now: datetime, days: int | None
) -> None:
    """Give back the approval that was suspended; without one, the device waits."""
    if enrollment.approved_at is not None:
        enrollment.status = Status.APPROVED


def _keep(
    enrollment: DeviceEnrollment, actor: Actor, now: datetime, days: int | None
) -> None:
    """Leave the approval for `resume`."""


def _forget(
    enrollment: DeviceEnrollment, actor: Actor, now: datetime, days: int | None
) -> None:
    enrollment.approved_at = enrollment.approved_by = enrollment.expires_at = None


Step = Callable[[DeviceEnrollment, Actor, datetime, int | None], None]
_STEPS: dict[str, Step] = {
    "approved": _approve,
    "suspended": _keep,
    "resumed": _resume,
}
