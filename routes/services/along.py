"""What becomes of routes when a namespace goes with everything in it, or comes back.

Receivers of `namespaces.services.signals`; connected when the app is ready.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.burial import Burial
from console.core.exceptions import ConflictError
from namespaces import access
from routes import selectors
from routes.exceptions import PoliciesOutOfReachError, RoutesDependError
from routes.models import HostClaim, ImportStatus, Route, RoutePolicy
from routes.services import rules
from routes.services.addresses import Wanted, check_addresses_are_free
from routes.services.hosts import Use, claim_hosts
from routes.services.upstreams import Registry, check_upstreams
from routes.services.writing import hosts_of_row, uses_of_row
from routes.validation import parse_from
from routes.validation.ownership import hosts_of_upstreams

if TYPE_CHECKING:
    from namespaces.models import Namespace

LET_GO = frozenset({"routes.Route", "routes.RoutePolicy", "routes.ImportRun"})
UNDER_WAY = frozenset({ImportStatus.READING, ImportStatus.QUEUED, ImportStatus.RUNNING})
BACK = "came back with its namespace"
MOST_NAMED = 10


def let_go(
    sender: Any, *, namespace: "Namespace", going: Burial, actor: Actor, **_: Any
) -> frozenset[str]:
    """Answer which kinds may go: routes, what attaches policies to them, imports.

    Raises:
        RoutesDependError: routes elsewhere sign people in to a host of these.
        ConflictError: an import is under way.
    """
    _check_nothing_depends(going.of("routes.Route"), namespace, actor=actor)
    if any(run.status in UNDER_WAY for run in going.of("routes.ImportRun")):
        raise ConflictError(
            gettext("an import is under way there; wait until it has ended")
        )
    return LET_GO


def record_going(
    sender: Any,
    *,
    namespace: "Namespace",
    going: Burial,
    actor: Actor,
    now: datetime,
    reason: str,
    **_: Any,
) -> None:
    """Record which routes go, and let their hosts rest."""
    attached: dict[Any, list[Any]] = {}
    links = going.of("routes.RoutePolicy")
    for link in sorted(links, key=lambda one: (one.position, one.pk)):
        attached.setdefault(link.route_id, []).append(link.policy_id)
    changes = [
        rules.change(
            "deleted",
            route,
            before=rules.state_of(route, policy_ids=attached.get(route.pk, ())),
            seen_from=namespace.parent_id,
        )
        for route in going.of("routes.Route")
    ]
    rules.record(changes, actor=actor, now=now, reason=reason)
    below = access.subtree(namespace.path, "namespace__path")
    HostClaim.objects.filter(below, released_at__isnull=True).update(
        released_at=now, modified_at=now
    )


def _check_nothing_depends(
    routes: list[Route], namespace: "Namespace", *, actor: Actor
) -> None:
    hosts = {host for route in routes for host in hosts_of_row(route)}
    outside = Route.objects.exclude(access.subtree(namespace.path, "namespace__path"))
    depending = [
        route
        for route in outside.filter(settings__has_key="depends_on")
        if hosts.intersection(route.settings["depends_on"])
    ]
    if not depending:
        return
    keys = [route.pk for route in depending]
    seen = selectors.list_routes(rules.afresh(actor)).filter(pk__in=keys)
    named = [f"`{route.name}`" for route in seen[:MOST_NAMED]]
    if len(keys) > len(named):
        named.append(f"{len(keys) - len(named)} more")
    raise RoutesDependError(
        gettext(
            "routes outside sign people in to a host in %(name)s: %(named)s; "
            "change these first"
        )
        % {"name": namespace.name, "named": ", ".join(named)}
    )


def check_addresses(sender: Any, *, coming: Burial, actor: Actor, **_: Any) -> None:
    """Refuse routes to come back whose address another has by now.

    Raises:
        RouteAddressTakenError: there is such a route.
    """
    wanted = [
        Wanted(route.name, parse_from(route.from_url), route.match)
        for route in coming.of("routes.Route")
    ]
    check_addresses_are_free(wanted, actor=rules.afresh(actor))


def check_back(
    sender: Any,
    *,
    coming: Burial,
    actor: Actor,
    now: datetime,
    reason: str,
    **_: Any,
) -> None:
    """Look at routes that came back with their namespace, and record them.

    Raises:
        HostOwnedError: another namespace has taken a host.
        PoliciesOutOfReachError: a policy of one lives elsewhere by now.
        RouteOpenToAnyoneError: one could let in anybody, and the actor is no admin.
    """
    actor = rules.afresh(actor)
    keys = [route.pk for route in coming.of("routes.Route")]
    routes = list(Route.objects.filter(pk__in=keys).select_related("namespace"))
    _check_reach(keys)
    uses: dict[Namespace, set[Use]] = {}
    for route in routes:
        uses.setdefault(route.namespace, set()).update(uses_of_row(route))
    for place, used in uses.items():
        claim_hosts(sorted(used, key=str), place, actor=actor, now=now)
    registry = Registry()
    for route in routes:
        to = hosts_of_upstreams(route.settings)
        check_upstreams(to, route.namespace, actor=actor, registry=registry)
    deciding = selectors.policies_of_many(routes)
    for route in routes:
        is_open = deciding[route.pk].allows_anonymous
        rules.check_openness(is_open=is_open, namespace=route.namespace, actor=actor)
        settings = selectors.settings_of(route)
        rules.check_reserved(None, settings, route.namespace, actor=actor)
    changes = [
        rules.change("restored", route, after=rules.state_of(route)) for route in routes
    ]
    rules.record(changes, actor=actor, now=now, reason=reason or BACK)


def _check_reach(keys: list[Any]) -> None:
    links = RoutePolicy.objects.filter(route__in=keys)
    for link in links.select_related("policy__namespace", "route__namespace"):
        if not link.route.namespace.path.startswith(link.policy.namespace.path):
            raise PoliciesOutOfReachError(
                gettext("`%(name)s`, a policy of `%(route)s`, lives elsewhere by now")
                % {"name": link.policy.name, "route": link.route.name}
            )
