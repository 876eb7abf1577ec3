"""What proxies send, read once: Envoy's checks, nginx's and Traefik's.

Only the proxy says which route a request is for, and only who knows the shared secret
is the proxy. What a client sends under the names that we trust never gets this far
through Envoy; from the others it is dropped here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qs, unquote

from .requests import LiveRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TOKEN: Final = b"x-postern-token"
ROUTE: Final = b"x-postern-route"
UPGRADE: Final = b"x-postern-upgrade"
CHECK: Final = b"/check"
NGINX: Final = b"/authorize/nginx/"
TRAEFIK: Final = b"/authorize/traefik/"
MAX_HEADERS: Final = 64 * 1024
MAX_ROUTE_ID: Final = 128
_SCHEMES: Final = {b"http": "http", b"https": "https"}
# Two of these, and it isn't clear which one counts.
_SINGLE: Final = frozenset(
    {b"host", b"authorization", b"content-type", b"x-forwarded-proto"}
)


class BadRequestError(Exception):
    """A request that has more than one meaning, or none."""


class Incoming(NamedTuple):
    """A request as it came over HTTP; the names of headers are in lower case."""

    method: str
    raw_path: bytes
    query: bytes
    pairs: list[tuple[bytes, bytes]]


class Check(NamedTuple):
    """A question of a proxy: may this request go to that route?"""

    route_id: str
    request: LiveRequest
    proxy: str


def headers_of(pairs: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return headers by name, those that came twice joined.

    Raises:
        BadRequestError: one came twice that may come once.
    """
    found: dict[bytes, bytes] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif name in _SINGLE or name.startswith(b"x-postern-"):
            raise BadRequestError(f"{name!r} came twice")
        else:
            joint = b"; " if name == b"cookie" else b", "
            found[name] = found[name] + joint + value
    return found


def envoy_check(incoming: Incoming, headers: Mapping[bytes, bytes]) -> Check:
    """Read a check as Envoy sends it: the client's own method, path and headers.

    Raises:
        BadRequestError: it names no route.
    """
    route_id = headers.get(ROUTE, b"")
    if not 0 < len(route_id) <= MAX_ROUTE_ID:
        raise BadRequestError("no route is named")
    request = LiveRequest(
        method=incoming.method,
        raw_path=incoming.raw_path[len(CHECK) :],
        query=incoming.query,
        headers=headers,
        scheme=_SCHEMES.get(headers.get(b"x-forwarded-proto", b"https"), "https"),
        upgrade=headers.get(UPGRADE, b"").decode("latin-1"),
    )
    return Check(route_id.decode("latin-1"), request, "envoy")


def own_request(incoming: Incoming, headers: Mapping[bytes, bytes]) -> LiveRequest:
    """Read a request for one of our own paths, which the proxy passed on as it is."""
    return LiveRequest(
        method=incoming.method,
        raw_path=incoming.raw_path,
        query=incoming.query,
        headers=headers,
        scheme=_SCHEMES.get(headers.get(b"x-forwarded-proto", b"https"), "https"),
    )


def is_forwarded_check(raw_path: bytes) -> bool:
    """Answer whether nginx or Traefik asks."""
    return raw_path.startswith((NGINX, TRAEFIK))


def forwarded_token(incoming: Incoming, headers: Mapping[bytes, bytes]) -> bytes:
    """Return the secret that nginx gives in a header and Traefik in the address."""
    if TOKEN in headers:
        return headers[TOKEN]
    values = parse_qs(incoming.query).get(b"token", [])
    return values[0] if len(values) == 1 else b""


def forwarded_check(incoming: Incoming, headers: Mapping[bytes, bytes]) -> Check:
    """Read a check of nginx's `auth_request` or Traefik's `forwardAuth`.

    The route's id stands in the address that the operator configured.

    Raises:
        BadRequestError: it doesn't say what was asked for.
    """
    raw_path = incoming.raw_path
    is_nginx = raw_path.startswith(NGINX)
    route_id = raw_path.removeprefix(NGINX if is_nginx else TRAEFIK)
    names = _NGINX_NAMES if is_nginx else _TRAEFIK_NAMES
    method, uri, host, address = (headers.get(name, b"") for name in names)
    if not (method and uri.startswith(b"/") and host and route_id):
        raise BadRequestError("the original request isn't described")
    path, _, query = uri.partition(b"?")
    own = {
        name: value
        for name, value in headers.items()
        if not name.startswith((b"x-postern-", b"x-original-"))
    }
    own[b"host"] = host
    own[b"x-postern-client-ip"] = address.rpartition(b",")[2].strip()
    upgrade = headers.get(b"upgrade", b"").decode("latin-1")
    request = LiveRequest(
        method=method.decode("latin-1"),
        raw_path=path,
        query=query,
        headers=own,
        scheme=_SCHEMES.get(headers.get(b"x-forwarded-proto", b"https"), "https"),
        upgrade=upgrade,
    )
    proxy = "nginx" if is_nginx else "traefik"
    return Check(unquote(route_id.decode("latin-1")), request, proxy)


_NGINX_NAMES: Final = (
    b"x-original-method",
    b"x-original-uri",
    b"x-original-host",
    b"x-real-ip",
)
_TRAEFIK_NAMES: Final = (
    b"x-forwarded-method",
    b"x-forwarded-uri",
    b"x-forwarded-host",
    b"x-forwarded-for",
)
