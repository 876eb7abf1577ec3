"""What would happen if a route were saved like this. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.exceptions import ConsoleError
from namespaces import access
from namespaces.permissions import Permission
from policies.translating import translated
from routes import selectors
from routes.exceptions import UnknownPolicyError
from routes.models import Route
from routes.services import rules
from routes.services.addresses import Wanted, check_addresses_are_free
from routes.services.hosts import plan_claims
from routes.services.upstreams import Registry, owned_upstream
from routes.services.writing import read, uses_of
from routes.validation import Address, Problem
from routes.validation.overlaps import Overlap, OverlapKind, Turn
from routes.validation.ownership import hosts_of_upstreams
from routes.validation.paths import match_of

if TYPE_CHECKING:
    from namespaces.models import Namespace
    from policies.models import Policy


@dataclass(frozen=True, slots=True)
class Preview:
    """What is wrong with settings, and which routes they would meet.

    `conflicts` are what stands in the way outside of the settings themselves: the
    owner of a host, an address that is taken. `order` are the routes that are asked
    for its host, this one among them. `is_closed`: no policy would let anybody in.
    """

    problems: list[Problem]
    conflicts: list[str]
    overlaps: list[Overlap] = field(default_factory=list)
    order: list[Turn] = field(default_factory=list)
    is_closed: bool = False


def preview_route(
    settings: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    namespace_id: UUID | str | None = None,
    route_id: UUID | str | None = None,
    policy_ids: Sequence[UUID | str] | None = None,
    inherits_policies: bool | None = None,
) -> Preview:
    """Say what saving these settings would meet, for a new route or in place of one.

    Of policies, and whether it inherits, None stands for what the route has.

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
    values, address, found = read(settings, route=route)
    problems = translated(found)
    if address is None:
        return Preview(problems, [], [])
    may_publish, conflicts = _conflicts(
        values, address, namespace, route, actor=actor, now=now
    )
    is_closed = False
    try:
        policies = _policies(policy_ids, namespace, route, actor=actor)
    except UnknownPolicyError:
        conflicts.append(_out_of_reach(namespace))
    else:
        if inherits_policies is None:
            inherits_policies = route.inherits_policies if route else True
        is_closed = selectors.policies_of_draft(
            namespace, policies=policies, inherits_policies=inherits_policies
        ).is_closed
    standing = selectors.get_standing_of_draft(
        values,
        actor=actor,
        route_id=route.pk if route else None,
        with_hidden=may_publish,
    )
    return Preview(
        problems,
        conflicts,
        # The same address is a conflict already, in words that name both routes.
        [one for one in standing.overlaps if one.kind is not OverlapKind.SAME],
        standing.order if may_publish else [],
        is_closed=is_closed,
    )


def _out_of_reach(namespace: "Namespace") -> str:
    text = gettext("a policy that is picked can't be used in %(name)s")
    return text % {"name": namespace.name}


def _policies(
    ids: Sequence[UUID | str] | None,
    namespace: "Namespace",
    route: Route | None,
    *,
    actor: Actor,
) -> "list[Policy]":
    """Return the policies that the route would have: those that it has stay allowed."""
    held = selectors.policies_of(route).attached if route else ()
    if ids is None:
        return list(held)
    known = {policy.pk: policy for policy in held}
    wanted = [rules.as_uuid(one) for one in ids]
    fresh = [one for one in wanted if one not in known]
    known |= rules.attachable(fresh, namespace, actor=actor)
    return [known[one] for one in dict.fromkeys(wanted) if one in known]


def _conflicts(
    values: Mapping[str, Any],
    address: Address,
    namespace: Any,
    route: Route | None,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[bool, list[str]]:
    """Return whether the namespace may publish the host, and what stands in the way."""
    found = []
    may_publish = True
    before = selectors.open_settings(route) if route else None
    wanted = Wanted(
        values.get("name", gettext("this route")), address, match_of(values)
    )
    try:
        rules.check_reserved(before, values, namespace, actor=actor)
    except ConsoleError as error:
        found.append(error.message)
    try:
        plan_claims(uses_of(values, address), namespace, actor=actor, now=now)
    except ConsoleError as error:
        may_publish = False
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
    return may_publish, found
