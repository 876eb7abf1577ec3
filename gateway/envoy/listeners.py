"""The listener: who may connect, and which certificates they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .filters import connection_manager
from .options import Enforcement
from .upstream_tls import TLS, certificate_secret, secret_config
from .values import Json, extension, socket_address, typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .options import Options, ServerCertificate


def server_secret_name(certificate: ServerCertificate) -> str:
    """Return the name of the secret with a certificate of ours."""
    return f"server-{certificate.name}"


def server_secrets(options: Options) -> list[Json]:
    """Return the certificates that clients are shown."""
    return [
        certificate_secret(server_secret_name(one), chain=one.chain, key=one.key)
        for one in options.certificates
    ]


def listener(
    options: Options, *, filled: Sequence[str], client_authorities: Sequence[str]
) -> Json:
    """Return the listener.

    `client_authorities` are those of single routes: with any, clients are asked for a
    certificate, and the authorizer says whether it will do.
    """
    chain: Json = {
        "filters": [
            {
                "name": "envoy.filters.network.http_connection_manager",
                "typed_config": connection_manager(options, filled),
            }
        ]
    }
    if options.certificates:
        asks = bool(options.client_authority or client_authorities)
        chain["transport_socket"] = _encryption(options, asks=asks)
    return typed(
        "config.listener.v3.Listener",
        {
            "name": "postern",
            "address": socket_address(options.address, options.port),
            "per_connection_buffer_limit_bytes": 32768,
            "filter_chains": [chain],
            "listener_filters": _listener_filters(options),
        },
    )


def _listener_filters(options: Options) -> list[Json]:
    if not options.certificates:
        return []
    name = "extensions.filters.listener.tls_inspector.v3.TlsInspector"
    return [extension("envoy.filters.listener.tls_inspector", name)]


def _encryption(options: Options, *, asks: bool) -> Json:
    common: Json = {
        "alpn_protocols": ["h2", "http/1.1"],
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
        "tls_certificate_sds_secret_configs": [
            secret_config(server_secret_name(one), options.folder)
            for one in options.certificates
        ],
    }
    context: Json = {"common_tls_context": common}
    authority = options.client_authority
    if authority and authority.enforcement is Enforcement.REJECT:
        common["validation_context"] = {
            "trusted_ca": {"inline_string": authority.bundle}
        }
        context["require_client_certificate"] = True
    elif asks:
        common["validation_context"] = {"trust_chain_verification": "ACCEPT_UNTRUSTED"}
    return extension(
        "envoy.transport_sockets.tls", TLS + "DownstreamTlsContext", context
    )
