"""Rolls back to a deployment: by new versions, written through the services.

Whoever does it needs the rights for each single change, as if they made it by hand.
People, groups, devices, sessions and records are not part of deployments: whoever left
since doesn't come back. Namespaces stay where they are.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from console.core import secrets
from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from console.core.transactions import writing
from gateway import selectors
from gateway.exceptions import DeployerBusyError, RollBackError
from gateway.models import Deployment, DeploymentCause
from gateway.selectors import Contents
from gateway.services.deploying import make_deployment
from gateway.services.publishing import check_may_publish, clean_reason, record
from gateway.services.settings import change_settings
from gateway.settings_table import BY_KEY
from namespaces import selectors as namespace_selectors
from namespaces import services as namespace_services
from policies import selectors as policy_selectors
from policies import services as policy_services
from routes import selectors as route_selectors
from routes import services as route_services

WRITTEN = ("name", "description", "language", "source", "explanation", "remediation")
MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Step:
    """Who rolls back, when and why; `renamed` leads to policies that got a new id."""

    actor: Actor
    now: datetime
    reason: str
    renamed: dict[str, str] = field(default_factory=dict)

    @property
    def frame(self) -> dict[str, Any]:
        return {"actor": self.actor, "now": self.now, "reason": self.reason}

    def policies(self, ids: list[str]) -> list[str]:
        return [self.renamed.get(pk, pk) for pk in ids]


def roll_back(
    number: int, *, actor: Actor, now: datetime, reason: str = ""
) -> Deployment | None:
    """Make routes, policies and attachments what they were in a deployment.

    All of it or nothing, then deployed at once. None when another run deploys it.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError: the actor may not publish, or may
            not make one of the changes.
        DeploymentNotFoundError: there is none of that number.
        RollBackError: a namespace of that time is gone.
        and what the services of routes and policies refuse.
    """
    reason = clean_reason(reason) or f"roll back to deployment {number}"
    with writing():
        check_may_publish(actor)
        deployment = selectors.get_deployment(number, actor=actor)
        now_there, wanted = selectors.read_against_now(deployment)
        _check_places(wanted)
        record("rolled-back", {"restores": number}, actor=actor, now=now, reason=reason)
        _write(now_there, wanted, _Step(actor, now, reason))
    with suppress(DeployerBusyError):
        return make_deployment(
            cause=DeploymentCause.ROLLED_BACK,
            actor=actor,
            now=now,
            reason=reason,
            restores=number,
        )
    return None


def _check_places(wanted: Contents) -> None:
    there = selectors.list_namespace_ids()
    gone = sorted(
        str(one["path"])
        for pk, one in wanted.namespaces.items()
        if pk not in there and _is_used(pk, wanted)
    )
    if gone:
        named = ", ".join(f"`{path}`" for path in gone[:MAX_NAMED])
        raise RollBackError(
            gettext("%(count)s namespaces are gone, restore them first: %(named)s")
            % {"count": len(gone), "named": named},
            details={"namespaces": gone},
        )


def _is_used(pk: str, wanted: Contents) -> bool:
    things = (*wanted.routes.values(), *wanted.policies.values())
    return any(one["namespace_id"] == pk for one in things)


def _write(now_there: Contents, wanted: Contents, step: _Step) -> None:
    """Take away what limits nothing any more, restore, then take away the rest.

    What refers to something is written after it, and taken away before it.
    """
    for namespace_id, policy_id in now_there.modes.keys() - wanted.modes.keys():
        policy_services.detach_from_namespace(
            policy_id, namespace_id=namespace_id, **step.frame
        )
    doomed = now_there.routes.keys() - wanted.routes.keys()
    route_services.delete_routes(
        {pk: now_there.routes[pk]["version"] for pk in sorted(doomed)}, **step.frame
    )
    for pk, policy in wanted.policies.items():
        _write_policy(pk, now_there.policies.get(pk), policy, step)
    for pk, route in wanted.routes.items():
        _write_route(pk, now_there.routes.get(pk), route, step)
    for (namespace_id, pk), mode in wanted.modes.items():
        if now_there.modes.get((namespace_id, pk)) != mode:
            policy_services.attach_to_namespace(
                step.renamed.get(pk, pk),
                namespace_id=namespace_id,
                mode=mode,
                **step.frame,
            )
    gone = now_there.policies.keys() - wanted.policies.keys()
    policy_services.delete_policies(
        {pk: policy_selectors.version_of(pk) for pk in sorted(gone)}, **step.frame
    )
    _write_switches(now_there, wanted, step)
    _write_settings(now_there, wanted, step)


def _write_policy(
    pk: str, held: Mapping[str, Any] | None, wanted: Mapping[str, Any], step: _Step
) -> None:
    values = {name: wanted[name] for name in WRITTEN}
    namespace_id = wanted["namespace_id"]
    if held is None:
        try:
            policy = policy_services.restore_policy(pk, **step.frame)
        except NotFoundError:
            made = policy_services.create_policy(
                namespace_id=namespace_id, **values, **step.frame
            )
            step.renamed[pk] = str(made.pk)
            return
        version, place = policy.version, str(policy.namespace_id)
    else:
        version, place = held["version"], held["namespace_id"]
    if place != namespace_id:
        version = policy_services.move_policy(
            pk, namespace_id=namespace_id, version=version, **step.frame
        ).version
    policy_services.update_policy(pk, version=version, **values, **step.frame)


def _write_route(
    pk: str, held: Mapping[str, Any] | None, wanted: Mapping[str, Any], step: _Step
) -> None:
    namespace_id = wanted["namespace_id"]
    values = {
        "settings": _settings(wanted),
        "policy_ids": step.policies(wanted["policies"]),
        "inherits_policies": wanted["inherits"],
    }
    if held is None:
        try:
            route = route_services.restore_route(pk, **step.frame)
        except NotFoundError:
            route_services.create_route(
                namespace_id=namespace_id,
                name=wanted["name"],
                **values,
                **step.frame,
            )
            return
        version, place = route.version, str(route.namespace_id)
    else:
        version, place = held["version"], held["namespace_id"]
    if place != namespace_id:
        version = route_services.move_route(
            pk, namespace_id=namespace_id, version=version, **step.frame
        ).version
    route_services.update_route(
        pk, version=version, name=wanted["name"], **values, **step.frame
    )


def _settings(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return a route's settings under Core's keys, with its secrets open."""
    opened = {path: secrets.unseal(text) for path, text in wanted["sealed"].items()}
    return route_selectors.settings_from(
        wanted["settings"],
        name=wanted["name"],
        description=wanted["description"],
        from_url=wanted["from_url"],
        match=wanted["match"],
        opened=opened,
    )


def _write_switches(now_there: Contents, wanted: Contents, step: _Step) -> None:
    for pk, namespace in wanted.namespaces.items():
        held = now_there.namespaces.get(pk)
        if held is not None and held["inherits"] != namespace["inherits"]:
            namespace_services.update_namespace(
                pk,
                version=namespace_selectors.version_of(pk),
                inherits_policies=namespace["inherits"],
                **step.frame,
            )


def _write_settings(now_there: Contents, wanted: Contents, step: _Step) -> None:
    """Set for proxies what was set then; what no setting is by now is left out."""
    there = selectors.list_namespace_ids()
    for pk in sorted((now_there.settings.keys() | wanted.settings.keys()) & there):
        held, then = now_there.settings.get(pk, {}), wanted.settings.get(pk, {})
        keys = [key for key in BY_KEY if held.get(key) != then.get(key)]
        if keys:
            change_settings(
                pk,
                values={key: then.get(key) for key in keys},
                version=selectors.get_settings(pk, actor=step.actor).version,
                **step.frame,
            )
