"""Which requests a route takes: hosts, path conditions, and the order among routes.

The order is Core's, as `routes.validation.overlaps` has it for people to read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from routes.validation.addresses import Address, parse_from
from routes.validation.overlaps import Place, matching_order
from routes.validation.paths import settings_of_match
from routes.validation.problems import UnusableError

from .values import Json, RenderError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.snapshot import RouteDocument

CATCH_ALL = "*"
ONLY_CORE = {
    "ssh": "SSH is served by a Pomerium Core only",
    "tcp+https": "tunnels are served by a Pomerium Core only",
    "udp+https": "tunnels are served by a Pomerium Core only",
}


@dataclass(slots=True)
class Host:
    """A virtual host to be: its domains and its routes, in the order of asking."""

    name: str
    domains: list[str]
    routes: list[RouteDocument] = field(default_factory=list)


def address_of(route: RouteDocument) -> Address:
    """Return the parsed `from` of a route.

    Raises:
        RenderError: it can't be served by Envoy.
    """
    try:
        address = parse_from(route.from_url)
    except UnusableError as error:
        raise RenderError(f"from: {error}") from error
    if address.scheme in ONLY_CORE:
        raise RenderError(ONLY_CORE[address.scheme])
    return address


def in_order(routes: Iterable[RouteDocument]) -> list[RouteDocument]:
    """Return routes in the order in which they are asked."""
    by_id = {route.id: route for route in routes}
    places = matching_order(
        Place(
            id=route.id,
            name=route.name,
            from_url=route.from_url,
            match=route.match,
            regex_priority_order=route.settings.get("regex_priority_order"),
        )
        for route in by_id.values()
    )
    return [by_id[place.id] for place in places]


def virtual_hosts(routes: Iterable[RouteDocument]) -> list[Host]:
    """Return the virtual hosts, the one for everything else last.

    Routes of a wildcard are in that last one only: a host that any route names never
    falls through to a wildcard.
    """
    hosts: dict[str, Host] = {}
    rest = Host("catch-all", [CATCH_ALL])
    for route in in_order(routes):
        address = address_of(route)
        if address.is_wildcard:
            rest.routes.append(route)
            continue
        for name in _names(route, address):
            host = hosts.setdefault(name, Host(name, _domains(name)))
            host.routes.append(route)
    return [*(hosts[name] for name in sorted(hosts)), rest]


def _names(route: RouteDocument, address: Address) -> list[str]:
    """Return the authorities that a route answers to."""
    port = f":{address.port}" if address.port else ""
    return [
        f"{host}{port}" for host in dict.fromkeys((address.host, *route.other_hosts))
    ]


def _domains(name: str) -> list[str]:
    """Return the domains of an authority: without a port, it is for any port."""
    has_port = name.rpartition("]")[2].find(":") >= 0
    return [name] if has_port else [name, f"{name}:*"]


def match_of(route: RouteDocument, address: Address) -> Json:
    """Return the condition on a request of the route's host."""
    match = _path_match(route.match)
    if address.is_wildcard:
        match["headers"] = [
            {
                "name": ":authority",
                "string_match": {"safe_regex": {"regex": wildcard_regex(address)}},
            }
        ]
    return match


def _path_match(match: str) -> Json:
    condition = settings_of_match(match)
    if "regex" in condition:
        return {"safe_regex": {"regex": condition["regex"]}}
    if "path" in condition:
        return {"path": condition["path"]}
    return {"prefix": condition.get("prefix", "/")}


def wildcard_regex(address: Address) -> str:
    """Return the expression for a wildcard's hosts; the `*` spans dots, as in Core."""
    tail = re.escape(address.host[1:]).replace(r"\-", "-")
    port = f":{address.port}" if address.port else "(:[0-9]+)?"
    return f"(?i).+{tail}{port}"
