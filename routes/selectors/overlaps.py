"""Which routes meet a route, by its address."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q

from console.core.actor import Actor
from routes.models import Route
from routes.selectors.routes import list_routes
from routes.validation.addresses import Address, parse_from
from routes.validation.overlaps import Overlap, Place, find_overlaps, matching_order
from routes.validation.paths import accepts, match_of

MAX_LISTED = 500
DRAFT = "draft"


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
    """Return how a route stands to the others that the actor sees."""
    return _overlaps(place_of(route), actor)


def list_overlaps_of_draft(
    settings: Mapping[str, Any], *, actor: Actor, route_id: UUID | None = None
) -> list[Overlap]:
    """Return the same for valid settings that are not saved yet."""
    place = Place(
        id=str(route_id or DRAFT),
        name=settings.get("name", ""),
        from_url=settings["from"],
        match=match_of(settings),
        regex_priority_order=settings.get("regex_priority_order"),
    )
    return _overlaps(place, actor)


def _overlaps(place: Place, actor: Actor) -> list[Overlap]:
    neighbors = list_routes(actor).filter(_near(parse_from(place.from_url)))
    return find_overlaps(place, [place_of(one) for one in neighbors[:MAX_LISTED]])


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
    """Return the route that is asked for a path of an address, whoever may see it."""
    rows = {str(one.pk): one for one in Route.objects.filter(from_url=origin)}
    for place in matching_order(map(place_of, rows.values())):
        if accepts(place.match, path):
            return rows[place.id]
    return None
