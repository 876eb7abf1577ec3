"""From a ruling to what the client gets: status, headers and body.

An answer that lets a request through says so in `goes_on`; a status alone never does,
since some refusals are a 200 for the client (robots.txt).
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from policies.language import Outcome
from policies.language.facts import NOTHING

from . import cookies, pages
from .branding import OURS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .branding import Brand
    from .cookies import Cookies
    from .engine import Ruling
    from .identity import Headers
    from .requests import LiveRequest

ROBOTS: Final = b"User-agent: *\nDisallow: /"
ROBOTS_PATH: Final = "/robots.txt"
KUBERNETES: Final = "kubernetes/"
GRPC: Final = "application/grpc"
MAX_RETURN: Final = 1000  # it travels inside of another address, encoded
UNAUTHENTICATED: Final = 401
FOUND: Final = 302
_OFFERED: Final = ("text/html", "application/json", "text/plain")
_HOST: Final = re.compile(r"[a-z0-9*._-]{1,253}(:\d{1,5})?|\[[0-9a-f:.]+\](:\d{1,5})?")
_TITLES: Final = {
    400: "This address can't be read",
    401: "Sign in first",
    403: "You may not open this",
    404: "There is nothing here",
    450: "This device doesn't fit",
    495: "A certificate is needed",
    503: "Not available right now",
}
_KUBERNETES_REASONS: Final = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    450: "Unauthorized",
    495: "Unauthorized",
}
NO_STORE: Final = (b"cache-control", b"no-store")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a proxy is told. `goes_on` lets the request through, with `headers`."""

    status: int
    headers: Headers
    body: bytes = b""
    goes_on: bool = False


def allowed(ruling: Ruling, headers: Headers) -> Answer:
    """Let a request through with headers for its upstream; our cookies stay here."""
    removed = []
    others = ruling.cookies.others
    if others is not None:
        if others:
            headers = [*headers, (b"cookie", others)]
        else:
            removed.append(b"cookie")
    has_account = ruling.known.account is not None
    if has_account and not any(name == b"authorization" for name, _ in headers):
        removed.append(b"authorization")
    if removed:
        headers = [*headers, (b"x-envoy-auth-headers-to-remove", b",".join(removed))]
    return Answer(200, headers, goes_on=True)


def refused(ruling: Ruling, *, console_url: str, brand: Brand = OURS) -> Answer:
    """Answer a request that doesn't go through."""
    request = ruling.request
    outcome = ruling.outcome
    if outcome is Outcome.LOGIN or outcome is Outcome.DEVICE_ENROLLMENT:
        if not wants_page(request) or ruling.known.account is not None:
            return _denied(ruling, UNAUTHENTICATED, [], brand)
        return _denied(ruling, FOUND, _to_sign_in(ruling, console_url), brand)
    return _denied(ruling, ruling.status, [], brand)


def unreadable(request: LiveRequest) -> Answer:
    """Answer a request whose path could be read in more than one way."""
    return plain(400, _TITLES[400], request)


def unavailable(request: LiveRequest) -> Answer:
    """Answer while there is nothing to decide by."""
    return plain(503, _TITLES[503], request)


def plain(status: int, title: str, request: LiveRequest, brand: Brand = OURS) -> Answer:
    """Answer with a page that says no more than its title, or with JSON."""
    if prefers_json(request):
        return _json(status, {"error": title})
    return _page(status, pages.notice(title, status, brand), brand=brand)


def _to_sign_in(ruling: Ruling, console_url: str) -> Headers:
    """Send a browser to the console, to come back as whoever signed in there."""
    request = ruling.request
    more = {}
    if ruling.outcome is Outcome.DEVICE_ENROLLMENT:
        more["device"] = device_type_of(ruling)
    return sign_in_headers(
        ruling.cookies,
        return_address(request),
        secure=request.scheme == "https",
        console_url=console_url,
        more=more,
    )


def sign_in_headers(
    known: Cookies,
    to: str,
    *,
    secure: bool,
    console_url: str,
    more: Mapping[str, str] = NOTHING,
) -> Headers:
    """Return the headers that begin signing in, for an address to come back to.

    The browser keeps a nonce, and the console is told its hash: what comes back counts
    in this browser only.
    """
    nonce = known.nonce or cookies.new_secret()
    query = {"to": to, "challenge": challenge_of(nonce), **more}
    location = f"{console_url}/gateway/sign-in?{urlencode(query)}"
    cookie = cookies.set_cookie(
        cookies.SIGN_IN, nonce, secure=secure, seconds=cookies.SIGN_IN_SECONDS
    )
    return [(b"location", location.encode("ascii")), (b"set-cookie", cookie)]


def challenge_of(nonce: str) -> str:
    """Return what may be shown of a nonce (PKCE's S256)."""
    digest = hashlib.sha256(nonce.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def device_type_of(ruling: Ruling) -> str:
    """Return the type of device that is asked for, "any" when it isn't said."""
    decision = ruling.decision
    if decision is None:
        return "any"
    for data in (decision.allow_data, decision.deny_data):
        if data.get("device_type"):
            return str(data["device_type"])
    return "any"


def return_address(request: LiveRequest) -> str:
    """Return the address that a browser should come back to.

    That of the request if it can be asked for again, else the host's first page.
    """
    host = request.host if _HOST.fullmatch(request.host) else ""
    url = f"{request.scheme}://{host}{request.raw_path}"
    if request.query:
        url = f"{url}?{request.query}"
    if len(url) > MAX_RETURN or request.method not in {"GET", "HEAD"}:
        return f"{request.scheme}://{host}/"
    return url


def _denied(ruling: Ruling, status: int, headers: Headers, brand: Brand) -> Answer:
    request = ruling.request
    if KUBERNETES in request.header(b"user-agent"):
        return _kubernetes(status, headers)
    if request.raw_path == ROBOTS_PATH:
        return Answer(200, [(b"content-type", b"text/plain"), NO_STORE], ROBOTS)
    if prefers_json(request):
        return _json(status, _as_json(ruling, status), headers)
    if status == FOUND:
        return Answer(FOUND, [*headers, NO_STORE])
    title = _TITLES.get(status, _TITLES[403])
    text = pages.refusal(ruling, title, status, brand)
    return _page(status, text, headers, brand=brand)


def _kubernetes(status: int, headers: Headers) -> Answer:
    """Answer kubectl in the form in which it expects failures."""
    body = {
        "apiVersion": "v1",
        "kind": "Status",
        "status": "Failure",
        "message": _TITLES.get(status, "Login"),
        "reason": _KUBERNETES_REASONS.get(status, ""),
        "code": status,
    }
    return _json(status, body, headers)


def _as_json(ruling: Ruling, status: int) -> dict[str, object]:
    found: dict[str, object] = {"error": _TITLES.get(status, "Login")}
    tells_why = ruling.entry is not None and ruling.entry.tells_why
    notes = [
        {
            "policy": one.name,
            "explanation": one.explanation,
            "remediation": one.remediation,
        }
        for one in (pages.blocking(ruling) if tells_why else ())
        if one.explanation or one.remediation
    ]
    return found | ({"policies": notes} if notes else {})


def _json(status: int, body: dict[str, object], headers: Headers = ()) -> Answer:  # type: ignore[assignment]
    return Answer(
        status,
        [*headers, (b"content-type", b"application/json"), NO_STORE],
        json.dumps(body).encode(),
    )


def _page(
    status: int,
    text: str,
    headers: Headers = (),  # type: ignore[assignment]
    *,
    brand: Brand = OURS,
) -> Answer:
    return Answer(status, [*headers, *brand.headers], text.encode())


def wants_page(request: LiveRequest) -> bool:
    """Answer whether a client can be sent to a page to sign in."""
    if request.header(b"content-type").startswith(GRPC):
        return False
    if request.upgrade:
        return False
    return _most_acceptable(request.header(b"accept")) == "text/html"


def prefers_json(request: LiveRequest) -> bool:
    """Answer whether a client asks for JSON rather than for a page."""
    accept = request.header(b"accept")
    return bool(accept) and _most_acceptable(accept) == "application/json"


def _most_acceptable(accept: str) -> str:
    """Return which of the types that we have a client likes best (RFC 9110, 12.5.1).

    The first of ours when it doesn't care; "" when it takes none of them.
    """
    wanted = [_media_range(part) for part in accept.split(",") if part.strip()]
    if not wanted:
        return _OFFERED[0]
    best, found = 0.0, ""
    for offered in _OFFERED:
        kind = offered.partition("/")[0]
        fitting = [
            (name.count("*"), -quality)
            for name, quality in wanted
            if name in {offered, f"{kind}/*", "*/*"}
        ]
        quality = -min(fitting)[1] if fitting else 0.0
        if quality > best:
            best, found = quality, offered
    return found


def _media_range(text: str) -> tuple[str, float]:
    name, *parameters = text.split(";")
    quality = 1.0
    for one in parameters:
        key, _, value = one.strip().partition("=")
        if key.strip().lower() == "q":
            try:
                quality = min(1.0, max(0.0, float(value)))
            except ValueError:
                quality = 0.0
    return name.strip().lower(), quality
