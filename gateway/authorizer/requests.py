"""A request as a proxy describes it, in the form in which policies ask about it.

Most of it is worked out only when a policy asks: the path of a request that nobody's
policy looks at is never decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

from policies.language.facts import (
    NOTHING,
    ClientCertificate,
    Facts,
    Request,
)

if TYPE_CHECKING:
    from datetime import datetime

# What two readers of a path may take for two different paths: encoded separators,
# dots as segments, empty segments, both also with parameters (`/..;x/`, `/;x/`),
# backslashes, and anything that isn't printable, encoded or not.
_AMBIGUOUS: Final = re.compile(
    rb"%(?:25)?(?:2f|5c|2e|[01][0-9a-f]|7f)|\\|//|/\.{1,2}(?:/|;|%3b|$)|/(?:;|%3b)"
    rb"|[^!-~]|%(?![0-9a-f]{2})",
    re.IGNORECASE,
)
# What most paths hold none of; only those that do are looked at closely.
_SUSPICIOUS: Final = re.compile(rb"[^A-Za-z0-9_/-]")
MAX_PATH: Final = 8192


def is_ambiguous(raw_path: bytes) -> bool:
    """Answer whether proxy, policy and upstream might read a path differently."""
    if not raw_path.startswith(b"/") or len(raw_path) > MAX_PATH:
        return True
    if b"//" in raw_path:
        return True
    if _SUSPICIOUS.search(raw_path) is None:
        return False
    return _AMBIGUOUS.search(raw_path) is not None


@lru_cache(maxsize=4096)
def _canonical_name(name: str) -> str:
    """Return a header's name as policies write it: `Accept-Language`."""
    return "-".join(part.capitalize() for part in name.split("-"))


class LazyHeaders(Mapping[str, str]):
    """The client's headers by their canonical names, decoded when asked for.

    What the proxy adds for us is not among them.
    """

    __slots__ = ("_raw",)

    def __init__(self, raw: Mapping[bytes, bytes]) -> None:
        self._raw = raw

    def __getitem__(self, name: str) -> str:
        key = name.lower().encode("latin-1", "replace")
        if key.startswith(b"x-postern-"):
            raise KeyError(name)
        return self._raw[key].decode("latin-1")

    def __iter__(self) -> Iterator[str]:
        for name in self._raw:
            if not name.startswith(b"x-postern-"):
                yield _canonical_name(name.decode("latin-1"))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self) == dict(other)

    def __hash__(self) -> int:
        return hash(tuple(self._raw))


class LiveRequest(Request):
    """A request that is decided now. `raw_path` holds no query."""

    __slots__ = ("_raw", "_raw_headers", "scheme", "upgrade")
    # The base class is frozen; its fields are set here once, at a third of the cost.
    __setattr__ = object.__setattr__

    def __init__(
        self,
        *,
        method: str,
        raw_path: bytes,
        query: bytes = b"",
        headers: Mapping[bytes, bytes] = NOTHING,  # type: ignore[assignment]
        scheme: str = "https",
        upgrade: str = "",
    ) -> None:
        self.method = method  # type: ignore[misc]
        self._raw = (raw_path, query)
        self._raw_headers = headers
        self.scheme = scheme
        self.upgrade = upgrade

    @property
    def path(self) -> str:
        return unquote_to_bytes(self._raw[0]).decode("utf-8", "replace")

    @property
    def raw_path(self) -> str:
        return self._raw[0].decode("latin-1")

    @property
    def raw_path_bytes(self) -> bytes:
        """Return the path as it came."""
        return self._raw[0]

    @property
    def query(self) -> str:
        return self._raw[1].decode("latin-1")

    @property
    def host(self) -> str:
        return self._raw_headers.get(b"host", b"").decode("latin-1").lower()

    @property
    def hostname(self) -> str:
        host = self.host
        if host.startswith("["):
            return host.partition("]")[0][1:]
        return host.partition(":")[0].rstrip(".")

    @property
    def url(self) -> str:
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{self.host}{self.raw_path}{query}"

    @property
    def headers(self) -> Mapping[str, Any]:
        return LazyHeaders(self._raw_headers)

    @property
    def ip(self) -> str:
        return self._raw_headers.get(b"x-postern-client-ip", b"").decode("latin-1")

    @property
    def body(self) -> str:
        return ""

    def header(self, name: bytes) -> str:
        """Return a header of the client by its name in lower case, "" without it."""
        return self._raw_headers.get(name, b"").decode("latin-1")

    def raw(self, name: bytes) -> bytes:
        """Return a header as it came, also one that the proxy added for us."""
        return self._raw_headers.get(name, b"")


class LiveFacts(Facts):
    """What is known of whoever asks, with one request of theirs.

    The former is made once for a session; everything but request, time, certificate
    and records is looked up there.
    """

    __slots__ = ("base",)
    __setattr__ = object.__setattr__

    def __init__(
        self,
        base: Facts,
        request: Request,
        now: datetime,
        certificate: ClientCertificate,
        records: Any,
    ) -> None:
        self.base = base
        self.request = request  # type: ignore[misc]
        self.now = now  # type: ignore[misc]
        self.certificate = certificate  # type: ignore[misc]
        self.records = records  # type: ignore[misc]
        self.core_input = None  # type: ignore[misc]

    session = property(lambda self: self.base.session)
    person = property(lambda self: self.base.person)
    directory_user = property(lambda self: self.base.directory_user)
    directory = property(lambda self: self.base.directory)
    devices = property(lambda self: self.base.devices)
    device_registry = property(lambda self: self.base.device_registry)
    ssh = property(lambda self: self.base.ssh)
    mcp = property(lambda self: self.base.mcp)
