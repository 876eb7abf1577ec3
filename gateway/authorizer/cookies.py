"""Cookies of our own on the hosts of routes, and what upstreams see of the rest.

A session's cookie is `POSITION.SECRET`: the stream's position when the session began,
and what it is found by. Nothing else is in it, and the secret is stored nowhere.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final, NamedTuple

SESSION: Final = "postern-session"
SIGN_IN: Final = "postern-sign-in"
SIGN_IN_SECONDS: Final = 900
MAX_COOKIES: Final = 16 * 1024
MAX_REMEMBERED: Final = 4096
MAX_REMEMBERED_LENGTH: Final = 2048

_OWN: Final = frozenset(
    f"{prefix}{name}".encode()
    for prefix in ("__Host-", "")
    for name in (SESSION, SIGN_IN)
)
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
_known: dict[tuple[bytes, bool], Cookies] = {}


def read_cookies(header: bytes, *, secure: bool) -> Cookies:
    """Read a Cookie header. What is no cookie of ours is nobody's, never an error.

    On https only names with `__Host-` count, which no other host can set. Two
    sessions at once are none: one of them was planted.
    """
    try:
        return _known[header, secure]
    except KeyError:
        found = _read(header, secure=secure)
    if len(header) <= MAX_REMEMBERED_LENGTH:
        if len(_known) >= MAX_REMEMBERED:
            _known.clear()
        _known[header, secure] = found
    return found


def _read(header: bytes, *, secure: bool) -> Cookies:
    pairs = [part.strip() for part in header.split(b";")]
    own: dict[bytes, list[bytes]] = {}
    others = []
    for pair in pairs:
        name, _, value = pair.partition(b"=")
        if name.strip() in _OWN:
            own.setdefault(name.strip(), []).append(value.strip())
        elif pair:
            others.append(pair)
    if len(header) > MAX_COOKIES:
        own = {}
    session = _only(own.get(cookie_name(SESSION, secure=secure).encode(), ()))
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


def set_cookie(name: str, value: str, *, secure: bool, seconds: int) -> bytes:
    """Return the header that sets a cookie for one host; 0 seconds take it away."""
    flags = "; Secure" if secure else ""
    text = (
        f"{cookie_name(name, secure=secure)}={value}; Path=/; Max-Age={seconds}; "
        f"HttpOnly; SameSite=Lax{flags}"
    )
    return text.encode()
