"""What the renderer is told besides the snapshot: places, and who may be asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN_HEADERS = "x-postern-"
"""Prefix of the headers by which Envoy and the authorizer speak to each other."""


class Enforcement(StrEnum):
    """What becomes of a client without a valid certificate, as Core names it."""

    DEFAULT_DENY = "policy_with_default_deny"
    POLICY = "policy"
    REJECT = "reject_connection"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCertificate:
    """A certificate that Envoy shows to clients; `name` is stable over renewals."""

    name: str
    chain: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAuthority:
    """Who signs the certificates of clients (PEM), and what happens without one."""

    bundle: str
    enforcement: Enforcement = Enforcement.DEFAULT_DENY


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where Envoy listens and whom it asks.

    Attributes:
        folder: where the files will lie; Envoy is told their paths.
        address, port: of the listener.
        authorizers: `host:port` of each authorizer.
        proxy_token: proves to an authorizer that Envoy asks.
        certificates: shown to clients; none means plain HTTP, for use behind TLS.
        client_authority: of clients' certificates, for all routes.
        trusted_hops: proxies in front of Envoy whose X-Forwarded-For counts.
        authorities: file with the authorities that upstreams' certificates need.
        resolve: `host:port` for upstreams whose name ends so, as curl's --resolve.
        connect_seconds, authorizer_seconds: limits of waiting.
        idle, request, stream: limits of clients' connections, of how long a request
            may take to arrive, and of request and answer together; 0 s are none.
        codec: which HTTP is spoken with clients: `AUTO`, `HTTP1` or `HTTP2`.
    """

    folder: str
    address: str = "127.0.0.1"
    port: int = 8443
    authorizers: tuple[str, ...] = ()
    proxy_token: str = ""
    certificates: tuple[ServerCertificate, ...] = ()
    client_authority: ClientAuthority | None = None
    trusted_hops: int = 0
    authorities: str = ""
    resolve: Mapping[str, str] = field(default_factory=dict)
    connect_seconds: float = 10
    authorizer_seconds: float = 0.5
    idle: str = "300s"
    request: str = "0s"
    stream: str = "0s"
    codec: str = "AUTO"
