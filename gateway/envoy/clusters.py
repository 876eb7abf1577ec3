"""Where a route's requests go: upstreams, their choice, health and limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from routes.validation.addresses import split_url
from routes.validation.hosts import split_port

from .actions import cluster_name
from .upstream_tls import transport_socket
from .values import Json, RenderError, is_address, socket_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.snapshot import RouteDocument

    from .options import Options

PROTOCOLS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
TLS_SCHEMES = ("https", "https+unix")
SOCKETS = ("unix", "https+unix")
ONLY_CORE_UPSTREAMS = ("tcp", "udp", "ssh")
PORTS = {"https": 443}
IN_FRONT_OF_TLS = "envoy.transport_socket_match"
# Envoy wants both thresholds; so many are usual.
THRESHOLDS = {"unhealthy_threshold": 3, "healthy_threshold": 2}


@dataclass(frozen=True, slots=True)
class Upstream:
    """An entry of `to`, taken apart. `authority` is its host as the upstream has it."""

    scheme: str
    authority: str
    host: str
    port: int
    path: str
    weight: int | None

    @property
    def is_tls(self) -> bool:
        """The connection is encrypted."""
        return self.scheme in TLS_SCHEMES


def upstreams_of(settings: Mapping[str, Any]) -> list[Upstream]:
    """Return the upstreams of a route's settings.

    Raises:
        RenderError: there is one that Envoy can't reach.
    """
    return [_upstream(text) for text in settings["to"]]


def _upstream(text: str) -> Upstream:
    url, comma, weight = text.partition(",")
    parts = split_url(url)
    scheme = parts["scheme"].lower()
    if scheme in ONLY_CORE_UPSTREAMS:
        raise RenderError(f"{scheme} upstreams are served by a Pomerium Core only")
    number = int(weight) if comma else None
    if scheme in SOCKETS:
        return Upstream(scheme, "localhost", "", 0, parts["path"], number)
    host, port = split_port(parts["authority"])
    default = PORTS.get(scheme, 80)
    return Upstream(
        scheme, parts["authority"], host, port or default, parts["path"], number
    )


def cluster_of(
    route: RouteDocument, settings: Mapping[str, Any], options: Options
) -> Json:
    """Return the cluster of a route that has upstreams."""
    upstreams = [_resolved(one, options) for one in upstreams_of(settings)]
    name = cluster_name(route)
    made: Json = {
        "name": name,
        "alt_stat_name": name,
        "connect_timeout": f"{options.connect_seconds:g}s",
        # A name that doesn't resolve must not hold up the other routes.
        "wait_for_warm_on_init": False,
        **_discovery([address for _, address in upstreams]),
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [_endpoint(*one) for one in upstreams]}],
        },
        "lb_policy": settings.get("load_balancing_policy") or "ROUND_ROBIN",
        "typed_extension_protocol_options": {PROTOCOLS: _protocol(settings)},
        **_tls([one for one, _ in upstreams], route, settings, options),
        **_health(settings),
    }
    if settings.get("circuit_breaker_thresholds"):
        limits = dict(settings["circuit_breaker_thresholds"])
        made["circuit_breakers"] = {"thresholds": [limits]}
    return made


def _resolved(upstream: Upstream, options: Options) -> tuple[Upstream, Json]:
    """Return an upstream with the address where it is found."""
    if upstream.scheme in SOCKETS:
        return upstream, {"pipe": {"path": upstream.path}}
    for suffix, place in options.resolve.items():
        if upstream.host == suffix or (
            suffix.startswith(".") and upstream.host.endswith(suffix)
        ):
            host, _, port = place.rpartition(":")
            return upstream, socket_address(host, int(port))
    host = "127.0.0.1" if upstream.host == "localhost" else upstream.host
    return upstream, socket_address(host, upstream.port)


def _discovery(addresses: list[Json]) -> Json:
    fixed = all(
        "pipe" in one or is_address(one["socket_address"]["address"])
        for one in addresses
    )
    if fixed:
        return {"type": "STATIC"}
    return {
        "type": "STRICT_DNS",
        "respect_dns_ttl": True,
        "dns_lookup_family": "V4_PREFERRED",
    }


def _endpoint(upstream: Upstream, address: Json) -> Json:
    made: Json = {"endpoint": {"address": address, "hostname": upstream.authority}}
    if upstream.weight is not None:
        made["load_balancing_weight"] = upstream.weight
    if upstream.is_tls:
        marks = {_mark(upstream): True}
        made["metadata"] = {"filter_metadata": {IN_FRONT_OF_TLS: marks}}
    return made


def _mark(upstream: Upstream) -> str:
    return f"tls-{upstream.host or 'socket'}"


def _tls(
    upstreams: list[Upstream],
    route: RouteDocument,
    settings: Mapping[str, Any],
    options: Options,
) -> Json:
    """Return how connections are encrypted, for each name that is spoken to."""
    encrypted = {_mark(one): one for one in upstreams if one.is_tls}
    if not encrypted:
        return {}
    sockets = {
        mark: transport_socket(one.host, route, settings, options)
        for mark, one in encrypted.items()
    }
    matches = [
        {"name": mark, "match": {mark: True}, "transport_socket": socket}
        for mark, socket in sockets.items()
    ]
    made: Json = {"transport_socket_matches": matches}
    if all(one.is_tls for one in upstreams):
        # Envoy looks at this one when it decides about HTTP/2.
        made["transport_socket"] = matches[0]["transport_socket"]
    return made


def _protocol(settings: Mapping[str, Any]) -> Json:
    """Return which HTTP is spoken: HTTP/2 where both sides can and nothing upgrades."""
    schemes = {one.partition(":")[0] for one in settings["to"]}
    made: Json = {"@type": f"type.googleapis.com/{PROTOCOLS}"}
    upgrades = settings.get("allow_websockets") or settings.get("allow_spdy")
    if schemes == {"h2c"}:
        return made | {"explicit_http_config": {"http2_protocol_options": {}}}
    if schemes <= set(TLS_SCHEMES) and not upgrades:
        return made | {"auto_config": {}}
    return made | {"explicit_http_config": {"http_protocol_options": {}}}


def _health(settings: Mapping[str, Any]) -> Json:
    made: Json = {}
    if settings.get("health_checks"):
        made["health_checks"] = [THRESHOLDS | one for one in settings["health_checks"]]
    if settings.get("outlier_detection") is not None:
        made["outlier_detection"] = dict(settings["outlier_detection"])
    if settings.get("healthy_panic_threshold") is not None:
        percent = {"value": settings["healthy_panic_threshold"]}
        made["common_lb_config"] = {"healthy_panic_threshold": percent}
    return made
