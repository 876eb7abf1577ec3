"""No two routes at one address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext

from console.core.actor import Actor
from namespaces import access
from namespaces.permissions import Permission
from routes.exceptions import RouteAddressTakenError
from routes.models import Route
from routes.services.rules import BATCH
from routes.validation.addresses import Address, parse_from
from routes.validation.overlaps import authority

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An address that a route is to have."""

    name: str
    address: Address
    match: str

    @property
    def key(self) -> Key:
        """Equal for routes of which only one could ever answer."""
        return key_of(self.address, self.match)


def key_of(address: Address, match: str) -> Key:
    """Return what tells addresses apart: what a request's host and path meet."""
    return (*authority(address), match if address.is_web else "")


def check_addresses_are_free(
    wanted: Sequence[Wanted], *, actor: Actor, besides: Iterable[UUID] = ()
) -> None:
    """Refuse an address that another route has.

    Raises:
        RouteAddressTakenError: it names both routes, if the actor sees the other.
    """
    taken: dict[Key, str] = {}
    excluded = set(besides)
    for route in _neighbors(wanted):
        if route.pk not in excluded:
            key = key_of(parse_from(route.from_url), route.match)
            taken[key] = _name(route, actor)
    for one in wanted:
        other = taken.get(one.key)
        if other is not None:
            text = f"{other} already has the address {one.address.url}"
            if one.match:
                text += f" with {one.match.replace(':', ' ', 1)}"
            raise RouteAddressTakenError(
                gettext("`%(name)s` can't be saved: %(text)s")
                % {"name": one.name, "text": text},
                fields={"from": [text]},
            )
        taken[one.key] = f"`{one.name}`"


def _name(route: Route, actor: Actor) -> str:
    if access.can(actor, Permission.ROUTE_VIEW, route.namespace):
        return f"`{route.name}` in {route.namespace.name}"
    return "a route of another namespace"


def _neighbors(wanted: Sequence[Wanted]) -> Iterable[Route]:
    hosts = sorted({host for one in wanted for host in one.address.hosts})
    rows = Route.objects.select_related("namespace")
    for start in range(0, len(hosts), BATCH):
        yield from rows.filter(host__in=hosts[start : start + BATCH])
    if any(one.address.targets for one in wanted):
        # The same target may be reached through another proxy's name.
        yield from rows.filter(other_hosts__gt="").exclude(host__in=hosts)
