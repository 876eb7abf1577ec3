"""Moving routes between namespaces."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.transactions import writing
from namespaces import access
from namespaces.permissions import Permission
from policies import selectors as policy_selectors
from routes import selectors
from routes.exceptions import (
    EnforcedPoliciesLeaveError,
    HostsSharedError,
    PoliciesOutOfReachError,
)
from routes.models import Route
from routes.services import rules
from routes.services.hosts import Use, check_may_move, claim_hosts, hand_over_hosts
from routes.services.upstreams import check_upstreams
from routes.services.writing import hosts_of_row
from routes.validation.ownership import hosts_of_upstreams

if TYPE_CHECKING:
    from namespaces.models import Namespace
    from policies.models import NamespacePolicy


def move_route(
    route_id: UUID | str,
    *,
    namespace_id: UUID | str,
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Route:
    """Let a route live in another namespace. Raises as `move_routes` does."""
    return move_routes(
        {route_id: version},
        namespace_id=namespace_id,
        actor=actor,
        now=now,
        reason=reason,
    )[0]


@writing()
def move_routes(
    versions: Mapping[UUID | str, int],
    *,
    namespace_id: UUID | str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> list[Route]:
    """Let several routes live elsewhere, all or none, each in the version seen.

    Needs a manager of both ends. Hosts go along, so all routes of a host go together.

    Raises:
        StaleVersionError, NamespaceNotFoundError, RouteNameTakenError
        HostsSharedError: other routes of a host would stay behind.
        PoliciesOutOfReachError: a picked policy would not be seen there.
        EnforcedPoliciesLeaveError: a policy that is enforced now would not be there,
            and the actor is no admin of the namespace that enforces it.
        HostOwnedError, WildcardHostError: a zone stays, or its hosts do.
        RouteOpenToAnyoneError: it could let in anybody there, if only because a policy
            that denied is left behind.
    """
    routes = []
    for route_id, version in versions.items():
        route, _ = rules.load(route_id, Permission.ROUTE_MOVE, actor=actor)
        rules.check_version(route, version)
        routes.append(route)
    actor = rules.afresh(actor)
    target = access.check_can(actor, Permission.ROUTE_MOVE, namespace_id)
    moving = [route for route in routes if route.namespace_id != target.pk]
    _check_policies_stay(moving, target)
    for source in {route.namespace for route in moving}:
        check_enforced_stay(source, target, actor=actor)
    rules.check_names_are_free([route.name for route in moving], target)
    hosts = _shared_hosts(moving, actor=actor)
    check_may_move(hosts, [one.namespace for one in moving], target, actor=actor)
    to = [host for route in moving for host in hosts_of_upstreams(route.settings)]
    check_upstreams(to, target, actor=actor)
    before = [rules.state_of(route) for route in moving]
    hand_over_hosts(hosts, target, now=now)
    claim_hosts(map(Use, hosts), target, actor=actor, now=now)
    for route in moving:
        route.namespace = target
        route.version += 1
        route.modified_at = now
        route.save()
        is_open = selectors.policies_of(route).allows_anonymous
        rules.check_openness(is_open=is_open, namespace=target, actor=actor)
    rules.record(
        [
            rules.change("moved", route, before=old, after=rules.state_of(route))
            for route, old in zip(moving, before, strict=True)
        ],
        actor=actor,
        now=now,
        reason=reason,
    )
    return routes


def _check_policies_stay(routes: Iterable[Route], target: "Namespace") -> None:
    lost = {
        policy.name
        for route in routes
        for policy in selectors.policies_of(route).attached
        if not target.path.startswith(policy.namespace.path)
    }
    if lost:
        names = ", ".join(f"`{name}`" for name in sorted(lost))
        raise PoliciesOutOfReachError(
            gettext(
                "policies that are not seen in %(name)s are attached: %(names)s; "
                "detach them first"
            )
            % {"name": target.name, "names": names},
            details={"policies": sorted(lost)},
        )


def leaving_policies(
    namespace: "Namespace", target: "Namespace"
) -> list["NamespacePolicy"]:
    """Return what is enforced in a namespace and would not be in the other."""
    stay = {
        one.policy_id
        for one in policy_selectors.list_attached_above(target)
        if one.mode == "enforced"
    }
    return [
        one
        for one in policy_selectors.list_attached_above(namespace)
        if one.mode == "enforced" and one.policy_id not in stay
    ]


def check_enforced_stay(
    source: "Namespace", target: "Namespace", *, actor: Actor
) -> None:
    """Refuse to leave an enforced policy behind, to whoever may not take it away.

    Raises:
        EnforcedPoliciesLeaveError: it names them, and where they are enforced.
    """
    kept = [
        one
        for one in leaving_policies(source, target)
        if not access.can(actor, Permission.POLICY_ENFORCE, one.namespace)
    ]
    if kept:
        names = ", ".join(
            f"`{one.policy.name}` (by {one.namespace.name})" for one in kept
        )
        raise EnforcedPoliciesLeaveError(
            gettext(
                "policies that are enforced in %(name)s would be left behind: "
                "%(names)s; an admin who enforces them has to do this"
            )
            % {"name": source.name, "names": names},
            details={"policies": [one.policy.name for one in kept]},
        )


def _shared_hosts(routes: Sequence[Route], *, actor: Actor) -> list[str]:
    """Return the hosts of the routes, which no other route may use."""
    hosts = sorted({host for route in routes for host in hosts_of_row(route)})
    ids = [route.pk for route in routes]
    staying = [
        route for route in selectors.list_using_hosts(hosts) if route.pk not in ids
    ]
    if staying:
        visible = selectors.list_routes(actor).filter(pk__in=[r.pk for r in staying])
        names = ", ".join(f"`{route.name}`" for route in visible[:10]) or "others"
        shared = sorted({host for r in staying for host in hosts_of_row(r)} & {*hosts})
        raise HostsSharedError(
            gettext(
                "`%(shared)s` has one owner, and other routes of it would stay: "
                "%(names)s; move all of them together"
            )
            % {"shared": shared[0], "names": names},
            details={"hosts": shared, "routes": [str(r.pk) for r in visible[:10]]},
        )
    return hosts
