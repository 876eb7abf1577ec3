"""Addresses and networks as Core reads them: strict text, and IPv4 in IPv6 is IPv4."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PREFIX_LENGTH: Final = re.compile("[0-9]{1,3}")
_MAPPED_BITS: Final = 96


def parse_address(text: str) -> Address | None:
    """Return the address that a text stands for, without zones; None if it is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return address
    return None if address.scope_id is not None else address.ipv4_mapped or address


def parse_network(text: str) -> Network | None:
    """Return the network that a text stands for; host bits may be set.

    A single address is a network of one. IPv4 in IPv6 notation becomes IPv4 if the
    prefix covers nothing else.
    """
    host, slash, prefix = text.partition("/")
    if not slash:
        address = parse_address(host)
        return None if address is None else ipaddress.ip_network(address)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
        return None
    if not _PREFIX_LENGTH.fullmatch(prefix) or int(prefix) > address.max_prefixlen:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None and int(prefix) >= _MAPPED_BITS:
        return ipaddress.ip_network((mapped, int(prefix) - _MAPPED_BITS), strict=False)
    return ipaddress.ip_network((address, int(prefix)), strict=False)
