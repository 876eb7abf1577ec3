"""What would happen if a route were saved like this. Writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from console.core.actor import Actor
from console.core.exceptions import ConsoleError
from namespaces import access
from namespaces.permissions import Permission
from routes import selectors
from routes.models import Route
from routes.services import rules
from routes.services.addresses import Wanted, check_addresses_are_free
from routes.services.hosts import plan_claims
from routes.services.upstreams import Registry, owned_upstream
from routes.services.writing import read, uses_of
from routes.validation import Address, Problem
from routes.validation.overlaps import Overlap, OverlapKind
from routes.validation.ownership import hosts_of_upstreams
from routes.validation.paths import match_of


@dataclass(frozen=True, slots=True)
class Preview:
    """What is wrong with settings, and which routes they would meet.

    `conflicts` are what stands in the way outside of the settings themselves: the
    owner of a host, an address that is taken.
    """

    problems: list[Problem]
    conflicts: list[str]
    overlaps: list[Overlap]


def preview_route(
    settings: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    namespace_id: UUID | str | None = None,
    route_id: UUID | str | None = None,
) -> Preview:
    """Say what saving these settings would meet, for a new route or in place of one.

    Raises:
        NamespaceNotFoundError, RouteNotFoundError, PermissionDeniedError
    """
    route: Route | None = None
    if route_id is not None:
        route, actor = rules.load(route_id, Permission.ROUTE_EDIT, actor=actor)
        namespace = route.namespace
    else:
        namespace = access.check_can(
            actor, Permission.ROUTE_CREATE, namespace_id or UUID(int=0)
        )
    values, address, problems = read(settings, route=route)
    if address is None:
        return Preview(problems, [], [])
    conflicts = _conflicts(values, address, namespace, route, actor=actor, now=now)
    overlaps = selectors.list_overlaps_of_draft(
        values, actor=actor, route_id=route.pk if route else None
    )
    # The same address is a conflict already, in words that name both routes.
    overlaps = [one for one in overlaps if one.kind is not OverlapKind.SAME]
    return Preview(problems, conflicts, overlaps)


def _conflicts(
    values: Mapping[str, Any],
    address: Address,
    namespace: Any,
    route: Route | None,
    *,
    actor: Actor,
    now: datetime,
) -> list[str]:
    found = []
    before = selectors.open_settings(route) if route else None
    wanted = Wanted(values.get("name", "this route"), address, match_of(values))
    try:
        rules.check_reserved(before, values, namespace, actor=actor)
    except ConsoleError as error:
        found.append(error.message)
    try:
        plan_claims(uses_of(values, address), namespace, actor=actor, now=now)
    except ConsoleError as error:
        found.append(error.message)
    known = hosts_of_upstreams(before or {})
    to = [host for host in hosts_of_upstreams(values) if host not in known]
    for host, claim in Registry().refused(to, namespace):
        found.append(owned_upstream(host, claim, actor=actor).message)
    try:
        check_addresses_are_free(
            [wanted], actor=actor, besides=[route.pk] if route else []
        )
    except ConsoleError as error:
        found.append(error.message)
    return found
