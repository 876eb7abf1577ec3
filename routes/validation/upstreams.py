"""`to`: where requests go, and where they must not go.

The check is about addresses that are written down. A name that is clean today may
resolve to something else tomorrow; whoever connects has to look again.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from policies.texts import worded
from routes.validation.addresses import split_url
from routes.validation.hosts import (
    IPAddress,
    canonical_host,
    canonical_name,
    parse_address,
    split_port,
)
from routes.validation.problems import UnusableError, shown

SCHEMES = ("http", "https", "h2c", "tcp", "udp", "ssh", "unix", "https+unix")
UNIX_SCHEMES = ("unix", "https+unix")
UNMIXED_SCHEMES = ("tcp", "udp", "ssh", *UNIX_SCHEMES)
MAX_WEIGHT = 2**32 - 1
_WEIGHT = re.compile(r"[0-9]{1,10}\Z")

METADATA_NAMES = frozenset(
    {
        "metadata",
        "metadata.google.internal",
        "metadata.goog",
        "instance-data",
        "instance-data.ec2.internal",
        "metadata.azure.internal",
        "metadata.tencentyun.com",
        "metadata.oraclecloud.com",
    }
)
METADATA_ADDRESSES = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",
        "169.254.170.2",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fd00:c1::a9fe:a9fe",
    )
)
LOOPBACK_NAMES = frozenset(
    {"localhost", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback"}
)
LOOPBACK = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))
_WRAPPING = tuple(
    ipaddress.IPv6Network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96", "::/96")
)
# Where a NAT64 prefix of 48, 56 or 64 bits has the IPv4 address (RFC 6052): how far
# its upper part lies from the right, that part's bits, and the same of the lower one.
# The octet between them is not part of it.
_LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")
_NAT64_SPLITS = ((64, 16, 40, 16), (64, 8, 32, 24), (64, 0, 24, 32))
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})  # RFC 5214, before the IPv4 address
_THIS_NETWORK = ipaddress.IPv4Network("0.0.0.0/8")


@dataclass(frozen=True, slots=True)
class Allowlist:
    """What the operator permits although it is refused by default.

    Entries are host names, IP addresses, networks, and `unix:` with a path.
    """

    names: frozenset[str] = frozenset()
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> "Allowlist":
        """Read the entries of the operator's list."""
        names, networks = set(), []
        for entry in entries:
            try:
                networks.append(ipaddress.ip_network(entry.strip("[]"), strict=False))
            except ValueError:
                names.add(entry.lower().removesuffix("."))
        return cls(frozenset(names), tuple(networks))

    def permits_name(self, name: str) -> bool:
        """The name itself is listed."""
        return name in self.names

    def permits_address(self, address: IPAddress) -> bool:
        """The address lies in a listed network."""
        return any(address in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class Upstream:
    """One canonical entry of `to`; `weight` None when it has none."""

    url: str
    scheme: str
    host: str
    weight: int | None = None

    @property
    def text(self) -> str:
        """As it is stored: the address, with the weight behind a comma."""
        return self.url if self.weight is None else f"{self.url},{self.weight}"


def parse_upstream(text: str, *, allowlist: Allowlist, tunneled: bool) -> Upstream:
    """Return the canonical form of an entry of `to`.

    With `tunneled`, the address is on the far side of an SSH tunnel, where loopback
    is the other machine's own.

    Raises:
        UnusableError: requests can't, or must not, go there.
    """
    address, comma, weight_text = text.partition(",")
    weight = _weight(weight_text.strip()) if comma else None
    parts = split_url(address.strip())
    scheme = parts["scheme"].lower()
    if scheme not in SCHEMES:
        raise UnusableError(
            worded(
                "%(scheme)s is not a scheme that upstreams have", scheme=shown(scheme)
            ),
            worded("use http, https, h2c, tcp, udp, ssh or unix"),
        )
    if parts["query"] is not None or parts["fragment"] is not None:
        raise UnusableError(
            worded("there is a query or a fragment in the address"),
            worded("remove `?` or `#` and all behind it"),
        )
    if scheme in UNIX_SCHEMES:
        return _socket(scheme, parts["authority"] + parts["path"], weight, allowlist)
    if not parts["slashes"] or not parts["authority"]:
        raise UnusableError(
            worded("the host is missing"),
            worded("write `%(scheme)s://host`", scheme=scheme),
        )
    if "@" in parts["authority"]:
        raise UnusableError(
            worded("there is a user name or password in the address"),
            worded("remove it, and set an Authorization header instead"),
        )
    raw_host, port = split_port(parts["authority"])
    if not tunneled:
        check_destination(raw_host, allowlist)
    host = canonical_host(raw_host)
    url = f"{scheme}://{host}" + (f":{port}" if port else "") + parts["path"]
    return Upstream(url, scheme, host, weight)


def _weight(text: str) -> int:
    if not _WEIGHT.match(text) or not 1 <= int(text) <= MAX_WEIGHT:
        raise UnusableError(
            worded("%(text)s is not a weight", text=shown(text)),
            worded("use a number of 1 or more"),
        )
    return int(text)


def _socket(
    scheme: str, path: str, weight: int | None, allowlist: Allowlist
) -> Upstream:
    if not path.startswith("/"):
        raise UnusableError(
            worded("the socket's path is missing"),
            worded("write `%(scheme)s:///run/app.sock`", scheme=scheme),
        )
    if not allowlist.permits_name(f"unix:{path}".lower()):
        raise UnusableError(
            worded(
                "the socket %(path)s is on the proxy's own machine", path=shown(path)
            ),
            worded(
                "use an address, or let the operator list `unix:%(path)s`", path=path
            ),
        )
    return Upstream(f"{scheme}://{path}", scheme, "", weight)


def check_destination(host: str, allowlist: Allowlist) -> None:
    """Refuse loopback, link-local, metadata and unspecified addresses, however spelled.

    Raises:
        UnusableError: the operator doesn't list it.
    """
    name = host if host.startswith("[") else canonical_name(host)
    if allowlist.permits_name(name):
        return
    address = parse_address(name)
    if address is None:
        _check_name(name, allowlist)
        return
    for form in forms_of(address):
        if _kind(form) and not allowlist.permits_address(form):
            raise _refusal(host, _kind(form))


def check_fetched(url: str, allowlist: Allowlist) -> None:
    """Refuse the same for an address that the proxy itself asks.

    Raises:
        UnusableError: the operator doesn't list it.
    """
    check_destination(split_port(split_url(url)["authority"])[0], allowlist)


def _check_name(name: str, allowlist: Allowlist) -> None:
    if name in METADATA_NAMES:
        raise _refusal(name, worded("a metadata service"))
    loopback = name in LOOPBACK_NAMES or name.endswith(
        (".localhost", ".localdomain", ".localdomain4", ".localdomain6")
    )
    if loopback and not any(map(allowlist.permits_address, LOOPBACK)):
        raise _refusal(name, worded("the proxy's own machine"))


def _refusal(host: str, kind: str) -> UnusableError:
    return UnusableError(
        worded("%(host)s is %(kind)s", host=shown(host), kind=kind),
        worded("use the upstream's own address, or let the operator list this one"),
    )


def forms_of(address: IPAddress) -> list[IPAddress]:
    """Return the address, and each IPv4 address that may be wrapped in it."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    number = int(address)
    low = number & 0xFFFFFFFF
    is_isatap = (number >> 32) & 0xFFFFFFFF in _ISATAP
    wrapped = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if is_isatap or (low > 1 and any(address in network for network in _WRAPPING)):
        wrapped.append(ipaddress.IPv4Address(low))
    if address in _LOCAL_NAT64:
        wrapped += filter(_is_meant, map(_split, [number] * 3, _NAT64_SPLITS))
    return [address, *(form for form in wrapped if form is not None)]


def _split(number: int, places: tuple[int, int, int, int]) -> ipaddress.IPv4Address:
    upper_shift, upper_bits, lower_shift, lower_bits = places
    upper = (number >> upper_shift) & ((1 << upper_bits) - 1)
    lower = (number >> lower_shift) & ((1 << lower_bits) - 1)
    return ipaddress.IPv4Address(upper << lower_bits | lower)


def _is_meant(address: ipaddress.IPv4Address) -> bool:
    """Not just the zeros of a longer prefix."""
    return address not in _THIS_NETWORK


def _kind(address: IPAddress) -> str:
    """Say what is wrong with an address as an upstream, or ""."""
    if address in METADATA_ADDRESSES:
        return worded("a metadata service")
    if address.is_loopback:
        return worded("the proxy's own machine")
    if address.is_unspecified or address in _THIS_NETWORK:
        return worded("no particular machine")
    if address.is_link_local:
        return worded("a link-local address")
    if address.is_multicast or int(address) == 2**32 - 1:
        return worded("many machines at once")
    return ""
