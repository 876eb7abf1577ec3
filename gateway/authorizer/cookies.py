"""Cookies of our own on the hosts of routes, and what upstreams see of the rest.

A session's cookie is `POSITION.SECRET`: the stream's position when the session began,
and what it is found by. Nothing else is in it, and the secret is stored nowhere.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

SESSION: Final = "postern-session"
SIGN_IN: Final = "postern-sign-in"
SIGN_IN_SECONDS: Final = 900
MAX_COOKIES: Final = 16 * 1024
MAX_REMEMBERED: Final = 4096
MAX_REMEMBERED_LENGTH: Final = 2048

SAME_SITE: Final = {"lax": "Lax", "strict": "Strict", "none": "None"}
_SESSION_VALUE: Final = re.compile(rb"(\d{1,15})\.([A-Za-z0-9_-]{43})")
_NONCE: Final = re.compile(rb"[A-Za-z0-9_-]{43}")


class Cookies(NamedTuple):
    """What a Cookie header says to us.

    Attributes:
        key: the hash by which the session is found, "" without one.
        position: where the stream was when the session began.
        nonce: what this browser began signing in with, "" if it did not.
        others: the header without our own cookies; None when there were none.
    """

    key: str = ""
    position: int = 0
    nonce: str = ""
    others: bytes | None = None


NO_COOKIES: Final = Cookies()
_known: dict[tuple[bytes, bool, Manner], Cookies] = {}


class Manner(NamedTuple):
    """How the cookie of sessions is called and sent.

    `secure_only` keeps sessions away from sites without TLS.
    """

    name: str = SESSION
    secure_only: bool = False
    http_only: bool = True
    same_site: str = "lax"

    def set_session(self, value: str, *, secure: bool, seconds: int) -> bytes:
        """Return the header that sets the cookie of a session."""
        # Browsers drop what is for all sites and not secure.
        same_site = self.same_site if secure or self.same_site != "none" else "lax"
        return set_cookie(
            self.name,
            value,
            secure=secure,
            seconds=seconds,
            http_only=self.http_only,
            same_site=SAME_SITE.get(same_site, "Lax"),
        )


USUAL: Final = Manner()


def manner_of(settings: Mapping[str, Any]) -> Manner:
    """Return the manner that settings ask for."""
    http_only = settings.get("cookie_http_only")
    return Manner(
        name=str(settings.get("cookie_name") or SESSION),
        secure_only=bool(settings.get("cookie_secure")),
        http_only=True if http_only is None else bool(http_only),
        same_site=str(settings.get("cookie_same_site") or "lax"),
    )


def read_cookies(header: bytes, *, secure: bool, manner: Manner = USUAL) -> Cookies:
    """Read a Cookie header. What is no cookie of ours is nobody's, never an error.

    On https only names with `__Host-` count, which no other host can set. Two
    sessions at once are none: one of them was planted.
    """
    key = (header, secure, manner)
    try:
        return _known[key]
    except KeyError:
        found = _read(header, secure=secure, manner=manner)
    if len(header) <= MAX_REMEMBERED_LENGTH:
        if len(_known) >= MAX_REMEMBERED:
            _known.clear()
        _known[key] = found
    return found


@lru_cache(maxsize=64)
def _own_names(name: str) -> frozenset[bytes]:
    """Return the names of all cookies of ours; a former one is no upstream's either."""
    return frozenset(
        cookie_name(one, secure=secure).encode()
        for one in (name, SESSION, SIGN_IN)
        for secure in (True, False)
    )


def _read(header: bytes, *, secure: bool, manner: Manner) -> Cookies:
    names = _own_names(manner.name)
    pairs = [part.strip() for part in header.split(b";")]
    own: dict[bytes, list[bytes]] = {}
    others = []
    for pair in pairs:
        name, _, value = pair.partition(b"=")
        if name.strip() in names:
            own.setdefault(name.strip(), []).append(value.strip())
        elif pair:
            others.append(pair)
    if len(header) > MAX_COOKIES:
        own = {}
    session = _only(own.get(cookie_name(manner.name, secure=secure).encode(), ()))
    if manner.secure_only and not secure:
        session = b""
    nonce = _only(own.get(cookie_name(SIGN_IN, secure=secure).encode(), ()))
    found = _SESSION_VALUE.fullmatch(session)
    return Cookies(
        key=key_of(found[2].decode()) if found else "",
        position=int(found[1]) if found else 0,
        nonce=nonce.decode() if _NONCE.fullmatch(nonce) else "",
        others=b"; ".join(others) if len(others) < len(pairs) else None,
    )


def _only(values: list[bytes] | tuple[()]) -> bytes:
    return values[0] if len(values) == 1 else b""


def key_of(secret: str) -> str:
    """Return the form in which a session's secret is stored (SHA-256, hex)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """Make a secret of 32 random bytes, as 43 characters of text."""
    return secrets.token_urlsafe(32)


def cookie_name(name: str, *, secure: bool) -> str:
    """Return a cookie's full name; on https it is bound to its host by the browser."""
    return f"__Host-{name}" if secure else name


def set_cookie(
    name: str,
    value: str,
    *,
    secure: bool,
    seconds: int,
    http_only: bool = True,
    same_site: str = "Lax",
) -> bytes:
    """Return the header that sets a cookie for one host; 0 seconds take it away."""
    flags = "; Secure" if secure else ""
    hidden = "HttpOnly; " if http_only else ""
    text = (
        f"{cookie_name(name, secure=secure)}={value}; Path=/; Max-Age={seconds}; "
        f"{hidden}SameSite={same_site}{flags}"
    )
    return text.encode()
