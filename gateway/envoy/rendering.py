"""From a snapshot to files: what Envoy reads, and one whole file to validate."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gateway.snapshot import settings_at
from routes.validation.secrets import put_secrets

from .actions import closed_route, route_of
from .clusters import cluster_of
from .filters import AUTHORIZER, ROUTES, own_paths
from .headers import claim_headers, filled_by_authorizer
from .listeners import listener, server_secrets
from .matching import address_of, virtual_hosts
from .upstream_tls import client_secret, file_source
from .values import Json, RenderError, socket_address, typed

if TYPE_CHECKING:
    from gateway.snapshot import RouteDocument, Snapshot

    from .matching import Host
    from .options import Options

MAX_RESPONSE_BODY = 256 * 1024
ADMIN_SOCKET = "admin.sock"
Unseal = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Problem:
    """A route that is left closed, and why."""

    route_id: str
    route_name: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """All resources for one Envoy. `problems` are the routes that are left closed."""

    options: Options
    listener: Json
    route_configuration: Json
    clusters: tuple[Json, ...]
    secrets: tuple[Json, ...]
    problems: tuple[Problem, ...]

    def files(self) -> dict[str, bytes]:
        """Return every file by name, in the order in which they may be replaced.

        Secrets first, then what refers to them; routes refer to clusters, so they
        come last, and clusters that nobody needs any more do no harm.
        """
        named: dict[str, Any] = {
            f"secret-{one['name']}.json": {"resources": [one]} for one in self.secrets
        }
        clusters = [typed("config.cluster.v3.Cluster", one) for one in self.clusters]
        named["clusters.json"] = {"resources": clusters}
        named["routes.json"] = {"resources": [self.route_configuration]}
        named["listeners.json"] = {"resources": [self.listener]}
        named["bootstrap.json"] = self._bootstrap()
        return {name: _bytes(value) for name, value in named.items()}

    def for_validation(self) -> bytes:
        """Return everything as one static configuration: Envoy validates no others."""
        whole = json.loads(_bytes(self.listener))
        manager = whole["filter_chains"][0]["filters"][0]["typed_config"]
        del manager["rds"], whole["@type"]
        manager["route_config"] = {
            **self.route_configuration,
            "validate_clusters": True,
        }
        del manager["route_config"]["@type"]
        whole["address"]["socket_address"]["port_value"] = 0
        static = {
            "listeners": [whole],
            "clusters": list(self.clusters),
            "secrets": [_without_type(one) for one in self.secrets],
        }
        text = _bytes({**_base(), "static_resources": static})
        return _with_static_secrets(json.loads(text))

    def _bootstrap(self) -> Json:
        folder = self.options.folder
        return {
            **_base(),
            # Relative to the folder, where Envoy runs: sockets' paths must be short.
            "admin": {"address": {"pipe": {"path": ADMIN_SOCKET, "mode": 0o600}}},
            "dynamic_resources": {
                "lds_config": file_source(f"{folder}/listeners.json", folder),
                "cds_config": file_source(f"{folder}/clusters.json", folder),
            },
        }


def _base() -> Json:
    return {
        "node": {"id": "postern", "cluster": "postern"},
        "layered_runtime": {
            "layers": [
                {
                    "name": "static",
                    "static_layer": {
                        # A route's expression is limited by its length already.
                        "re2.max_program_size.error_level": 1_000_000,
                        "overload.global_downstream_max_connections": 50_000,
                    },
                }
            ]
        },
    }


def _bytes(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _without_type(resource: Json) -> Json:
    return {key: value for key, value in resource.items() if key != "@type"}


def _with_static_secrets(value: Any) -> bytes:
    """Let configurations of secrets name the static ones, whose files aren't there."""

    def walk(held: Any) -> Any:
        if isinstance(held, dict):
            return {k: walk(v) for k, v in held.items() if k != "sds_config"}
        return [walk(one) for one in held] if isinstance(held, list) else held

    return _bytes(walk(value))


def render(
    snapshot: Snapshot,
    options: Options,
    *,
    unseal: Unseal,
    closed: Mapping[str, str] = MappingProxyType({}),
) -> Rendered:
    """Return Envoy's resources for a snapshot.

    `unseal` opens an envelope. Routes whose ids are in `closed`, each with its reason,
    and those that can't be rendered answer 503 to whoever may open them.
    """
    work = _Work(snapshot, options, unseal)
    ordered = sorted(snapshot.routes.values(), key=lambda one: one.id)
    served = [one for one in ordered if work.is_served(one)]
    hosts = virtual_hosts(served)
    made = {
        one.id: work.closed(one, closed[one.id])
        if one.id in closed
        else work.route(one)
        for one in served
    }
    return Rendered(
        options=options,
        listener=listener(
            options,
            filled=[
                *filled_by_authorizer(one.settings for one in served),
                *claim_headers(map(work.defaults, {r.namespace_id for r in served})),
            ],
            client_authorities=[
                one.settings["tls_downstream_client_ca"]
                for one in served
                if one.settings.get("tls_downstream_client_ca")
            ],
        ),
        route_configuration=_route_configuration(hosts, made, options),
        clusters=(_authorizers(options), *work.clusters),
        secrets=(*server_secrets(options), *work.secrets),
        problems=tuple(work.problems),
    )


def _route_configuration(
    hosts: Iterable[Host], made: Mapping[str, Json], options: Options
) -> Json:
    own = own_paths(options)
    return typed(
        "config.route.v3.RouteConfiguration",
        {
            "name": ROUTES,
            "max_direct_response_body_size_bytes": MAX_RESPONSE_BODY,
            "virtual_hosts": [
                {
                    "name": host.name,
                    "domains": host.domains,
                    "routes": [*own, *(made[route.id] for route in host.routes)],
                }
                for host in hosts
            ],
        },
    )


class _Work:
    """What comes of the routes, one after the other."""

    def __init__(self, snapshot: Snapshot, options: Options, unseal: Unseal) -> None:
        self.options = options
        self.unseal = unseal
        self.defaults = lru_cache(maxsize=None)(
            lambda place: settings_at(snapshot.settings, place)
        )
        self.clusters: list[Json] = []
        self.secrets: list[Json] = []
        self.problems: list[Problem] = []

    def is_served(self, route: RouteDocument) -> bool:
        """Answer whether the route has a host that Envoy can serve."""
        try:
            address_of(route)
        except RenderError as error:
            self.problems.append(Problem(route.id, route.name, str(error)))
            return False
        return True

    def route(self, route: RouteDocument) -> Json:
        """Return a route as Envoy has it, closed if that can't be."""
        try:
            settings = self._settings(route)
            made = route_of(route, settings, self.defaults(route.namespace_id))
            if "route" in made:
                secret = client_secret(route, settings)
                cluster = cluster_of(route, settings, self.options)
                self.clusters.append(cluster)
                self.secrets += [secret] if secret else []
        except (ValueError, KeyError, TypeError) as error:
            return self.closed(route, str(error) or "its settings can't be read")
        return made

    def closed(self, route: RouteDocument, text: str) -> Json:
        """Return a route that only says that it is out of order."""
        self.problems.append(Problem(route.id, route.name, text))
        return closed_route(route)

    def _settings(self, route: RouteDocument) -> dict[str, Any]:
        opened = {
            path: self.unseal(envelope) for path, envelope in route.sealed.items()
        }
        return put_secrets(route.settings, opened)


def _authorizers(options: Options) -> Json:
    endpoints = []
    for place in options.authorizers:
        host, _, port = place.rpartition(":")
        address = socket_address(host, int(port))
        endpoints.append({"endpoint": {"address": address}})
    return {
        "name": AUTHORIZER,
        "connect_timeout": f"{options.authorizer_seconds:g}s",
        "type": "STATIC",
        "lb_policy": "LEAST_REQUEST",
        "load_assignment": {
            "cluster_name": AUTHORIZER,
            "endpoints": [{"lb_endpoints": endpoints}],
        },
    }
