"""Core's global settings: what an import leaves alone, and why.

The console manages routes and policies; how the proxy runs stays in its own
configuration. No value of these keys is ever read, kept or shown.
"""

from collections.abc import Iterator

from policies.texts import worded

RUNS = worded(
    "says how the proxy process runs; it stays in the proxy's own configuration"
)
SIGN_IN = worded(
    "connects the proxy with your identity provider; it stays in its configuration"
)
SECRET = worded("is a secret of the proxy; keep it there")
CERTIFICATES = worded("gives the proxy its certificates; it stays in its configuration")
STORAGE = worded("says where the proxy keeps its data; it stays in its configuration")
TELEMETRY = worded(
    "is about logs, metrics and traces of the proxy; it stays in its configuration"
)
CLIENTS = worded(
    "asks every visitor for a client certificate; routes are imported without it, so "
    "keep it in the proxy's configuration"
)
EVERY_ROUTE = worded(
    "holds for every route; set it on the routes that need it, or keep it in the "
    "proxy's configuration"
)
LOOKS = worded("changes how the proxy's own pages look; it stays in its configuration")
DIRECTORY = worded(
    "reads people and groups; connect your directory to the console instead"
)
OLD = worded("is no longer understood by Core; remove it from the file")
EXTENSION = worded("means nothing to Core; what other lines take from it was followed")
UNKNOWN = worded("is no setting that Core knows; look for a typing error")

_KEYS = {
    RUNS: """
        address authorize_internal_service_url authorize_service_url
        authorize_service_urls autocert autocert_ca autocert_dir autocert_email
        autocert_must_staple autocert_trusted_ca autocert_trusted_ca_file
        autocert_use_staging circuit_breaker_thresholds codec_type config_file
        debug_address dns_failure_refresh_rate dns_lookup_family dns_query_timeout
        dns_query_tries dns_refresh_rate dns_udp_max_queries dns_use_tcp
        envoy_admin_access_log_path envoy_admin_address
        envoy_admin_profile_path envoy_bind_config_freebind
        envoy_bind_config_source_address grpc_address grpc_client_dns_roundrobin
        grpc_client_timeout grpc_insecure health_check_addr
        health_check_systemd_disabled http3_advertise_port http_redirect_addr
        insecure_server max_concurrent_streams mcp_allowed_as_metadata_domains
        mcp_allowed_client_id_domains merge_slashes normalize_path
        override_certificate_name path_normalization_mode
        path_with_escaped_slashes_action pprof_address
        programmatic_redirect_domain_whitelist proxy_protocol_mode resource_monitor
        runtime_flags services service use_proxy_protocol
        xff_num_trusted_hops skip_xff_append global_timeout timeout_read timeout_write
        timeout_idle watch_config
    """,
    SIGN_IN: """
        authenticate_callback_path authenticate_internal_service_url
        authenticate_service_url
        authorize_code_challenge_method default_idp idp_access_token_allowed_audiences
        identity_providers idp_client_id idp_client_id_file idp_provider
        idp_provider_url idp_refresh_directory_interval idp_refresh_directory_timeout
        idp_request_params idp_scopes scopes sign_out_redirect_url request_params
        bearer_token_format
    """,
    SECRET: """
        shared_secret shared_secret_file cookie_secret cookie_secret_file signing_key
        signing_key_file idp_client_secret idp_client_secret_file
        google_cloud_serverless_authentication_service_account
        google_cloud_serverless_authentication_service_account_file
        idp_service_account ssh_user_ca_key ssh_user_ca_key_file ssh_host_keys
        ssh_host_key_files
    """,
    CERTIFICATES: """
        certificate certificate_file certificate_key certificate_key_file certificates
        certificate_authority certificate_authority_file derive_tls
    """,
    STORAGE: """
        databroker databroker_internal_service_url databroker_service_url
        databroker_service_urls databroker_storage_ca_file databroker_storage_cert_file
        databroker_storage_connection_string databroker_storage_connection_string_file
        databroker_storage_key_file databroker_storage_tls_skip_verify
        databroker_storage_type databroker_cluster_node_id databroker_cluster_nodes
        databroker_cluster_leader_id databroker_raft_bind_address session_recording
        blob_storage cache_service_url
    """,
    TELEMETRY: """
        access_log_fields authorize_log_fields log_level metrics_address
        metrics_basic_auth metrics_certificate metrics_certificate_file
        metrics_certificate_key metrics_certificate_key_file metrics_client_ca
        metrics_client_ca_file proxy_log_level tracing_datadog_address
        tracing_jaeger_agent_endpoint tracing_jaeger_collector_endpoint
        tracing_otlp_endpoint tracing_otlp_protocol tracing_provider
        tracing_sample_rate tracing_zipkin_endpoint otel_traces_exporter
        otel_exporter_otlp_endpoint otel_exporter_otlp_traces_endpoint
        otel_exporter_otlp_protocol otel_exporter_otlp_traces_protocol
        otel_exporter_otlp_headers otel_exporter_otlp_traces_headers
        otel_exporter_otlp_timeout otel_exporter_otlp_traces_timeout
        otel_traces_sampler_arg otel_resource_attributes otel_log_level
        otel_attribute_value_length_limit otel_bsp_schedule_delay
        otel_bsp_max_export_batch_size
    """,
    CLIENTS: """
        client_ca client_ca_file client_crl client_crl_file downstream_mtls
        enforced_client_certificates
    """,
    EVERY_ROUTE: """
        allow_upgrades cookie_domain cookie_expire cookie_http_only cookie_name
        cookie_same_site cookie_secure default_upstream_timeout headers
        jwt_claims_headers jwt_groups_filter jwt_issuer_format pass_identity_headers
        set_response_headers show_error_details
    """,
    LOOKS: """
        branding branding_logo_url error_message_first_paragraph
        dark_primary_color dark_secondary_color favicon_url logo_url primary_color
        secondary_color
    """,
    DIRECTORY: "directory_provider directory_provider_options",
    OLD: """
        administrators authenticate_callback_url forward_auth_url
        grpc_server_max_connection_age grpc_server_max_connection_age_grace idp_qps
        refresh_cooldown
    """,
}
REASONS = {key: why for why, keys in _KEYS.items() for key in keys.split()}


def why_left_alone(key: str) -> str:
    """Return why a global key is left alone, as the rest of a sentence."""
    return EXTENSION if key.startswith(("x-", ".")) else REASONS.get(key, UNKNOWN)


def known_keys() -> Iterator[str]:
    """Return the global keys that Core knows, or knew."""
    return iter(REASONS)
