"""Reads of routes, starting from what the actor may see."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from console.core import tombstones
from console.core.actor import Actor
from console.core.models import Tombstone
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from routes.exceptions import RouteNotFoundError
from routes.models import Route

ROUTE_KIND = "route"  # what the counts of namespaces call it

if TYPE_CHECKING:
    from namespaces.models import Namespace


def list_routes(actor: Actor) -> QuerySet[Route]:
    """Return the routes of the namespaces that the actor sees."""
    routes: QuerySet[Route] = Route.objects.visible_to(
        actor, Permission.ROUTE_VIEW
    ).select_related("namespace")
    return routes


def count_routes(actor: Actor, *, within: str = "") -> int:
    """Return how many routes the actor sees, without reading them.

    `within` is the path of a namespace: only there and below it.
    """
    reach = access.reach_of(actor, Permission.ROUTE_VIEW)
    return namespace_selectors.count_living(ROUTE_KIND, reach, within=within)


def list_published() -> QuerySet[Route]:
    """Return every route by name, whoever may see it: for what people can reach."""
    return Route.objects.select_related("namespace").order_by("name", "pk")


def get_route(route_id: UUID | str, *, actor: Actor) -> Route:
    """Return a route that the actor sees.

    Raises:
        RouteNotFoundError: it isn't there, or the actor may not see it.
    """
    route = list_routes(actor).filter(pk=route_id).first()
    if route is None:
        raise RouteNotFoundError
    return route


def search_routes(routes: QuerySet[Route], text: str) -> QuerySet[Route]:
    """Keep the routes whose name, address or destination contains the text."""
    return routes.filter(
        Q(name__icontains=text)
        | Q(from_url__icontains=text)
        | Q(to_summary__icontains=text)
    )


def within(routes: QuerySet[Route], namespace: "Namespace") -> QuerySet[Route]:
    """Keep the routes that live in a namespace or below it."""
    return routes.filter(access.subtree(namespace.path, "namespace__path"))


def list_deleted(actor: Actor) -> QuerySet[Tombstone]:
    """Return the deleted routes that the actor may restore, the latest first."""
    places = namespace_selectors.list_namespaces_where(actor, Permission.ROUTE_CREATE)
    return tombstones.list_tombstones("route").filter(
        namespace_id__in=places.values("id")
    )


def list_using_hosts(hosts: Iterable[str]) -> QuerySet[Route]:
    """Return the routes that take traffic of any of these hosts, whoever may see them.

    For rules about hosts; what pages show starts from `list_routes`.
    """
    wanted = list(hosts)
    condition = Q(host__in=wanted)
    for host in wanted:
        condition |= Q(other_hosts__gt="", other_hosts__contains=f" {host} ")
    return Route.objects.filter(condition)


def hosts_in_use(hosts: Iterable[str]) -> set[str]:
    """Return those of the hosts whose traffic some route takes."""
    rows = list_using_hosts(hosts).values_list("host", "other_hosts")
    return {host for first, others in rows for host in (first, *others.split())}


def hosts_left_by(routes: Iterable[Route]) -> list[str]:
    """Return the hosts that no route would use without these."""
    rows = list(routes)
    hosts = {host for one in rows for host in (one.host, *one.other_hosts.split())}
    staying = list_using_hosts(hosts).exclude(pk__in=[one.pk for one in rows])
    used = {host for one in staying for host in (one.host, *one.other_hosts.split())}
    return sorted(hosts - used)
