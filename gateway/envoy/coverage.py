"""Which settings of a route count behind our own Envoy, and who acts on them.

Together with those that the table marks as Core's own, these are all of them; a test
walks the table, so that no setting is without meaning unseen.
"""

RENDERED_KEYS = frozenset(
    {
        "allow_spdy",
        "allow_upgrades",
        "allow_websockets",
        "circuit_breaker_thresholds",
        "from",
        "health_checks",
        "healthy_panic_threshold",
        "host_path_regex_rewrite_pattern",
        "host_path_regex_rewrite_substitution",
        "host_rewrite",
        "host_rewrite_header",
        "idle_timeout",
        "load_balancing_policy",
        "outlier_detection",
        "path",
        "prefix",
        "prefix_rewrite",
        "preserve_host_header",
        "redirect",
        "regex",
        "regex_priority_order",
        "regex_rewrite_pattern",
        "regex_rewrite_substitution",
        "remove_request_headers",
        "response",
        "rewrite_response_headers",
        "set_request_headers",
        "set_response_headers",
        "timeout",
        "tls_client_cert",
        "tls_client_key",
        "tls_custom_ca",
        "tls_downstream_client_ca",
        "tls_downstream_server_name",
        "tls_server_name",
        "tls_skip_verify",
        "tls_upstream_allow_renegotiation",
        "tls_upstream_server_name",
        "to",
    }
)
"""What Envoy itself does, as its configuration says."""

AUTHORIZER_KEYS = frozenset(
    {
        "bearer_token_format",
        "depends_on",
        "description",
        "jwt_groups_filter",
        "jwt_groups_filter_infer_from_ppl",
        "jwt_issuer_format",
        "kubernetes_service_account_token",
        "logo_url",
        "name",
        "pass_identity_headers",
        "show_error_details",
    }
)
"""What the authorizer does: who people are, and what upstreams and they are told."""
