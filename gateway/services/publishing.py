"""What people do with deployments: publish by hand, hold changes back, let them go."""

from datetime import datetime, timedelta

from django.utils.translation import gettext

from console.core import audit, outbox
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import ValidationFailedError
from console.core.transactions import writing
from gateway import selectors
from gateway.models import Deployer, Deployment, DeploymentCause
from gateway.services.deploying import make_deployment
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission

MAX_HOLD = timedelta(days=14)
MAX_REASON = 500
MAX_NUMBER = 2**53  # what every reader of JSON can tell from its neighbors


def check_may_publish(actor: Actor) -> None:
    """Refuse whoever may not publish: an admin of the root may.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError
    """
    root = namespace_selectors.get_root()
    access.check_can(actor, Permission.DEPLOYMENT_PUBLISH, root.id)


def publish_now(
    *, actor: Actor, now: datetime, reason: str = "", above: int = 0
) -> Deployment | None:
    """Put everything in force as it is now, and end what holds changes back.

    None when that is in force already. `above` is a number that proxies have seen: a
    database that was restored from a backup has lost count.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError
        DeployerBusyError: another deployment is being made.
        ValidationFailedError: the reason is too long, or the number can't be.
    """
    reason = clean_reason(reason)
    if not 0 <= above < MAX_NUMBER:
        raise ValidationFailedError(
            fields={"above": [gettext("this is no such number")]}
        )
    with writing():
        check_may_publish(actor)
        row = _deployer()
        if row.held_until is not None:
            _set_hold(row, None, actor=actor, now=now, reason=reason)
        record("published", {"above": above}, actor=actor, now=now, reason=reason)
    cause = DeploymentCause.PUBLISHED
    return make_deployment(
        cause=cause, actor=actor, now=now, reason=reason, above=above
    )


@writing()
def hold_changes(
    *, until: datetime, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Hold changes of routes, policies and namespaces back until a time.

    What is saved meanwhile goes out then, all at once. People, groups, devices and
    sessions are not held: whoever is taken away is out within the second.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError
        ValidationFailedError: the time is past, or more than two weeks away.
    """
    check_may_publish(actor)
    reason = clean_reason(reason)
    if not now < until <= now + MAX_HOLD:
        raise ValidationFailedError(
            fields={"until": [gettext("give a time within the next two weeks")]}
        )
    _set_hold(_deployer(), until, actor=actor, now=now, reason=reason)


@writing()
def release_changes(*, actor: Actor, now: datetime, reason: str = "") -> None:
    """Let what is held back go out now.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError
        ValidationFailedError: the reason is too long.
    """
    check_may_publish(actor)
    row = _deployer()
    if row.held_until is not None:
        _set_hold(row, None, actor=actor, now=now, reason=clean_reason(reason))


def _deployer() -> Deployer:
    row, _ = Deployer.objects.get_or_create(id=1)
    return row


def _set_hold(
    row: Deployer, until: datetime | None, *, actor: Actor, now: datetime, reason: str
) -> None:
    before, row.held_until = row.held_until, until
    row.held_by = actor.label[:255] if until else ""
    row.held_reason = reason if until else ""
    row.save(update_fields=["held_until", "held_by", "held_reason"])
    record(
        "held" if until else "released",
        {"held_until": until},
        before={"held_until": before},
        actor=actor,
        now=now,
        reason=reason,
    )


def record(
    verb: str,
    after: dict[str, object],
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    before: dict[str, object] | None = None,
) -> None:
    """Record what somebody did with deployments; the deployer looks at once."""
    newest = selectors.find_newest()
    event = audit.record(
        Change(
            action=f"deployment.{verb}",
            target_type="deployment",
            target_id=str(newest.number if newest else 0),
            target_label=str(newest or "no deployment"),
            namespace_id=namespace_selectors.get_root().id,
            before=before,
            after=after,
        ),
        actor=actor,
        now=now,
        reason=reason,
    )
    outbox.enqueue("gateway", {"id": "1"}, event=event, now=now)


def clean_reason(reason: str) -> str:
    """Return a reason on one line.

    Raises:
        ValidationFailedError: it is too long.
    """
    text = " ".join(reason.split())
    if len(text) > MAX_REASON:
        raise ValidationFailedError(
            fields={
                "reason": [
                    gettext("at most %(max_reason)s characters")
                    % {"max_reason": MAX_REASON}
                ]
            }
        )
    return text
