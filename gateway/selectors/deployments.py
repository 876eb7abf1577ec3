"""Reads of deployments, of what waits to become one, and of those that run them."""

from datetime import datetime

from django.db.models import QuerySet

from console.core import outbox
from gateway.models import Deployer, Deployment, DeploymentCause, Proxy


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


def list_proxies() -> QuerySet[Proxy]:
    """Return the processes that enforce, with what they run."""
    return Proxy.objects.all()
