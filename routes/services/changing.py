"""Changing a route: its settings, its policies, whether it inherits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from console.core import previews
from console.core.actor import Actor
from console.core.transactions import writing
from namespaces import access
from namespaces.permissions import Permission
from routes import selectors
from routes.models import Route, RoutePolicy
from routes.services import rules
from routes.services.addresses import Wanted, check_addresses_are_free
from routes.services.hosts import claim_hosts, release_hosts
from routes.services.upstreams import check_upstreams
from routes.services.writing import fill, hosts_of_row, read_or_refuse, uses_of
from routes.validation.ownership import hosts_of_upstreams


@writing()
def update_route(
    route_id: UUID | str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
    name: str | None = None,
    settings: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
    inherits_policies: bool | None = None,
    policy_ids: Sequence[UUID | str] | None = None,
    seen: str = "",
) -> Route:
    """Change a route; what is None stays. A save that changes nothing writes nothing.

    `settings` replace all that there are, `changes` single ones (None takes one
    away). A mask in the place of a secret leaves that secret.

    Raises:
        StaleVersionError: somebody else saved first; `details` has what changed.
        and as `create_route` does.
    """
    route, actor = rules.load(route_id, Permission.ROUTE_EDIT, actor=actor)
    rules.check_version(route, version)
    before = rules.state_of(route)
    was_open = selectors.policies_of(route).allows_anonymous
    if name is not None or settings is not None or changes is not None:
        given = _merged(route, name, settings, changes)
        _write_settings(route, given, actor=actor, now=now)
    if inherits_policies is not None:
        route.inherits_policies = inherits_policies
    if policy_ids is not None:
        _attach(route, policy_ids, actor=actor, now=now)
    after = rules.state_of(route)
    if after == before:
        return route
    if not was_open or _decides_otherwise(before, after):
        is_open = selectors.policies_of(route).allows_anonymous
        rules.check_openness(is_open=is_open, namespace=route.namespace, actor=actor)
    route.version += 1
    route.modified_at = now
    with previews.watched("route.inherit", actor=actor, seen=seen, route=route):
        route.save()
    change = rules.change(
        "updated", route, before=before, after={**after, "version": route.version}
    )
    rules.record([change], actor=actor, now=now, reason=reason)
    return route


def _decides_otherwise(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Another request may be let in than before, or it may lead elsewhere."""
    changed = set(selectors.changed_keys(before["settings"], after["settings"]))
    return bool(
        changed - rules.PLAIN
        or set(before["policy_ids"]) != set(after["policy_ids"])
        or before["inherits_policies"] != after["inherits_policies"]
    )


def _merged(
    route: Route,
    name: str | None,
    settings: Mapping[str, Any] | None,
    changes: Mapping[str, Any] | None,
) -> dict[str, Any]:
    merged = dict(selectors.masked_settings(route) if settings is None else settings)
    merged |= changes or {}
    merged["name"] = merged.get("name", route.name) if name is None else name
    return merged


def _write_settings(
    route: Route, given: Mapping[str, Any], *, actor: Actor, now: datetime
) -> None:
    old_settings, old_hosts = selectors.settings_of(route), hosts_of_row(route)
    values, address = read_or_refuse(given, route=route)
    rules.check_reserved(
        selectors.open_settings(route), values, route.namespace, actor=actor
    )
    fill(route, values, address)
    if route.name.lower() != old_settings["name"].lower():
        rules.check_names_are_free([route.name], route.namespace, besides=[route.pk])
    claim_hosts(uses_of(values, address), route.namespace, actor=actor, now=now)
    known = hosts_of_upstreams(old_settings)
    fresh = [host for host in hosts_of_upstreams(values) if host not in known]
    check_upstreams(fresh, route.namespace, actor=actor)
    check_addresses_are_free(
        [Wanted(route.name, address, route.match)], actor=actor, besides=[route.pk]
    )
    route.save()
    release_hosts(old_hosts - hosts_of_row(route), now=now)


def _attach(
    route: Route, policy_ids: Sequence[UUID | str], *, actor: Actor, now: datetime
) -> None:
    """Let a route have these policies, in this order, and no others.

    Of those that it has already, who attached them and when stays.
    """
    access.check_can(actor, Permission.POLICY_ATTACH, route.namespace_id)
    held = set(rules.policy_ids_of(route))
    fresh = [one for one in policy_ids if rules.as_uuid(one) not in held]
    known = held | set(rules.attachable(fresh, route.namespace, actor=actor))
    given = dict.fromkeys(map(rules.as_uuid, policy_ids))
    order = [one for one in given if one in known]
    if order == rules.policy_ids_of(route):
        return
    since = {one.policy_id: one for one in route.attachments.all()}
    route.attachments.all().delete()
    RoutePolicy.objects.bulk_create(
        RoutePolicy(
            route=route,
            policy_id=policy_id,
            position=position,
            created_at=since[policy_id].created_at if policy_id in since else now,
            created_by=since[policy_id].created_by
            if policy_id in since
            else actor.label[:255],
        )
        for position, policy_id in enumerate(order)
    )


def set_route_policies(
    route_id: UUID | str,
    *,
    policy_ids: Sequence[UUID | str],
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Route:
    """Let a route have these policies, in this order. Raises as `update_route` does."""
    return update_route(
        route_id,
        version=version,
        policy_ids=policy_ids,
        actor=actor,
        now=now,
        reason=reason,
    )


@writing()
def attach_policy(
    policy_id: UUID | str,
    *,
    versions: Mapping[UUID | str, int],
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> int:
    """Attach one policy to several routes, all or none, behind those that they have.

    Returns how many routes changed. Raises as `update_route` does.
    """
    count = 0
    for route_id, version in versions.items():
        route = selectors.get_route(route_id, actor=rules.afresh(actor))
        ids = [*rules.policy_ids_of(route), policy_id]
        saved = update_route(
            route_id,
            version=version,
            policy_ids=ids,
            actor=actor,
            now=now,
            reason=reason,
        )
        count += saved.version != version
    return count


@writing()
def detach_policy(
    policy_id: UUID | str,
    *,
    versions: Mapping[UUID | str, int],
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> int:
    """Take one policy off several routes, all or none. Others stay.

    Returns how many routes changed. Raises as `update_route` does.
    """
    unwanted = rules.as_uuid(policy_id)
    count = 0
    for route_id, version in versions.items():
        route = selectors.get_route(route_id, actor=rules.afresh(actor))
        ids = [one for one in rules.policy_ids_of(route) if one != unwanted]
        saved = update_route(
            route_id,
            version=version,
            policy_ids=ids,
            actor=actor,
            now=now,
            reason=reason,
        )
        count += saved.version != version
    return count
