"""The connection to an LDAP server: looked at, encrypted, limited, signed in.

`ldap3` has had no release since 2021, but is the only client that needs neither a
compiler nor OpenLDAP's headers. It encodes and decodes; addresses, TLS, time and size
are ours.
"""

import socket
import ssl
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from console.core.checks import is_loopback
from console.core.destinations import is_forbidden
from directory.exceptions import (
    CredentialRefusedError,
    DestinationRefusedError,
    GoneError,
    PageFailedError,
)
from directory.providers.base import Limits

with warnings.catch_warnings():
    # It asks pyasn1 for two tables by their former names.
    warnings.simplefilter("ignore", DeprecationWarning)
    import ldap3
    from ldap3.core.exceptions import LDAPException, LDAPInvalidFilterError
    from ldap3.operation.search import parse_filter

__all__ = ["LDAPException", "ldap3", "parse_filter"]

PORTS = {"ldaps": 636, "ldap": 389}
SIGN_IN = "the sign-in"
CHUNK = 64 * 1024
SUCCESS, REFERRAL, NOT_THERE = 0, 10, 32
TRANSIENT = frozenset({51, 52})  # busy, unavailable
REFUSED = frozenset({8, 13, 48, 49, 50})
# What ldap3 runs into when it decodes what is no LDAP.
MALFORMED = (LookupError, TypeError, ValueError, AttributeError, NameError)


class TransientError(Exception):
    """It may go better in a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Where a server is, and who asks it."""

    url: str
    start_tls: bool
    bind_dn: str
    password: str = field(repr=False)
    ca_certificate: str = ""


class LimitedSocket:
    """A socket with a limit on time and size of what is read for one page."""

    def __init__(self, inner: Any, limits: Limits) -> None:
        inner.settimeout(limits.read_seconds)
        self.inner, self._limits = inner, limits
        self.begin_page()

    def begin_page(self) -> None:
        """Count anew."""
        self._until = time.monotonic() + self._limits.page_seconds
        self._left = self._limits.page_bytes

    def recv(self, _size: int) -> bytes:
        """Receive what is there.

        Raises:
            OSError: it is too much, takes too long, or the connection failed.
        """
        if time.monotonic() > self._until:
            raise TimeoutError("the page came too slowly")
        received: bytes = self.inner.recv(CHUNK)
        self._left -= len(received)
        if self._left < 0:
            raise OSError("the page is too large")
        return received

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class _Tls(ldap3.Tls):
    """Checks chain and name by the rules of the standard library."""

    def __init__(self, login: Login, host: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._host = host
        self._context = ssl.create_default_context(cadata=login.ca_certificate or None)

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        plain = getattr(connection.socket, "inner", connection.socket)
        connection.socket = self._context.wrap_socket(plain, server_hostname=self._host)


class _Server(ldap3.Server):
    """Connects to the addresses that were looked at, and to no others."""

    looked_at: Sequence[Any] = ()

    def candidate_addresses(self) -> list[Any]:
        return [[*address, None, None] for address in self.looked_at]

    def update_availability(self, address: Any, available: bool) -> None:
        """Keep nothing: each run looks anew."""


def connect(login: Login, limits: Limits) -> Any:
    """Return a connection of ldap3 that is encrypted and signed in.

    Raises:
        TransientError: the server can't be reached now.
        CredentialRefusedError, DestinationRefusedError, PageFailedError
    """
    parts = urlsplit(login.url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    is_tls = parts.scheme == "ldaps"
    if not (is_tls or login.start_tls or is_loopback(host)):
        raise CredentialRefusedError(
            "the password is not sent unencrypted; use `ldaps://` or StartTLS",
            page=SIGN_IN,
        )
    server = _Server(
        host,
        port=port,
        use_ssl=is_tls,
        tls=_tls(login, host),
        get_info=ldap3.NONE,
        connect_timeout=limits.connect_seconds,
    )
    server.looked_at = _addresses(host, port)
    connection = ldap3.Connection(
        server,
        user=login.bind_dn,
        password=login.password,
        auto_referrals=False,
        auto_range=False,
        check_names=False,
        return_empty_attributes=False,
        read_only=True,
    )
    try:
        with naming_faults(SIGN_IN):
            connection.open(read_server_info=False)
            connection.socket = LimitedSocket(connection.socket, limits)
            if login.start_tls and not is_tls:
                connection.start_tls(read_server_info=False)
                connection.socket = LimitedSocket(connection.socket, limits)
            connection.bind(read_server_info=False)
            judge(connection.result, SIGN_IN)
    except BaseException:
        hang_up(connection)
        raise
    return connection


def _tls(login: Login, host: str) -> _Tls:
    try:
        return _Tls(login, host)
    except (ssl.SSLError, ValueError) as error:
        raise CredentialRefusedError(
            "the certificates to trust can't be read", page=SIGN_IN
        ) from error


def _addresses(host: str, port: int) -> Sequence[Any]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise TransientError(f"`{host}` has no address") from error
    if any(is_forbidden(str(entry[4][0])) for entry in found):
        raise DestinationRefusedError(
            f"`{host}` leads to this machine or to a metadata service", page=SIGN_IN
        )
    return found


@contextmanager
def naming_faults(page: str) -> Iterator[None]:
    """Turn what can happen on the wire into errors that name the page."""
    try:
        yield
    except LDAPInvalidFilterError as error:
        raise PageFailedError(f"{page}: the filter can't be read", page=page) from error
    except (LDAPException, OSError) as error:
        if "certificate" in str(error).lower():
            raise PageFailedError(
                f"{page}: the server's certificate is not trusted", page=page
            ) from error
        raise TransientError("the connection failed, or broke off") from error
    except MALFORMED as error:
        raise PageFailedError(
            f"{page}: the answer is broken, or no LDAP", page=page
        ) from error


def judge(result: dict[str, Any], page: str) -> None:
    """Return when the server says that it succeeded.

    Raises:
        TransientError: it is busy, or about to stop.
        CredentialRefusedError, PageFailedError
    """
    code, said = result["result"], str(result.get("description", ""))[:100]
    if code == SUCCESS:
        return
    if code in TRANSIENT:
        raise TransientError(f"the server answered {said}")
    if code in REFUSED:
        raise CredentialRefusedError(
            f"{page}: the server answered {said}: the account or its password is "
            "wrong, or lacks the right to read this",
            page=page,
        )
    text = {
        REFERRAL: "the server refers to another one; referrals are not followed",
        NOT_THERE: "there is no such place to search below",
    }.get(code, f"the server answered {said}")
    kind = GoneError if code == NOT_THERE else PageFailedError
    raise kind(f"{page}: {text}", page=page)


def hang_up(connection: Any) -> None:
    """Close a connection, in whatever state it is."""
    inner = connection.socket
    try:
        connection.unbind()
    except (LDAPException, OSError, *MALFORMED):
        pass  # it is gone anyway
    if inner is not None:
        inner.close()
