"""The HTTP filters of the listener: above all, that each request is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .headers import LUA, REWRITE_SCRIPT, early_mutations
from .options import OWN_HEADERS
from .upstream_tls import file_source
from .values import Json, exactly, extension, set_headers, typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .options import Options

EXT_AUTHZ = "envoy.filters.http.ext_authz"
AUTHORIZER = "postern-authorizer"
CHECK_PREFIX = "/check"
ROUTES = "postern"
# Of the connection, not of the request: the question is a request of its own.
HOP_BY_HOP = (
    *("connection", "expect", "keep-alive", "proxy-connection"),
    *("te", "transfer-encoding", "upgrade"),
)
TO_CLIENTS = (
    *("cache-control", "content-language", "content-security-policy", "content-type"),
    *("expires", "location", "referrer-policy", "retry-after", "set-cookie", "vary"),
    *("www-authenticate", "x-content-type-options", "x-frame-options"),
)
"""Headers of a refusal; others are between Envoy and the authorizer."""
TO_CLIENTS_PREFIXES = ("access-control-", "x-pomerium-")
FROM_AUTHORIZER = ("authorization", "cookie", "x-serverless-authorization")
FROM_AUTHORIZER_PREFIXES = ("x-pomerium-", "impersonate-")
FACTS = {
    OWN_HEADERS + "client-ip": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    OWN_HEADERS + "upgrade": "%REQ(UPGRADE)%",
    OWN_HEADERS + "client-cert": "%DOWNSTREAM_PEER_CERT%",
}
"""What the authorizer is told of a request, and can't be told by a client."""
MAX_BODY = 1024 * 1024


def facts(options: Options) -> dict[str, str]:
    """Return the headers of a question, besides the route."""
    return {**FACTS, OWN_HEADERS + "token": options.proxy_token.replace("%", "%%")}


def ext_authz(options: Options, filled: Sequence[str]) -> Json:
    """Return the filter that asks an authorizer; without an answer, nobody gets in.

    `filled` are further headers whose values authorizers may give. The route is told
    by the name of what Envoy matched, and is not chosen again afterwards.
    """
    asked = {OWN_HEADERS + "route": "%ROUTE_NAME%", **facts(options)}
    passed = _named((*FROM_AUTHORIZER, *filled), FROM_AUTHORIZER_PREFIXES)
    return extension(
        EXT_AUTHZ,
        "extensions.filters.http.ext_authz.v3.ExtAuthz",
        {
            "transport_api_version": "V3",
            "failure_mode_allow": False,
            "clear_route_cache": False,
            "status_on_error": {"code": "ServiceUnavailable"},
            "allowed_headers": {"patterns": [{"safe_regex": {"regex": ".*"}}]},
            "disallowed_headers": {"patterns": exactly(HOP_BY_HOP)},
            "http_service": {
                "server_uri": {
                    "uri": f"http://{AUTHORIZER}",
                    "cluster": AUTHORIZER,
                    "timeout": f"{options.authorizer_seconds:g}s",
                },
                "path_prefix": CHECK_PREFIX,
                "authorization_request": {
                    "headers_to_add": [
                        {"key": name, "value": value} for name, value in asked.items()
                    ]
                },
                "authorization_response": {
                    "allowed_upstream_headers": {"patterns": passed},
                    "allowed_client_headers": {
                        "patterns": _named(TO_CLIENTS, TO_CLIENTS_PREFIXES)
                    },
                    "allowed_client_headers_on_success": {
                        "patterns": exactly(["set-cookie"])
                    },
                },
            },
        },
    )


def _named(names: Iterable[str], prefixes: Iterable[str]) -> list[Json]:
    begun = ({"prefix": one, "ignore_case": True} for one in prefixes)
    return [*exactly(names), *begun]


def robots_replies() -> Json:
    """Return how a refused `/robots.txt` becomes an answer that robots understand.

    Only a 200 of the authorizer means that a request may go on, so it refuses with
    the text that robots are to read. Its faults (5xx) stay what they are, and so does
    a refusal of Kubernetes' probes.
    """
    path = {"safe_regex": {"regex": r"/robots\.txt(\?.*)?"}}
    refused: list[Json] = [
        {"response_flag_filter": {"flags": ["UAEX"]}},
        {
            "status_code_filter": {
                "comparison": {
                    "op": "LE",
                    "value": {"default_value": 499, "runtime_key": "postern.robots"},
                }
            }
        },
        {"header_filter": {"header": {"name": ":path", "string_match": path}}},
        {
            "header_filter": {
                "header": {
                    "name": "user-agent",
                    "string_match": {"contains": "kubernetes/"},
                    "invert_match": True,
                    "treat_missing_header_as_empty": True,
                }
            }
        },
    ]
    return {
        "mappers": [
            {"filter": {"and_filter": {"filters": refused}}, "status_code": 200}
        ]
    }


def not_asked() -> Json:
    """Return the part of a route about which nobody is asked."""
    off = typed(
        "extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute", {"disabled": True}
    )
    return {"typed_per_filter_config": {EXT_AUTHZ: off}}


def own_paths(options: Options) -> list[Json]:
    """Return the routes of each host that the authorizer serves itself."""
    matches: list[Json] = [{"path": path} for path in ("/ping", "/healthz")]
    for path in ("/.pomerium", "/.well-known/pomerium"):
        matches += [{"path": path}, {"prefix": f"{path}/"}]
    return [
        {
            "name": f"own-{position}",
            "match": match,
            "route": {"cluster": AUTHORIZER, "timeout": "30s"},
            "request_headers_to_add": set_headers(facts(options)),
            **not_asked(),
        }
        for position, match in enumerate(matches)
    ]


def connection_manager(options: Options, filled: Sequence[str]) -> Json:
    """Return the filter that reads HTTP: one meaning for each request, or none."""
    return typed(
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        {
            "stat_prefix": "ingress",
            "codec_type": options.codec,
            "rds": {
                "route_config_name": ROUTES,
                "config_source": file_source(
                    f"{options.folder}/routes.json", options.folder
                ),
            },
            "use_remote_address": True,
            "xff_num_trusted_hops": options.trusted_hops,
            "normalize_path": True,
            "merge_slashes": True,
            "path_with_escaped_slashes_action": "REJECT_REQUEST",
            "strip_trailing_host_dot": True,
            "forward_client_cert_details": "SANITIZE",
            "server_header_transformation": "PASS_THROUGH",
            "max_request_headers_kb": 128,
            "common_http_protocol_options": {
                "headers_with_underscores_action": "REJECT_REQUEST",
                "idle_timeout": options.idle,
                "max_headers_count": 1000,
                # Without a limit when it is 0 s, which Envoy would take at its word.
                **({} if options.stream == "0s" else _ends_after(options.stream)),
            },
            "stream_idle_timeout": "300s",
            "request_timeout": options.request,
            "request_headers_timeout": "30s",
            "http_protocol_options": {"accept_http_10": False},
            "local_reply_config": robots_replies(),
            "early_header_mutation_extensions": [
                extension(
                    "postern.early_headers",
                    "extensions.http.early_header_mutation.header_mutation.v3"
                    ".HeaderMutation",
                    {"mutations": early_mutations(trusted_hops=options.trusted_hops)},
                )
            ],
            "http_filters": [ext_authz(options, filled), _lua(), _router()],
        },
    )


def _ends_after(duration: str) -> Json:
    return {"max_stream_duration": duration}


def _lua() -> Json:
    script = {"default_source_code": {"inline_string": REWRITE_SCRIPT}}
    return extension(LUA, "extensions.filters.http.lua.v3.Lua", script) | {
        "disabled": True
    }


def _router() -> Json:
    return extension(
        "envoy.filters.http.router",
        "extensions.filters.http.router.v3.Router",
        {"suppress_envoy_headers": True},
    )
