"""Which routes meet a route, by its address, and in which order they are asked.

Routes that the actor may not see take part: they decide over what the actor's own ones
get. Nothing is told of them but that they do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Q

from console.core.actor import Actor
from namespaces import access
from namespaces.permissions import Permission
from routes.models import Route
from routes.selectors.answering import without_gateway_port
from routes.selectors.routes import list_routes
from routes.validation.addresses import Address, parse_from
from routes.validation.overlaps import (
    DRAFT,
    Overlap,
    Place,
    Turn,
    find_overlaps,
    matching_order,
    order_of_asking,
)
from routes.validation.paths import accepts, match_of

MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """How a route stands to the others: those that it meets, and the order of all."""

    overlaps: list[Overlap]
    order: list[Turn]


def place_of(route: Route) -> Place:
    """Return where a route stands."""
    return Place(
        id=str(route.pk),
        name=route.name,
        from_url=route.from_url,
        match=route.match,
        regex_priority_order=route.settings.get("regex_priority_order"),
    )


def list_overlaps(route: Route, *, actor: Actor) -> list[Overlap]:
    """Return how a route stands to the others at its address."""
    return get_standing(route, actor=actor).overlaps


def get_standing(route: Route, *, actor: Actor) -> Standing:
    """Return the same with the order of asking."""
    return _standing(place_of(route), actor, with_hidden=True)


def get_standing_of_draft(
    settings: Mapping[str, Any],
    *,
    actor: Actor,
    route_id: UUID | None = None,
    with_hidden: bool = False,
) -> Standing:
    """Return the same for valid settings that are not saved yet.

    Ask `with_hidden` only for a host that the actor may publish: else whoever may make
    a route anywhere could find out the paths of everybody.
    """
    place = Place(
        id=str(route_id or DRAFT),
        name=settings.get("name", ""),
        from_url=settings["from"],
        match=match_of(settings),
        regex_priority_order=settings.get("regex_priority_order"),
    )
    return _standing(place, actor, with_hidden=with_hidden)


def _rows_at(origin: str) -> list[Route]:
    exact = list(Route.objects.filter(from_url=origin))
    scheme, _, host = origin.partition("://")
    labels = host.split(".")
    above = [
        f"{scheme}://*.{'.'.join(labels[first:])}" for first in range(1, len(labels))
    ]
    if exact or not above:
        return exact
    rows = list(Route.objects.filter(from_url__in=above))
    nearest = max((len(one.from_url) for one in rows), default=0)
    return [one for one in rows if len(one.from_url) == nearest]


def _standing(place: Place, actor: Actor, *, with_hidden: bool) -> Standing:
    near = _near(parse_from(place.from_url))
    rows = (
        Route.objects.filter(near) if with_hidden else list_routes(actor).filter(near)
    )
    others = []
    for route in rows.select_related("namespace").order_by("pk")[:MAX_LISTED]:
        is_shown = access.can(actor, Permission.ROUTE_VIEW, route.namespace)
        other = place_of(route)
        others.append(
            replace(other, namespace=route.namespace.name)
            if is_shown
            else replace(other, name="", is_shown=False)
        )
    return Standing(find_overlaps(place, others), order_of_asking(place, others))


def _near(address: Address) -> Q:
    """The condition that a route's host is the same, or meets it by a wildcard."""
    condition = Q(host=address.host)
    labels = address.host.removeprefix("*.").split(".")
    above = [f"*.{'.'.join(labels[start:])}" for start in range(len(labels))]
    condition |= Q(host__in=above)
    if address.is_wildcard:
        condition |= Q(host__endswith=address.host[1:])
    for target in address.targets:
        condition |= Q(
            other_hosts__gt="", other_hosts__contains=f" {target.rpartition(':')[0]} "
        )
    return condition


def find_answering(route: Route, path: str, *, actor: Actor) -> Route | None:
    """Return the route of the same address that is asked for a path, if any.

    Routes that the actor may not see don't come into it: a host has one owner.
    """
    if not parse_from(route.from_url).is_web:
        return route
    rows = {
        str(one.pk): one for one in list_routes(actor).filter(from_url=route.from_url)
    }
    for place in matching_order(map(place_of, rows.values())):
        if accepts(place.match, path):
            return rows[place.id]
    return None


def find_at(origin: str, path: str) -> Route | None:
    """Return the route that is asked for a path of an address, whoever may see it.

    Where people reach the access proxy at a port of its own, that port, and no other,
    is as good as none. A wildcard counts where no route has the very host.
    """
    rows = {str(one.pk): one for one in _rows_at(without_gateway_port(origin))}
    for place in matching_order(map(place_of, rows.values())):
        if accepts(place.match, path):
            return rows[place.id]
    return None
