"""`from`: the address that people use, in its one canonical form."""

import re
import unicodedata
from dataclasses import dataclass

from policies.texts import worded
from routes.validation.hosts import canonical_host, check_wildcard, split_port
from routes.validation.problems import UnusableError, shown

WEB_SCHEMES = {"https": 443, "http": 80}
TUNNEL_SCHEMES = ("tcp+https", "udp+https")
SSH_PORT = 22
SCHEMES = (*WEB_SCHEMES, *TUNNEL_SCHEMES, "ssh")
_PARTS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?P<slashes>//)?"
    r"(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<fragment>#.*)?\Z",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Address:
    """A canonical `from`.

    Attributes:
        url: the canonical text.
        scheme: one of SCHEMES.
        host: host name (may begin with `*.`), or IP address, without the port.
        port: None when it is the scheme's own.
        targets: `host:port` of each target that a tunnel's path names.
    """

    url: str
    scheme: str
    host: str
    port: int | None = None
    targets: tuple[str, ...] = ()

    @property
    def is_wildcard(self) -> bool:
        """The host stands for all names below another."""
        return self.host.startswith("*.")

    @property
    def is_web(self) -> bool:
        """Paths take part in matching."""
        return self.scheme in WEB_SCHEMES

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host whose traffic the address takes; each needs its owner."""
        targets = (split_port(target)[0] for target in self.targets)
        return tuple(dict.fromkeys((self.host, *targets)))


def check_characters(text: str) -> None:
    """Refuse what no address holds: spaces, control characters, backslashes.

    Raises:
        UnusableError: names the character and its place.
    """
    for position, character in enumerate(text, start=1):
        if character in " \\" or unicodedata.category(character)[0] in "CZ":
            name = worded("a backslash") if character == "\\" else worded("a space")
            if unicodedata.category(character)[0] == "C":
                name = worded(
                    "the control character U+%(code)s", code=f"{ord(character):04X}"
                )
            raise UnusableError(
                worded(
                    "character %(position)s is %(name)s", position=position, name=name
                ),
                worded("remove it"),
            )


def split_url(text: str) -> re.Match[str]:
    """Split an address into its parts, without dropping any character.

    Raises:
        UnusableError: it has no scheme and host.
    """
    check_characters(text)
    parts = _PARTS.match(text)
    if parts is None:
        raise UnusableError(
            worded("%(text)s has no scheme", text=shown(text)),
            worded("begin with a scheme, such as `https://`"),
        )
    return parts


def parse_from(text: str) -> Address:
    """Return the canonical form of `from`.

    Raises:
        UnusableError: routes can't have it.
    """
    parts = split_url(text)
    scheme = parts["scheme"].lower()
    if scheme not in SCHEMES:
        raise UnusableError(
            worded("%(scheme)s is not a scheme that routes have", scheme=shown(scheme)),
            worded("use https, tcp+https, udp+https or ssh"),
        )
    if not parts["slashes"] or not parts["authority"]:
        raise UnusableError(
            worded("the host is missing"),
            worded("write `%(scheme)s://host`", scheme=scheme),
        )
    if "@" in parts["authority"]:
        raise UnusableError(
            worded("there is a user name in the address"), worded("remove it")
        )
    if parts["query"] is not None or parts["fragment"] is not None:
        raise UnusableError(
            worded("there is a query or a fragment in the address"),
            worded("remove `?` or `#` and all behind it"),
        )
    host, port = split_port(parts["authority"])
    host = check_wildcard(host) if "*" in host else canonical_host(host)
    if scheme in TUNNEL_SCHEMES:
        return _tunnel(scheme, host, port, parts["path"])
    if parts["path"] not in {"", "/"}:
        raise UnusableError(
            worded(
                "the path %(parts)s is part of the address", parts=shown(parts["path"])
            ),
            worded("remove it, and set `prefix`, `path` or `regex`"),
        )
    if port == WEB_SCHEMES.get(scheme, SSH_PORT):
        port = None
    return Address(_url(scheme, host, port), scheme, host, port)


def _tunnel(scheme: str, host: str, port: int | None, path: str) -> Address:
    segments = [segment for segment in path.split("/") if segment]
    targets = tuple(_target(segment) for segment in segments)
    if targets:
        port = None if port == WEB_SCHEMES["https"] else port
    elif port is None:
        raise UnusableError(
            worded("the port is missing"),
            worded(
                "write `%(scheme)s://%(host)s:22` with your port",
                scheme=scheme,
                host=host,
            ),
        )
    url = _url(scheme, host, port) + "".join(f"/{target}" for target in targets)
    return Address(url, scheme, host, port, targets)


def _target(segment: str) -> str:
    host, port = split_port(segment)
    if port is None:
        raise UnusableError(
            worded("%(segment)s has no port", segment=shown(segment)),
            worded("write `host:port`"),
        )
    return f"{canonical_host(host)}:{port}"


def _url(scheme: str, host: str, port: int | None) -> str:
    return f"{scheme}://{host}" + (f":{port}" if port else "")
