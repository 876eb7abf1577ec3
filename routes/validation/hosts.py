"""Host names and IP addresses, each in its one canonical form.

The same host may be typed in many ways: `APP.corp.com.`, `bücher.example`,
`127.1`, `0x7f000001`. Ownership and deny lists only hold when all of them are one.
"""

import ipaddress
import re
from functools import lru_cache

import idna
from publicsuffixlist import PublicSuffixList

from policies.texts import worded
from routes.validation.problems import UnusableError, shown

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_HOST_LENGTH = 253
MAX_PORT = 65535
MAX_IPV4_PARTS = 4
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]*|[0-9]+)\Z")
_PORT = re.compile(r"[0-9]{1,5}\Z")


def canonical_host(text: str) -> str:
    """Return a host name or IP address in canonical form; IPv6 in brackets.

    Raises:
        UnusableError: it is neither.
    """
    if text.startswith("["):
        return f"[{_ipv6(text)}]"
    name = canonical_name(text)
    if _NUMBER.match(name.rsplit(".", 1)[-1]):
        address = parse_ipv4(name)
        if address is None or str(address) != name:
            raise UnusableError(
                worded(
                    "%(text)s is neither a name nor a plain IPv4 address",
                    text=shown(text),
                ),
                worded("write `%(address)s`", address=address)
                if address
                else worded("write four decimal numbers"),
            )
    return name


def canonical_name(text: str) -> str:
    """Return a host name in lower case and punycode, without the trailing dot.

    Numbers that only look like an address pass; `canonical_host` tells them apart.

    Raises:
        UnusableError: it can't be a host name.
    """
    name = text.removesuffix(".")
    if not name or len(name) > MAX_HOST_LENGTH:
        raise UnusableError(
            worded("the host is missing or too long"), worded("give a host name")
        )
    name = name.lower() if name.isascii() else name
    if not name.isascii() or "xn--" in name:
        name = _punycode(name)
    for label in name.split("."):
        if not _LABEL.match(label):
            raise UnusableError(
                worded("%(text)s is not a host name", text=shown(text)),
                worded("use letters, digits and hyphens between dots"),
            )
    if len(name) > MAX_HOST_LENGTH:
        raise UnusableError(
            worded("the host is too long"), worded("use at most 253 characters")
        )
    return name


def _punycode(name: str) -> str:
    try:
        return idna.encode(name, uts46=True).decode()
    except UnicodeError as error:
        raise UnusableError(
            worded("%(name)s is not an international host name", name=shown(name)),
            worded("check its spelling"),
        ) from error


def _ipv6(text: str) -> ipaddress.IPv6Address:
    if not text.endswith("]"):
        raise UnusableError(
            worded("%(text)s lacks its closing bracket", text=shown(text)),
            worded("add `]`"),
        )
    try:
        address = ipaddress.IPv6Address(text[1:-1])
    except ValueError as error:
        raise UnusableError(
            worded("%(text)s is not an IPv6 address", text=shown(text)),
            worded("write it as `[2001:db8::1]`"),
        ) from error
    if address.scope_id is not None:
        raise UnusableError(
            worded("%(text)s has a zone", text=shown(text)),
            worded("leave out `%` and the zone"),
        )
    return address


def split_port(authority: str) -> tuple[str, int | None]:
    """Split `host:port`; an empty port is none.

    Raises:
        UnusableError: the port is not a number from 1 to 65535.
    """
    if authority.startswith("["):
        host, bracket, rest = authority.partition("]")
        host += bracket
        port = rest.removeprefix(":")
        if rest and not rest.startswith(":"):
            raise UnusableError(
                worded("%(authority)s is not a host", authority=shown(authority)),
                worded("put a `:` before the port"),
            )
    else:
        host, _, port = authority.partition(":")
    if not port:
        return host, None
    if not _PORT.match(port) or not 1 <= int(port) <= MAX_PORT:
        raise UnusableError(
            worded("%(port)s is not a port", port=shown(port)),
            worded("use a number from 1 to 65535"),
        )
    return host, int(port)


def parse_ipv4(text: str) -> ipaddress.IPv4Address | None:
    """Read an IPv4 address in any spelling that a resolver accepts, or None.

    One to four parts, each decimal, octal (`0177`) or hexadecimal (`0x7f`); the last
    part fills what is left, so that `127.1` and `2130706433` are 127.0.0.1.
    """
    parts = text.removesuffix(".").split(".")
    if len(parts) > MAX_IPV4_PARTS or not all(_NUMBER.match(part) for part in parts):
        return None
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        return None
    *leading, last = numbers
    if any(number > 255 for number in leading) or last >= 256 ** (5 - len(parts)):  # noqa: PLR2004 - bytes
        return None
    value = last
    for position, number in enumerate(leading):
        value += number * 256 ** (3 - position)
    return ipaddress.IPv4Address(value)


def _number(text: str) -> int:
    if text[:2] in {"0x", "0X"}:
        return int(text[2:] or "0", 16)
    if text.startswith("0") and len(text) > 1:
        return int(text, 8)
    return int(text)


def parse_address(host: str) -> IPAddress | None:
    """Read a host as an IP address in any spelling, or None when it is a name."""
    if host.startswith("["):
        host = host[1:-1].partition("%")[0]
        try:
            return ipaddress.IPv6Address(host)
        except ValueError:
            return None
    return parse_ipv4(host)


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def is_public_suffix(name: str) -> bool:
    """Answer whether strangers register names right below `name` (`co.uk`)."""
    return bool(_suffixes().is_public(name))


def check_wildcard(host: str) -> str:
    """Return a wildcard host in canonical form.

    A wildcard stands for the whole first label, over a name that one organization
    can own.

    Raises:
        UnusableError: it stands elsewhere, more than once, or over a public suffix.
    """
    first, _, rest = host.partition(".")
    if first != "*" or "*" in rest or not rest.strip("."):
        raise UnusableError(
            worded("%(host)s is not a wildcard that routes can have", host=shown(host)),
            worded(
                "put one `*` as the whole first label, such as `*.apps.example.com`"
            ),
        )
    name = canonical_name(rest)
    if is_public_suffix(name) or _NUMBER.match(name.rsplit(".", 1)[-1]):
        raise UnusableError(
            worded(
                "%(host)s would stand for names of other organizations",
                host=shown(host),
            ),
            worded("put the `*` below a name of your own"),
        )
    return f"*.{name}"
