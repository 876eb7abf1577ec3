"""The connection to a provider: to public and private addresses, not to this machine.

A name is resolved here, each address is looked at, and the connection goes to the very
address that was looked at: what a name resolves to a second later does not count.
"""

import socket
import ssl
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from console.core.destinations import is_forbidden


class ForbiddenAddressError(Exception):
    """A name leads to an address that the console does not connect to."""


class _LookingBackend(httpcore.SyncBackend):
    """Connects to addresses that are not forbidden."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"`{host}` has no address") from error
        addresses = [str(entry[4][0]) for entry in found]
        if any(is_forbidden(address) for address in addresses):
            raise ForbiddenAddressError(host)
        return super().connect_tcp(
            addresses[0], port, timeout, local_address, socket_options
        )


@lru_cache(maxsize=1)
def _usual_trust() -> ssl.SSLContext:
    return ssl.create_default_context()


class GuardedTransport(httpx.HTTPTransport):
    """httpx's transport over such connections; proxies of the environment don't count.

    `verify` replaces the usual trust, for servers that ask for a client certificate.
    """

    def __init__(self, *, verify: ssl.SSLContext | None = None) -> None:
        context = verify or _usual_trust()
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=1,
            keepalive_expiry=30,
            network_backend=_LookingBackend(),
        )
