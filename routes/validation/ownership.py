"""What can be owned: zones and paths of hosts, and upstreams; each in one form."""

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from policies.texts import worded
from routes.validation.addresses import check_characters, split_url
from routes.validation.hosts import (
    canonical_host,
    check_wildcard,
    parse_address,
    split_port,
)
from routes.validation.problems import UnusableError, shown
from routes.validation.upstreams import UNIX_SCHEMES, forms_of

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
WIDEST = {4: 8, 6: 16}


def read_zone(host: str) -> str:
    """Return a zone, `*.corp.com`, in canonical form.

    Raises:
        UnusableError: no team can be given that.
    """
    check_characters(host)
    if not host.startswith("*"):
        raise UnusableError(
            worded("%(host)s is one host, and has no path", host=shown(host)),
            worded(
                "give a zone such as `*.corp.example.com`, or also a path of the host"
            ),
        )
    return check_wildcard(host)


def read_shared_host(host: str) -> str:
    """Return the host of which a path is to be delegated, in canonical form.

    Raises:
        UnusableError: it is none, or a wildcard.
    """
    check_characters(host)
    if "*" in host:
        raise UnusableError(
            worded("a zone has no path"), worded("leave out the path, or name a host")
        )
    return canonical_host(host)


def read_shared_path(path: str) -> str:
    """Return a path that can be delegated; it ends with a slash.

    Raises:
        UnusableError: it is no path, or all of them.
    """
    check_characters(path)
    if not path.startswith("/") or any(mark in path for mark in "?#%*"):
        raise UnusableError(
            worded("%(path)s is not a path", path=shown(path)),
            worded("write it as `/admin/`"),
        )
    whole = f"{path.rstrip('/')}/"
    if whole == "/" or any(one in {"", ".", ".."} for one in whole[1:-1].split("/")):
        raise UnusableError(
            worded("%(path)s is not one part of a host", path=shown(path)),
            worded("write it as `/admin/`"),
        )
    return whole


def read_target(text: str) -> str:
    """Return what is registered as upstream: a host, `*.` and a name, or a network.

    Raises:
        UnusableError: it is none of these, or too much at once.
    """
    given = text.strip()
    check_characters(given)
    if "/" in given:
        return _network(given)
    if "*" in given:
        return check_wildcard(given)
    host, port = split_port(given)
    if port is not None:
        raise UnusableError(
            worded("a port is not owned by itself"), worded("leave out the port")
        )
    address = parse_address(host)
    return str(address) if address is not None else canonical_host(host)


def _network(text: str) -> str:
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        raise UnusableError(
            worded("%(text)s is not a network", text=shown(text)),
            worded("write it as `10.1.0.0/16`"),
        ) from error
    if network.prefixlen < WIDEST[network.version]:
        raise UnusableError(
            worded("%(text)s is most of the network of everybody", text=shown(text)),
            worded("use at least /%(widest)s", widest=WIDEST[network.version]),
        )
    return str(network)


def hosts_of_upstreams(settings: Mapping[str, Any]) -> list[str]:
    """Return the hosts that valid settings send requests to, in canonical form."""
    hosts = []
    for entry in settings.get("to") or ():
        parts = split_url(entry.partition(",")[0])
        if parts["scheme"].lower() not in UNIX_SCHEMES:
            hosts.append(canonical_host(split_port(parts["authority"])[0]))
    return list(dict.fromkeys(hosts))


def nearest_target(host: str, targets: Iterable[str]) -> str | None:
    """Return the narrowest of the targets that a host, or another target, lies in."""
    found = [one for one in targets if lies_in(host, one)]
    return max(found, key=_narrowness, default=None)


def lies_in(host: str, target: str) -> bool:
    """Answer whether all that a host or target stands for lies in a target.

    An IPv4 address that is wrapped in an IPv6 one is looked at as well.
    """
    if host == target:
        return True
    if target.startswith("*."):
        return host.removeprefix("*.").endswith(target[1:])
    inside, outside = _as_networks(host), _as_networks(target)
    return bool(outside) and any(
        one.version == outside[0].version and one.subnet_of(outside[0])  # type: ignore[arg-type]
        for one in inside
    )


def _as_networks(text: str) -> list[Network]:
    if "/" in text:
        return [ipaddress.ip_network(text)]
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return []
    return [ipaddress.ip_network(one) for one in forms_of(address)]


def _narrowness(target: str) -> int:
    networks = _as_networks(target)
    return networks[0].prefixlen if networks else len(target)
