"""The messages of Pomerium Core that a publisher needs, by their field numbers.

One line for each field: number, name, type. `optional` tells "not set" from empty;
`repeated` is a list. Enumerations are numbers here. Core's health checks and outlier
detection have the fields of Envoy's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from envoy.config.cluster.v3 import outlier_detection_pb2
from envoy.config.core.v3 import health_check_pb2
from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    message_factory,
    timestamp_pb2,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE: Final = "postern.core"
TABLE: Final = """
Record
  1 version uint64
  2 type string
  3 id string
  4 data .google.protobuf.Any
  5 modified_at .google.protobuf.Timestamp
  6 deleted_at .google.protobuf.Timestamp
Versions
  1 server_version uint64
  2 latest_record_version uint64
PutRequest
  1 records repeated Record
PutResponse
  1 server_version uint64
  2 records repeated Record
ServerInfoResponse
  1 server_version uint64
  2 earliest_record_version uint64
  3 latest_record_version uint64
SyncLatestRequest
  1 type string
SyncLatestResponse
  1 record Record
  2 versions Versions
Config
  1 name string
  2 routes repeated Route
  3 settings Settings
Settings
  3 log_level optional string
  9 certificates repeated Certificate
  11 timeout_read .google.protobuf.Duration
  12 timeout_write .google.protobuf.Duration
  13 timeout_idle .google.protobuf.Duration
  16 cookie_name optional string
  18 cookie_domain optional string
  20 cookie_http_only optional bool
  21 cookie_expire .google.protobuf.Duration
  39 default_upstream_timeout .google.protobuf.Duration
  63 jwt_claims_headers map
  69 set_response_headers map
  73 codec_type optional int32
  85 primary_color optional string
  87 darkmode_primary_color optional string
  89 logo_url optional string
  90 favicon_url optional string
  91 error_message_first_paragraph optional string
  113 cookie_same_site optional string
  114 access_log_fields StringList
  115 authorize_log_fields StringList
  116 downstream_mtls DownstreamMtls
  117 pass_identity_headers optional bool
  119 jwt_groups_filter repeated string
  139 jwt_issuer_format optional int32
DownstreamMtls
  1 ca optional string
  3 enforcement optional int32
Certificate
  3 cert_bytes bytes
  4 key_bytes bytes
  5 id string
Policy
  1 id optional string
  2 name optional string
  6 rego repeated string
  8 explanation optional string
  9 remediation optional string
  10 source_ppl optional string
StringList
  1 values repeated string
Redirect
  1 https_redirect optional bool
  2 scheme_redirect optional string
  3 host_redirect optional string
  4 port_redirect optional uint32
  5 path_redirect optional string
  6 prefix_rewrite optional string
  7 response_code optional int32
  8 strip_query optional bool
DirectResponse
  1 status uint32
  2 body string
RewriteHeader
  1 header string
  2 value string
  3 prefix string
CircuitBreakerThresholds
  1 max_connections optional uint32
  2 max_pending_requests optional uint32
  3 max_requests optional uint32
  4 max_retries optional uint32
  5 max_connection_pools optional uint32
Mcp
  1 server McpServer
  2 client McpClient
McpServer
  1 upstream_oauth2 UpstreamOAuth2
  2 max_request_bytes optional uint32
  3 path optional string
  4 authorization_server_url optional string
McpClient
UpstreamOAuth2
  1 client_id string
  2 client_secret string
  3 oauth2_endpoint OAuth2Endpoint
  4 scopes repeated string
  5 authorization_url_params map
OAuth2Endpoint
  1 auth_url string
  2 token_url string
  3 auth_style optional int32
PplPolicy
  1 raw bytes
UpstreamTunnel
  1 ssh_policy PplPolicy
  2 ssh_policy_rego repeated string
SessionRecording
  1 enabled bool
Route
  1 name optional string
  2 from string
  3 to repeated string
  7 prefix string
  8 path string
  9 regex string
  12 timeout .google.protobuf.Duration
  13 allow_websockets bool
  14 tls_skip_verify bool
  15 tls_server_name string
  16 tls_custom_ca string
  18 tls_client_cert string
  19 tls_client_key string
  22 set_request_headers map
  23 remove_request_headers repeated string
  24 preserve_host_header bool
  25 pass_identity_headers optional bool
  26 kubernetes_service_account_token string
  27 policies repeated Policy
  28 id optional string
  29 prefix_rewrite string
  30 regex_rewrite_pattern string
  31 regex_rewrite_substitution string
  34 redirect Redirect
  37 load_balancing_weights repeated uint32
  38 tls_downstream_client_ca string
  40 rewrite_response_headers repeated RewriteHeader
  41 set_response_headers map
  42 enable_google_cloud_serverless_authentication bool
  43 idle_timeout .google.protobuf.Duration
  44 allow_spdy bool
  50 host_rewrite optional string
  51 host_rewrite_header optional string
  52 host_path_regex_rewrite_pattern optional string
  53 host_path_regex_rewrite_substitution optional string
  55 idp_client_id optional string
  56 idp_client_secret optional string
  57 tls_upstream_server_name string
  58 tls_downstream_server_name string
  59 show_error_details bool
  60 tls_upstream_allow_renegotiation bool
  61 regex_priority_order optional int64
  62 response DirectResponse
  64 kubernetes_service_account_token_file string
  65 jwt_issuer_format optional int32
  66 jwt_groups_filter repeated string
  67 description optional string
  68 logo_url optional string
  69 idp_access_token_allowed_audiences StringList
  70 bearer_token_format optional int32
  71 depends_on repeated string
  72 mcp Mcp
  73 circuit_breaker_thresholds CircuitBreakerThresholds
  74 upstream_tunnel UpstreamTunnel
  76 outlier_detection .envoy.config.cluster.v3.OutlierDetection
  77 health_checks repeated .envoy.config.core.v3.HealthCheck
  78 load_balancing_policy optional int32
  79 healthy_panic_threshold optional int32
  80 namespace_id optional string
  89 jwt_groups_filter_infer_from_ppl optional bool
  93 allow_upgrades StringList
  94 session_recording SessionRecording
  95 identity_providers repeated string
ServiceAccount
  1 id string
  2 user_id string
  3 expires_at .google.protobuf.Timestamp
  9 description optional string
  11 originator_id optional string
"""
_SCALARS: Final = {
    "string": 9,
    "bytes": 12,
    "bool": 8,
    "int32": 5,
    "int64": 3,
    "uint32": 13,
    "uint64": 4,
}
_MESSAGE, _OPTIONAL, _REPEATED = 11, 1, 3
_IMPORTED: Final = (
    any_pb2,
    duration_pb2,
    timestamp_pb2,
    health_check_pb2,
    outlier_detection_pb2,
)


def _file() -> descriptor_pb2.FileDescriptorProto:
    """Return the table as protobuf describes a file."""
    file = descriptor_pb2.FileDescriptorProto(
        name="postern/core.proto", package=PACKAGE, syntax="proto3"
    )
    file.dependency.extend(one.DESCRIPTOR.name for one in _IMPORTED)
    message: Any = None
    for line in TABLE.strip().splitlines():
        if line.startswith(" "):
            _add_field(message, *line.split())
        else:
            message = file.message_type.add(name=line)
    return file


def _add_field(message: Any, number: str, name: str, *words: str) -> None:
    kind = words[-1]
    is_repeated = words[0] == "repeated" or kind == "map"
    made = message.field.add(
        name=name,
        number=int(number),
        label=_REPEATED if is_repeated else _OPTIONAL,
        json_name=name,
    )
    if kind == "map":
        kind = _add_map(message, name)
    if kind in _SCALARS:
        made.type = _SCALARS[kind]
    else:
        made.type = _MESSAGE
        made.type_name = kind if kind.startswith(".") else f".{PACKAGE}.{kind}"
    if words[0] == "optional":
        made.proto3_optional = True
        made.oneof_index = len(message.oneof_decl)
        message.oneof_decl.add(name=f"_{name}")


def _add_map(message: Any, name: str) -> str:
    """Add the entries of a map from text to text; return their type."""
    entry = "".join(word.capitalize() for word in name.split("_")) + "Entry"
    nested = message.nested_type.add(name=entry)
    nested.options.map_entry = True
    for number, one in enumerate(("key", "value"), start=1):
        nested.field.add(
            name=one, number=number, type=_SCALARS["string"], label=_OPTIONAL
        )
    return f"{message.name}.{entry}"


def _classes() -> Iterator[tuple[str, Any]]:
    file = _file()
    pool = descriptor_pool.Default()
    pool.Add(file)
    for message in file.message_type:
        found = pool.FindMessageTypeByName(f"{PACKAGE}.{message.name}")
        yield message.name, message_factory.GetMessageClass(found)


MESSAGES: Final[dict[str, Any]] = dict(_classes())
Record: Final = MESSAGES["Record"]
PutRequest: Final = MESSAGES["PutRequest"]
PutResponse: Final = MESSAGES["PutResponse"]
ServerInfoResponse: Final = MESSAGES["ServerInfoResponse"]
SyncLatestRequest: Final = MESSAGES["SyncLatestRequest"]
SyncLatestResponse: Final = MESSAGES["SyncLatestResponse"]
Config: Final = MESSAGES["Config"]
Settings: Final = MESSAGES["Settings"]
Route: Final = MESSAGES["Route"]
Policy: Final = MESSAGES["Policy"]
ServiceAccount: Final = MESSAGES["ServiceAccount"]
