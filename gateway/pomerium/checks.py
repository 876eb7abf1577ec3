"""What Core checks of each route before it takes a configuration, checked before it is
sent: Core says nothing to the sender, and keeps all it had because of one bad route.
"""

from __future__ import annotations

import base64
import binascii
import ssl
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from cryptography import x509

from routes.validation.certificates import check_pair
from routes.validation.paths import check_substitution, compile_regex
from routes.validation.problems import UnusableError

from .problems import Problem, UnfitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

UNIX: Final = frozenset({"unix", "https+unix"})
ALONE: Final = ("tcp", "udp", "unix", "https+unix")
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
STATUSES: Final = range(200, 600)
MAX_DEPENDS_ON: Final = 5
MAX_PANIC: Final = 100
MAX_SECONDS: Final = 315_576_000_000  # of a duration of protobuf


def problems_of(route: Any) -> Iterator[Problem]:
    """Yield everything about a route's message that Core, or its Envoy, refuses."""
    for check in CHECKS:
        try:
            check(route)
        except UnfitError as error:
            yield Problem(
                subject=f"route {route.name}",
                subject_id=route.id,
                text=str(error),
                remedy=error.remedy,
            )


def _from(route: Any) -> None:
    parts = _url(getattr(route, "from"), "from")
    if parts.scheme in ("http", "https") and parts.path not in ("", "/"):
        raise UnfitError(
            f"`from` has the path {parts.path}", "put it into `prefix` or `path`"
        )


def _destination(route: Any) -> None:
    kinds = (bool(route.to), route.HasField("redirect"), route.HasField("response"))
    if not any(kinds):
        raise UnfitError(
            "it says neither `to` nor `redirect` nor `response`",
            "say where requests go",
        )
    if route.HasField("redirect") and not route.redirect.ListFields():
        raise UnfitError(
            "`redirect` is empty, which Core takes for none", "say where it leads"
        )


def _upstreams(route: Any) -> None:
    schemes = set()
    for text in route.to:
        parts = _url(text, "to")
        if parts.scheme not in UNIX and not parts.hostname:
            raise UnfitError(f"`to`: {text} names no host", "name one")
        schemes.add(parts.scheme)
    mixed = [one for one in ALONE if one in schemes and len(schemes) > 1]
    if mixed:
        raise UnfitError(
            f"`to` mixes {mixed[0]} with others", "split it into several routes"
        )


def _weights(route: Any) -> None:
    weights = list(route.load_balancing_weights)
    if weights and (len(weights) != len(route.to) or 0 in weights):
        raise UnfitError("not every upstream has a weight", "give each one above 0")


def _redirect(route: Any) -> None:
    code = route.redirect.response_code
    if route.redirect.HasField("response_code") and code not in REDIRECTS:
        raise UnfitError(f"{code} is no status of a redirect", "take 301, 302 or 308")


def _response(route: Any) -> None:
    if route.HasField("response") and route.response.status not in STATUSES:
        raise UnfitError(
            f"{route.response.status} is no status of an answer", "take 200 to 599"
        )


def _client_certificate(route: Any) -> None:
    if bool(route.tls_client_cert) != bool(route.tls_client_key):
        raise UnfitError(
            "a client certificate needs its key, and a key its certificate",
            "give both or neither",
        )
    if route.tls_client_cert:
        _usable(check_pair, route.tls_client_cert, route.tls_client_key)


def _authorities(route: Any) -> None:
    for key in ("tls_custom_ca", "tls_downstream_client_ca"):
        text = getattr(route, key)
        try:
            pem = base64.b64decode(text, validate=True)
            if text:
                x509.load_pem_x509_certificates(pem)
        except (binascii.Error, ValueError) as error:
            raise UnfitError(
                f"`{key}` is no base64 of a certificate", "paste its PEM anew"
            ) from error


def _token(route: Any) -> None:
    both = ("kubernetes_service_account_token",) * 2
    if getattr(route, both[0]) and getattr(route, f"{both[1]}_file"):
        raise UnfitError(f"`{both[0]}` is given, and a file too", "keep one")


def _rewrites(route: Any) -> None:
    if route.prefix_rewrite and route.regex_rewrite_pattern:
        raise UnfitError(
            "`prefix_rewrite` and `regex_rewrite_pattern` are both given", "keep one"
        )


def _expressions(route: Any) -> None:
    """Core passes them on; Envoy then refuses all of its routes."""
    for key in ("regex", "regex_rewrite_pattern", "host_path_regex_rewrite_pattern"):
        pattern = getattr(route, key)
        if pattern:
            _usable(compile_regex, pattern)
    for stem in ("regex_rewrite", "host_path_regex_rewrite"):
        pattern = getattr(route, f"{stem}_pattern")
        substitution = getattr(route, f"{stem}_substitution")
        if pattern and substitution:
            _usable(check_substitution, pattern, substitution)


def _depends_on(route: Any) -> None:
    if len(route.depends_on) > MAX_DEPENDS_ON:
        raise UnfitError(
            f"`depends_on` names {len(route.depends_on)} hosts",
            f"name at most {MAX_DEPENDS_ON}",
        )
    for text in route.depends_on:
        if "/" in text and not (urlsplit(text).scheme and urlsplit(text).netloc):
            raise UnfitError(f"`depends_on`: {text} is no host", "write the host alone")


def _mcp(route: Any) -> None:
    if not route.HasField("mcp"):
        return
    if not (route.mcp.HasField("server") or route.mcp.HasField("client")):
        raise UnfitError("`mcp` says neither server nor client", "say which it is")
    issuer = route.mcp.server.authorization_server_url
    if issuer and _url(issuer, "authorization_server_url").scheme != "https":
        raise UnfitError(
            "`mcp`: the authorization server's address isn't https", "write https://"
        )


def _panic(route: Any) -> None:
    if not 0 <= route.healthy_panic_threshold <= MAX_PANIC:
        raise UnfitError(
            f"`healthy_panic_threshold` is {route.healthy_panic_threshold}",
            "it is a percentage",
        )


def _durations(route: Any) -> None:
    for key in ("timeout", "idle_timeout"):
        seconds = getattr(route, key).seconds
        if not 0 <= seconds <= MAX_SECONDS:
            raise UnfitError(f"`{key}` is out of range", "take a shorter time")


CHECKS: Final[tuple[Callable[[Any], None], ...]] = (
    _from,
    _destination,
    _upstreams,
    _weights,
    _redirect,
    _response,
    _client_certificate,
    _authorities,
    _token,
    _rewrites,
    _expressions,
    _depends_on,
    _mcp,
    _panic,
    _durations,
)


def _url(text: str, key: str) -> Any:
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) or parts.scheme in UNIX
        _ = parts.port if has_host else None
    except ValueError as error:
        raise UnfitError(
            f"`{key}`: {text} is no address: {error}", "correct it"
        ) from error
    if not parts.scheme or not has_host:
        raise UnfitError(
            f"`{key}`: {text or 'nothing'} is no whole address",
            "write scheme and host, such as https://wiki.example.com",
        )
    return parts


def _usable(check: Callable[..., Any], *values: Any) -> None:
    try:
        check(*values)
    except UnusableError as error:
        raise UnfitError(str(error), error.remedy) from error
    except ValueError as error:
        raise UnfitError(f"it can't be read: {error}", "paste it anew") from error


def problems_of_certificate(
    name: str, pk: str, chain: str, key: str
) -> Iterable[Problem]:
    """Return why Core could not serve a certificate: nothing, or one thing."""
    try:
        certificate = base64.b64encode(chain.encode()).decode()
        _usable(check_pair, certificate, base64.b64encode(key.encode()).decode())
    except (UnfitError, ssl.SSLError) as error:
        remedy = getattr(error, "remedy", "upload it anew")
        return [
            Problem(
                subject=f"certificate {name}",
                subject_id=pk,
                text=str(error),
                remedy=remedy,
            )
        ]
    return []
