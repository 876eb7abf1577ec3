"""THE table of route settings: forms, API, import, export and docs come from it.

A setting is declared once, in the module of its theme, under Core's YAML key. What
a route's policies say is not here; `POLICY_KEYS` names those keys of Core's file.
"""

from policies.texts import worded
from routes.settings_table import (
    addressing,
    balancing,
    identity,
    transport,
)
from routes.settings_table.sections import SECTIONS
from routes.settings_table.types import (
    LISTS,
    AtMostOne,
    Choice,
    Destination,
    Kind,
    Needs,
    Section,
    Setting,
)

TABLE: tuple[Setting, ...] = (
    *addressing.GENERAL,
    *addressing.MATCHING,
    *addressing.REWRITING,
    *addressing.ANSWERS,
    *transport.TLS,
    *transport.TIMEOUTS,
    *transport.HEADERS,
    *balancing.BALANCING,
    *identity.IDENTITY,
    *identity.MCP,
    *identity.SSH,
    *identity.LEGACY,
)
BY_KEY: dict[str, Setting] = {setting.key: setting for setting in TABLE}
BY_SPELLING: dict[str, Setting] = BY_KEY | {
    alias: setting for setting in TABLE for alias in setting.aliases
}

FILE_KEYS = frozenset(one.key for one in TABLE if one.kind is Kind.FILE)
POLICY_KEYS = frozenset(
    {
        "allow_any_authenticated_user",
        "allow_public_unauthenticated_access",
        "allowed_domains",
        "allowed_groups",
        "allowed_idp_claims",
        "allowed_users",
        "cors_allow_preflight",
        "policy",
        "sub_policies",
    }
)
"""Keys of a route in Core's file that say who may come: policies, not settings."""

REMOVED_KEYS = {
    "set_authorization_header": (
        worded(
            "Core dropped it; set the Authorization header with `set_request_headers`"
        )
    ),
    "enable_signout": worded("Core dropped it; people sign out at /.pomerium/sign_out"),
    "lb_config": worded("Core dropped it; choose a `load_balancing_policy`"),
    "least_request_lb_config": worded(
        "Core dropped it; choose a `load_balancing_policy`"
    ),
    "ring_hash_lb_config": worded("Core dropped it; choose a `load_balancing_policy`"),
    "maglev_lb_config": worded("Core dropped it; choose a `load_balancing_policy`"),
    "envoy_opts": worded("Core dropped it; write its contents on the route itself"),
}
"""Keys that Core read once and reads no more, each with what to do instead."""

CONSTRAINTS: tuple[AtMostOne, ...] = (
    AtMostOne(
        keys=("to", "redirect", "response"),
        required=True,
        remedy=worded(
            "say where requests go: an upstream, a redirect or a direct response"
        ),
    ),
    AtMostOne(
        keys=("prefix", "path", "regex"), remedy=worded("keep one path condition")
    ),
    AtMostOne(
        keys=("prefix_rewrite", "regex_rewrite_pattern"),
        remedy=worded("keep one way of rewriting the path"),
    ),
    AtMostOne(
        keys=(
            "preserve_host_header",
            "host_rewrite",
            "host_rewrite_header",
            "host_path_regex_rewrite_pattern",
        ),
        remedy=worded("keep one way of choosing the host"),
    ),
    AtMostOne(
        keys=(
            "kubernetes_service_account_token",
            "kubernetes_service_account_token_file",
        ),
        remedy=worded("give the token or its file, not both"),
    ),
    AtMostOne(
        keys=("tls_custom_ca", "tls_custom_ca_file"),
        remedy=worded("give the certificate or its file, not both"),
    ),
    AtMostOne(
        keys=("tls_client_cert", "tls_client_cert_file"),
        remedy=worded("give the certificate or its file, not both"),
    ),
    AtMostOne(
        keys=("tls_client_key", "tls_client_key_file"),
        remedy=worded("give the key or its file, not both"),
    ),
    AtMostOne(
        keys=("tls_downstream_client_ca", "tls_downstream_client_ca_file"),
        remedy=worded("give the certificate or its file, not both"),
    ),
    AtMostOne(
        keys=("https_redirect", "scheme_redirect"),
        within="redirect",
        remedy=worded("keep one way of changing the scheme"),
    ),
    AtMostOne(
        keys=("path_redirect", "prefix_rewrite"),
        within="redirect",
        remedy=worded("keep one way of changing the path"),
    ),
    AtMostOne(
        keys=("http_health_check", "tcp_health_check", "grpc_health_check"),
        within="health_checks",
        required=True,
        remedy=worded("say how to check: by HTTP, TCP or gRPC"),
    ),
    AtMostOne(
        keys=("server", "client"),
        within="mcp",
        required=True,
        remedy=worded("say whether the upstream is an MCP server or a client"),
    ),
)

NEEDS: tuple[Needs, ...] = (
    Needs(
        key="regex_priority_order",
        others=("regex",),
        remedy=worded("remove it, or give a regular expression for the path"),
    ),
    Needs(
        key="regex_rewrite_substitution",
        others=("regex_rewrite_pattern",),
        remedy=worded("give the expression that it replaces"),
    ),
    Needs(
        key="host_path_regex_rewrite_substitution",
        others=("host_path_regex_rewrite_pattern",),
        remedy=worded("give the expression that it is made from"),
    ),
    Needs(
        key="tls_client_cert",
        others=("tls_client_key",),
        remedy=worded("a client certificate needs its key"),
    ),
    Needs(
        key="tls_client_key",
        others=("tls_client_cert",),
        remedy=worded("a key needs its client certificate"),
    ),
    Needs(
        key="tls_client_cert_file",
        others=("tls_client_key_file",),
        remedy=worded("a client certificate needs its key"),
    ),
    Needs(
        key="tls_client_key_file",
        others=("tls_client_cert_file",),
        remedy=worded("a key needs its client certificate"),
    ),
)


def settings_of_section(code: str) -> tuple[Setting, ...]:
    """Return the settings of one section, in order."""
    return tuple(setting for setting in TABLE if setting.section == code)


__all__ = [
    "BY_KEY",
    "BY_SPELLING",
    "CONSTRAINTS",
    "FILE_KEYS",
    "LISTS",
    "NEEDS",
    "POLICY_KEYS",
    "REMOVED_KEYS",
    "SECTIONS",
    "TABLE",
    "AtMostOne",
    "Choice",
    "Destination",
    "Kind",
    "Needs",
    "Section",
    "Setting",
    "settings_of_section",
]
