"""Reads of deployments, of what waits to become one, and of those that run them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import QuerySet

from console.core import outbox
from console.core.actor import Actor
from console.core.models import AuditEvent
from gateway.exceptions import DeploymentNotFoundError
from gateway.models import Deployer, Deployment, DeploymentCause, Proxy
from gateway.selectors.building import read_against_now
from gateway.selectors.comparing import Difference, compare
from gateway.selectors.contents import (
    Contents,
    chunks_of,
    read_apart,
    read_whole,
    settings_in,
)
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission

SILENCE = timedelta(seconds=30)  # a follower reports every five seconds
LATE = timedelta(seconds=60)
DRIFT = timedelta(seconds=10)
ALARM = timedelta(seconds=60)  # behind for so long, somebody has to look


def find_newest() -> Deployment | None:
    """Return the newest deployment, if there is one."""
    return Deployment.objects.order_by("-number").first()


def read_deployer() -> Deployer:
    """Return who makes deployments, and whether changes are held back."""
    return Deployer.objects.filter(id=1).first() or Deployer()


def has_changes() -> bool:
    """Answer whether something was written since the last look at everything."""
    return outbox.has_configuration_after(read_deployer().seen_change)


def is_held(*, now: datetime) -> bool:
    """Answer whether changes are held back now."""
    held_until = read_deployer().held_until
    return held_until is not None and held_until > now


def cause_of_changes(*, now: datetime) -> str:
    """Return why a deployment would be made now that nobody asked for."""
    held_until = read_deployer().held_until
    if held_until is not None and held_until <= now:
        return DeploymentCause.SCHEDULED
    return DeploymentCause.CHANGE


def tell_progress(*, now: datetime) -> str:
    """Return how deploying goes, in one word, for those who watch the console.

    `ok`, `held`, `failing` when the last run failed, or `late` when changes have waited
    for longer than a run takes, as when no worker is there.
    """
    deployer = read_deployer()
    if deployer.failure:
        return "failing"
    if not has_changes():
        return "ok"
    if is_held(now=now):
        return "held"
    since = outbox.first_after(deployer.seen_change)
    return "late" if since is not None and now - since > LATE else "ok"


def check_sees_deployments(actor: Actor) -> None:
    """Refuse whoever does not see deployments: they are the organization's as a whole.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError
    """
    root = namespace_selectors.get_root()
    access.check_can(actor, Permission.DEPLOYMENT_VIEW, root.id)


def sees_deployments(actor: Actor) -> bool:
    """Answer whether the actor sees deployments and proxies."""
    return access.can_at_root(actor, Permission.DEPLOYMENT_VIEW)


def list_deployments(actor: Actor) -> QuerySet[Deployment]:
    """Return the deployments, the latest first."""
    rows = Deployment.objects.defer("root", "signature")
    return rows if sees_deployments(actor) else rows.none()


def get_deployment(number: int, *, actor: Actor) -> Deployment:
    """Return a deployment.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError: the actor may not see any.
        DeploymentNotFoundError: there is none of that number.
    """
    check_sees_deployments(actor)
    found = Deployment.objects.filter(pk=number).first()
    if found is None:
        raise DeploymentNotFoundError
    return found


def find_before(deployment: Deployment) -> Deployment | None:
    """Return the deployment that one replaced."""
    rows = Deployment.objects.filter(number__lt=deployment.number)
    return rows.order_by("-number").first()


def list_changes(deployment: Deployment) -> QuerySet[AuditEvent]:
    """Return who changed what for a deployment, oldest first."""
    before = find_before(deployment)
    after = before.change if before else 0
    return AuditEvent.objects.filter(
        sequence__in=outbox.list_events(after=after, up_to=deployment.change)
    ).order_by("sequence")


def list_proxies(actor: Actor) -> QuerySet[Proxy]:
    """Return the processes that enforce, to those who see deployments."""
    rows = Proxy.objects.all()
    return rows if sees_deployments(actor) else rows.none()


def list_differences(
    deployment: Deployment, *, since: Deployment | None = None
) -> list[Difference]:
    """Return what changed to a deployment, from the one before or another."""
    earlier = since or find_before(deployment)
    chunks = chunks_of(earlier) if earlier else {}
    before, after = read_apart(chunks, chunks_of(deployment))
    before = replace(before, settings=settings_in(earlier) if earlier else {})
    return compare(before, replace(after, settings=settings_in(deployment)))


def read_both(
    earlier: Deployment | None, deployment: Deployment
) -> tuple[Contents, Contents]:
    """Return everything that two deployments hold; nothing for one that isn't.

    Raises:
        DamagedDeploymentError: a part of one is not there, or was changed.
    """
    return read_whole(chunks_of(earlier) if earlier else {}, chunks_of(deployment))


def list_differences_from_now(deployment: Deployment) -> list[Difference]:
    """Return what would change if a deployment were rolled back to."""
    return compare(*read_against_now(deployment))


@dataclass(frozen=True, slots=True)
class ShownProxy:
    """A process that enforces, and how it is.

    `state` is `current`, `drifted` (it runs another deployment than the newest, for
    longer than that takes) or `gone` (it said nothing for a while).
    """

    proxy: Proxy
    state: str


def describe_proxies(actor: Actor, *, now: datetime) -> list[ShownProxy]:
    """Return the processes with how they are, those in trouble first."""
    rows = [ShownProxy(one, _state(one, now)) for one in list_proxies(actor)]
    return sorted(rows, key=lambda one: one.state == "current")


def count_drifted(actor: Actor, *, now: datetime) -> int:
    """Return how many processes run another deployment than the newest, or are gone."""
    return sum(one.state != "current" for one in describe_proxies(actor, now=now))


def count_stuck(*, now: datetime) -> int:
    """Return how many processes answer and have been behind for a minute.

    They refuse a deployment, or can't take it over; *Proxies* says why. A number for
    those who watch the console, which names nobody.
    """
    alive = Proxy.objects.filter(last_seen_at__gte=now - SILENCE)
    return alive.filter(drifted_since__lte=now - ALARM).count()


def _state(proxy: Proxy, now: datetime) -> str:
    if now - proxy.last_seen_at > SILENCE:
        return "gone"
    since = proxy.drifted_since
    return "drifted" if since is not None and now - since > DRIFT else "current"
