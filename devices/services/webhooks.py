"""Sending notices to an address that an admin gave: where to, and how.

The address is looked up once, and the request goes to what was found: a name can't
answer differently between the check and the connection.
"""

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext

TIMEOUT_SECONDS = 10
MAX_URL_LENGTH = 2000
SUCCESS = range(200, 300)
SIGNATURE = "X-Postern-Signature"


class UndeliverableError(Exception):
    """A notice that could not be handed over; the text says why."""


def check_address(url: str) -> str:
    """Return what is wrong with an address for notices, "" if nothing."""
    if len(url) > MAX_URL_LENGTH or not url.isprintable() or " " in url:
        return "this is no address"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "this is no address"
    if parts.scheme not in {"http", "https"} or not host:
        return "give an address that begins with https:// or http://"
    if parts.username or parts.password or parts.fragment:
        return "give the address without user, password and fragment"
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return ""
    return "" if is_allowed(literal) else "this address is not one to send notices to"


def is_allowed(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> bool:
    """Answer whether notices may go to a network address.

    Not to this machine, its link or its metadata, unless the operator lists it.
    """
    mapped = getattr(address, "ipv4_mapped", None)
    plain = mapped or address
    if any(plain in network for network in _listed_networks()):
        return True
    return not (
        plain.is_loopback
        or plain.is_link_local
        or plain.is_unspecified
        or plain.is_multicast
        or plain.is_reserved
        or str(plain) == "fd00:ec2::254"
    )


def _listed_networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    found = []
    for entry in settings.UPSTREAM_ALLOWLIST:
        with suppress(ValueError):
            found.append(ipaddress.ip_network(entry, strict=False))
    return found


def post(url: str, body: bytes, *, secret: str) -> None:
    """Send a notice; redirects are not followed.

    Raises:
        UndeliverableError: nobody took it.
    """
    problem = check_address(url)
    if problem:
        raise UndeliverableError(problem)
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    headers = {"Content-Type": "application/json", "Host": parts.netloc}
    if secret:
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers[SIGNATURE] = f"sha256={digest}"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
        connection.sock = _connect(host, port, is_tls=parts.scheme == "https")
        try:
            connection.request("POST", path, body=body, headers=headers)
            status = connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise UndeliverableError(str(error) or type(error).__name__) from error
    if status not in SUCCESS:
        raise UndeliverableError(
            gettext("the receiver answered %(status)s") % {"status": status}
        )


def _connect(host: str, port: int, *, is_tls: bool) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]).partition("%")[0] for one in found]
    allowed = [one for one in addresses if is_allowed(ipaddress.ip_address(one))]
    if not allowed or len(allowed) < len(addresses):
        raise UndeliverableError(gettext("this name leads to where notices don't go"))
    raw = socket.create_connection((allowed[0], port), timeout=TIMEOUT_SECONDS)
    if not is_tls:
        return raw
    try:
        return ssl.create_default_context().wrap_socket(raw, server_hostname=host)
    except BaseException:
        raw.close()
        raise
