"""Deleting routes, and taking a deletion back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from console.core import tombstones
from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from console.core.transactions import writing
from namespaces import access
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.permissions import Permission
from policies import selectors as policy_selectors
from routes import selectors
from routes.exceptions import PolicyGoneError, RouteNotFoundError
from routes.models import Route, RoutePolicy
from routes.services import rules
from routes.services.addresses import Wanted, check_addresses_are_free
from routes.services.hosts import claim_hosts, release_hosts
from routes.services.upstreams import check_upstreams
from routes.services.writing import hosts_of_row, uses_of_row
from routes.validation import parse_from
from routes.validation.ownership import hosts_of_upstreams


@writing()
def delete_route(
    route_id: UUID | str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Delete a route. Its host rests when it was the last one; `restore_route` undoes.

    Raises:
        StaleVersionError: somebody saved it since the caller looked.
    """
    delete_routes({route_id: version}, actor=actor, now=now, reason=reason)


@writing()
def delete_routes(
    versions: Mapping[UUID | str, int],
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> int:
    """Delete several routes, all or none, each in the version that was seen.

    Returns how many. Raises as `delete_route` does, for the first that can't be.
    """
    doomed = []
    for route_id, version in versions.items():
        route, _ = rules.load(route_id, Permission.ROUTE_DELETE, actor=actor)
        rules.check_version(route, version)
        doomed.append(route)
    snapshots = [_snapshot(route) for route in doomed]
    events = rules.record(
        [
            rules.change("deleted", route, before=rules.state_of(route))
            for route in doomed
        ],
        actor=actor,
        now=now,
        reason=reason,
    )
    tombstones.bury_all(zip(snapshots, events, strict=True))
    hosts = {host for route in doomed for host in hosts_of_row(route)}
    Route.objects.filter(pk__in=[route.pk for route in doomed]).delete()
    release_hosts(sorted(hosts), now=now)
    return len(doomed)


def _snapshot(route: Route) -> dict[str, Any]:
    fields = Route._meta.concrete_fields  # noqa: SLF001 - Django's API
    attached = route.attachments.select_related("policy")
    return {
        "route": {one.attname: getattr(route, one.attname) for one in fields},
        "policies": [
            {
                "id": str(one.policy_id),
                "name": one.policy.name,
                "created_at": one.created_at,
                "created_by": one.created_by,
            }
            for one in attached
        ],
    }


@writing()
def restore_routes(
    route_ids: Iterable[UUID | str], *, actor: Actor, now: datetime, reason: str = ""
) -> list[Route]:
    """Take back several deletions, all or none. Raises as `restore_route` does."""
    return [
        restore_route(one, actor=actor, now=now, reason=reason) for one in route_ids
    ]


@writing()
def restore_route(
    route_id: UUID | str, *, actor: Actor, now: datetime, reason: str = ""
) -> Route:
    """Take back a deletion: the same id, settings, secrets and policies.

    Whoever may create routes in the namespace may restore them there. The rest of its
    host does not bind its former owner.

    Raises:
        RouteNotFoundError: no such route was deleted, or the actor may not see it.
        PolicyGoneError: a policy of it isn't there any more.
        RouteNameTakenError, RouteAddressTakenError, HostOwnedError
        RouteOpenToAnyoneError: it could let in anybody, and the actor is no admin.
    """
    try:
        tombstone = tombstones.unearth("route", route_id)
        namespace = access.check_can(
            actor, Permission.ROUTE_CREATE, tombstone.namespace_id or UUID(int=0)
        )
    except (NotFoundError, NamespaceNotFoundError) as error:
        raise RouteNotFoundError from error
    actor = rules.afresh(actor)
    route = _from_row(tombstone.snapshot["route"])
    policies = tombstone.snapshot["policies"]
    rules.check_names_are_free([route.name], namespace)
    claim_hosts(uses_of_row(route), namespace, actor=actor, now=now)
    check_upstreams(hosts_of_upstreams(route.settings), namespace, actor=actor)
    address = parse_from(route.from_url)
    check_addresses_are_free([Wanted(route.name, address, route.match)], actor=actor)
    rules.check_reserved(None, selectors.settings_of(route), namespace, actor=actor)
    _check_policies(policies, route, actor=actor)
    route.save(force_insert=True)
    RoutePolicy.objects.bulk_create(
        RoutePolicy(
            route=route,
            policy_id=UUID(one["id"]),
            position=position,
            created_at=one.get("created_at"),
            created_by=one.get("created_by", ""),
        )
        for position, one in enumerate(policies)
    )
    is_open = selectors.policies_of(route).allows_anonymous
    rules.check_openness(is_open=is_open, namespace=namespace, actor=actor)
    change = rules.change("restored", route, after=rules.state_of(route))
    rules.record([change], actor=actor, now=now, reason=reason)
    return route


def _check_policies(
    policies: list[dict[str, str]], route: Route, *, actor: Actor
) -> None:
    there = policy_selectors.list_attachable(route.namespace, actor=actor).filter(
        pk__in=[one["id"] for one in policies]
    )
    found = {str(policy.pk) for policy in there}
    gone = [one["name"] for one in policies if one["id"] not in found]
    if gone:
        names = ", ".join(f"`{name}`" for name in gone)
        raise PolicyGoneError(
            gettext(
                "`%(name)s` had policies that aren't there any more: %(names)s; "
                "restore them first"
            )
            % {"name": route.name, "names": names},
            details={"policies": gone},
        )


def _from_row(row: Mapping[str, Any]) -> Route:
    values = dict(row)
    for field in Route._meta.concrete_fields:  # noqa: SLF001 - Django's API
        if isinstance(field, DateTimeField):
            values[field.attname] = parse_datetime(row[field.attname])
    values["id"] = UUID(row["id"])
    values["namespace_id"] = UUID(row["namespace_id"])
    return Route(**values)
