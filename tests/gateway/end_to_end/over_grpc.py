"""Makes an Envoy ask over gRPC, as an operator with an Envoy of their own might."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.envoy.filters import EXT_AUTHZ
from gateway.envoy.values import typed
from tests.gateway.authorizer.processes import TOKEN

CLUSTER = "authorizer-grpc"


def asking_over_grpc(files: Mapping[str, bytes], address: str) -> dict[str, bytes]:
    """Return Envoy's files, changed so that it asks an authorizer over gRPC."""
    changed = {name: json.loads(content) for name, content in files.items()}
    for one in _dictionaries(changed):
        if one.get("name") == EXT_AUTHZ and "http_service" in one["typed_config"]:
            one["typed_config"] = _filter()
        for route in one.get("routes", ()):
            _tell_route(route)
    changed["clusters.json"]["resources"].append(_cluster(address))
    return {name: json.dumps(value).encode() for name, value in changed.items()}


def _dictionaries(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _dictionaries(one)


def _filter() -> dict[str, Any]:
    return typed(
        "extensions.filters.http.ext_authz.v3.ExtAuthz",
        {
            "transport_api_version": "V3",
            "failure_mode_allow": False,
            "status_on_error": {"code": "ServiceUnavailable"},
            "include_peer_certificate": True,
            "encode_raw_headers": True,
            "grpc_service": {
                "envoy_grpc": {"cluster_name": CLUSTER},
                "timeout": "20s",
                "initial_metadata": [{"key": "x-postern-token", "value": TOKEN}],
            },
        },
    )


def _tell_route(route: dict[str, Any]) -> None:
    """Name the route where no client can."""
    by_filter = route.setdefault("typed_per_filter_config", {})
    if EXT_AUTHZ not in by_filter:
        by_filter[EXT_AUTHZ] = typed(
            "extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute",
            {"check_settings": {"context_extensions": {"route_id": route["name"]}}},
        )


def _cluster(address: str) -> dict[str, Any]:
    host, _, port = address.rpartition(":")
    place = {"socket_address": {"address": host, "port_value": int(port)}}
    return {
        "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
        "name": CLUSTER,
        "type": "STATIC",
        "connect_timeout": "10s",
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
                "extensions.upstreams.http.v3.HttpProtocolOptions",
                {"explicit_http_config": {"http2_protocol_options": {}}},
            )
        },
        "load_assignment": {
            "cluster_name": CLUSTER,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": place}}]}],
        },
    }
