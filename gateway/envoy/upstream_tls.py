"""How Envoy and an upstream prove to each other who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .values import Json, RenderError, extension, is_address, pem_of, typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.snapshot import RouteDocument

    from .options import Options

TLS = "extensions.transport_sockets.tls.v3."


def client_secret_name(route: RouteDocument) -> str:
    """Return the name of the secret with a route's client certificate."""
    return f"client-{route.id}"


def client_secret(route: RouteDocument, settings: Mapping[str, Any]) -> Json | None:
    """Return the certificate that upstreams of the route are shown, or None.

    Raises:
        RenderError: it can't be read.
    """
    certificate, key = settings.get("tls_client_cert"), settings.get("tls_client_key")
    if not certificate:
        return None
    if not key:
        raise RenderError("the key of the client certificate can't be opened")
    return certificate_secret(
        client_secret_name(route), chain=pem_of(certificate), key=pem_of(key)
    )


def certificate_secret(name: str, *, chain: str, key: str) -> Json:
    """Return a certificate with its key as a secret of Envoy."""
    return typed(
        TLS + "Secret",
        {
            "name": name,
            "tls_certificate": {
                "certificate_chain": {"inline_string": chain},
                "private_key": {"inline_string": key},
            },
        },
    )


def secret_config(name: str, folder: str) -> Json:
    """Return where Envoy finds a secret, which it reads again when it changes."""
    return {
        "name": name,
        "sds_config": file_source(f"{folder}/secret-{name}.json", folder),
    }


def file_source(path: str, folder: str) -> Json:
    """Return a source of configuration that is a file, replaced by moving another."""
    watched = {"path": path, "watched_directory": {"path": folder}}
    return {"path_config_source": watched, "resource_api_version": "V3"}


def transport_socket(
    host: str, route: RouteDocument, settings: Mapping[str, Any], options: Options
) -> Json:
    """Return the encryption of connections to an upstream.

    Raises:
        RenderError: nobody is known who could vouch for the upstream.
    """
    name = (
        settings.get("tls_upstream_server_name")
        or settings.get("tls_server_name")
        or host
    )
    common: Json = {"validation_context": _validation(name, settings, options)}
    if settings.get("tls_client_cert"):
        common["tls_certificate_sds_secret_configs"] = [
            secret_config(client_secret_name(route), options.folder)
        ]
    context: Json = {"common_tls_context": common}
    if name and not is_address(name):
        context["sni"] = name
    if settings.get("tls_upstream_allow_renegotiation"):
        context["allow_renegotiation"] = True
    return extension("envoy.transport_sockets.tls", TLS + "UpstreamTlsContext", context)


def _validation(name: str, settings: Mapping[str, Any], options: Options) -> Json:
    if settings.get("tls_skip_verify"):
        return {"trust_chain_verification": "ACCEPT_UNTRUSTED"}
    if settings.get("tls_custom_ca"):
        trusted: Json = {"inline_string": pem_of(settings["tls_custom_ca"])}
    elif options.authorities:
        trusted = {"filename": options.authorities}
    else:
        raise RenderError("no certificate authorities are known for upstreams")
    kind = "IP_ADDRESS" if is_address(name) else "DNS"
    made: Json = {"trusted_ca": trusted}
    if name:
        exact = {"exact": name.strip("[]")}
        made["match_typed_subject_alt_names"] = [{"san_type": kind, "matcher": exact}]
    return made
