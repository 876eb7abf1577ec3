"""Addresses that the console itself connects to: which ones it accepts.

An address of a provider is written by an administrator and fetched from inside the
network, so it must not lead to this machine or to a cloud's metadata service unless
the operator lists it (POSTERN_UPSTREAM_ALLOWLIST). What a name resolves to is looked
at again by whoever connects (`is_forbidden`).
"""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext

from console.core.checks import is_loopback
from console.core.exceptions import ValidationFailedError

MAX_LENGTH = 2000
WEB = ("https", "http")
# Metadata services that are not link-local: Alibaba's, and Amazon's over IPv6.
METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254")))


def clean_url(text: str, *, schemes: tuple[str, ...] = WEB) -> str:
    """Return an address without its last slash, once it is one that may be used.

    Plain HTTP is for loopback only: a secret goes there.

    Raises:
        ValidationFailedError: it is no such address, or may not be used.
    """
    text = text.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        host, _ = (parts.hostname or ""), parts.port
    except ValueError as error:
        raise ValidationFailedError(gettext("this is not a web address")) from error
    if len(text) > MAX_LENGTH or not text.isprintable() or " " in text:
        raise ValidationFailedError(gettext("this is not a web address"))
    if parts.scheme not in schemes or not host:
        raise ValidationFailedError(
            gettext("write the whole address, beginning with `%(schemes)s://`")
            % {"schemes": schemes[0]}
        )
    if parts.username is not None or parts.password is not None:
        raise ValidationFailedError(
            gettext("leave user and password out of the address")
        )
    if parts.fragment:
        raise ValidationFailedError(gettext("leave out what follows the `#`"))
    if parts.scheme == "http" and not is_loopback(host):
        raise ValidationFailedError(gettext("`http` is not encrypted; use `https`"))
    check_host(host)
    return text


def clean_ldap_url(text: str) -> str:
    """Return the address of an LDAP server, once it is one that may be used.

    Raises:
        ValidationFailedError: it is no such address, or may not be used.
    """
    return clean_url(text, schemes=("ldaps", "ldap"))


def check_host(host: str) -> None:
    """Refuse a host that is this machine's or a metadata service's.

    Raises:
        ValidationFailedError: it is, and the operator does not list it.
    """
    name = host.lower().strip("[]").removesuffix(".")
    if name in _listed_names():
        return
    if (name == "localhost" or name.endswith(".localhost")) and not is_forbidden(
        "127.0.0.1"
    ):
        return
    if name == "localhost" or name.endswith(".localhost") or is_forbidden(name):
        raise ValidationFailedError(
            gettext(
                "`%(host)s` is this machine's or a metadata service's address; "
                "the operator may list it in POSTERN_UPSTREAM_ALLOWLIST"
            )
            % {"host": host}
        )


def is_forbidden(address: str) -> bool:
    """Answer whether nothing may be fetched from an IP address; names are not."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    is_local = (
        parsed.is_loopback
        or parsed.is_link_local
        or parsed.is_multicast
        or parsed.is_unspecified
        or parsed in METADATA
    )
    return is_local and not any(parsed in network for network in _listed_networks())


def _listed_names() -> frozenset[str]:
    return frozenset(entry.lower() for entry in settings.UPSTREAM_ALLOWLIST)


def _listed_networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    networks = []
    for entry in settings.UPSTREAM_ALLOWLIST:
        try:
            networks.append(ipaddress.ip_network(entry.strip("[]"), strict=False))
        except ValueError:
            continue
    return networks
