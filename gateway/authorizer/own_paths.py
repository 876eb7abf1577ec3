"""`/.pomerium/` and its like on each route's host: answered before any policy.

Who am I, what can I reach, signing in and out. These paths are never given to an
upstream, and no policy applies to them.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import parse_qs, urlencode

from . import answers, cookies, own_pages
from .answers import NO_STORE, Answer
from .callers import NOBODY, Known
from .engine import NotReadyError
from .identity import claims_of
from .reach import list_reachable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from .cookies import Cookies
    from .engine import Engine
    from .identity import Headers, Identity
    from .own_pages import OwnDevice
    from .places import Place
    from .requests import LiveRequest

    Handler = Callable[["Visit"], Awaitable[Answer]]

MAX_CODE: Final = 200

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has just begun.

    Attributes:
        secret: goes into the cookie, and nowhere else.
        position: of the stream, once others can have seen the session.
        seconds: until it ends at the latest.
        return_to: where the browser wanted to go; an address of the same host.
    """

    secret: str
    position: int
    seconds: int
    return_to: str


class ConsoleSide(Protocol):
    """What only the console's tables know. Its methods wait for the database."""

    def redeem(
        self, code: str, *, challenge: str, host: str, address: str
    ) -> Begun | None:
        """Turn a code into a session; None when the code doesn't count here."""

    def end(self, session_id: str, *, address: str) -> None:
        """End a session because its person wants to."""

    def devices(self, person_id: str, *, proven: Collection[str]) -> list[OwnDevice]:
        """Return all devices of a person, also those that don't count."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for one of our own paths."""

    request: LiveRequest
    cookies: Cookies
    known: Known
    place: Place

    @property
    def is_secure(self) -> bool:
        return self.request.scheme == "https"

    def page(self, text: str, status: int = 200) -> Answer:
        """Answer with a page that looks as this host's do."""
        return Answer(status, self.place.brand.headers, text.encode())


class OwnPaths:
    """Answers on our own paths."""

    def __init__(
        self,
        engine: Engine,
        identity: Identity,
        console: ConsoleSide,
        *,
        console_url: str,
    ) -> None:
        self._engine = engine
        self._identity = identity
        self._console = console
        self._console_url = console_url
        self._handlers: dict[tuple[str, str], Handler] = {
            ("GET", ""): self._page,
            ("GET", "/"): self._page,
            ("GET", "/sign_in"): self._to_sign_in,
            ("GET", "/callback"): self._callback,
            ("GET", "/sign_out"): self._ask_to_sign_out,
            ("POST", "/sign_out"): self._sign_out,
            ("GET", "/user"): self._user,
            ("GET", "/jwt"): self._jwt,
            ("GET", "/routes"): self._routes,
            ("GET", "/api/v1/routes"): self._routes,
            ("GET", "/webauthn"): self._to_console,
            ("GET", "/device-enrolled"): self._to_console,
        }

    async def answer(self, request: LiveRequest, found: Cookies) -> Answer:
        """Answer a request; a fault of ours is a page that says no more than that."""
        path = request.raw_path
        if path.startswith("/.well-known/pomerium"):
            return self._well_known(request)
        try:
            table = self._engine.check_ready()
        except NotReadyError:
            return answers.unavailable(request)
        place = table.place_at(request.hostname)
        if place is None:
            return answers.plain(
                404, "There is nothing here", request, table.root.brand
            )
        known, is_stale = self._engine.identify(request, found, self._engine.now())
        if is_stale:
            text = "This token doesn't count"
            return answers.plain(401, text, request, place.brand)
        method = "GET" if request.method == "HEAD" else request.method or ""
        handler = self._handlers.get((method, path.removeprefix("/.pomerium")))
        if handler is None:
            return answers.plain(404, "There is nothing here", request, place.brand)
        return await handler(Visit(request, found, known, place))

    def _well_known(self, request: LiveRequest) -> Answer:
        headers: Headers = [
            (b"content-type", b"application/json"),
            (b"cache-control", b"public, max-age=300"),
            (b"access-control-allow-origin", b"*"),
        ]
        if request.raw_path == "/.well-known/pomerium/jwks.json":
            return Answer(200, headers, self._identity.jwks)
        base = f"{request.scheme}://{request.host}"
        if request.raw_path.rstrip("/") != "/.well-known/pomerium":
            return answers.plain(404, "There is nothing here", request)
        said = {
            "issuer": request.hostname,
            "jwks_uri": f"{base}/.well-known/pomerium/jwks.json",
            "frontchannel_logout_uri": f"{base}/.pomerium/sign_out",
        }
        return Answer(200, headers, json.dumps(said).encode())

    async def _page(self, visit: Visit) -> Answer:
        if visit.known.is_anonymous:
            return visit.page(
                own_pages.nobody(visit.request.hostname, visit.place.brand)
            )
        routes, is_complete = await asyncio.to_thread(
            list_reachable, self._engine, visit.known, visit.request
        )
        text = own_pages.somebody(
            visit.known,
            visit.request.host,
            routes,
            await self._devices(visit.known),
            is_complete=is_complete,
            console_url=self._console_url,
            brand=visit.place.brand,
        )
        return visit.page(text)

    async def _devices(self, known: Known) -> list[OwnDevice] | None:
        """Return a person's devices; None when the console can't be asked."""
        session = known.session
        if session is None:
            return []
        try:
            return await asyncio.to_thread(
                self._console.devices, session.person_id, proven=session.device_ids
            )
        except Exception:
            logger.exception("the devices of a person could not be read")
            return None

    async def _user(self, visit: Visit) -> Answer:
        if visit.known.is_anonymous:
            return self._first_sign_in(visit)
        moment = self._engine.now().timestamp()
        claims = claims_of(visit.known, visit.request.hostname, moment)
        devices = [
            {"type": kind, "id": one.credential_id}
            for kind, one in visit.known.base.devices.items()
        ]
        return _json({**claims, "devices": devices})

    async def _jwt(self, visit: Visit) -> Answer:
        if visit.known.is_anonymous:
            return self._first_sign_in(visit)
        moment = self._engine.now().timestamp()
        token = self._identity.token(visit.known, visit.request.hostname, moment)
        headers = [(b"content-type", b"application/jwt"), NO_STORE]
        return Answer(200, headers, token.encode())

    async def _routes(self, visit: Visit) -> Answer:
        if visit.known.is_anonymous:
            return self._first_sign_in(visit)
        routes, is_complete = await asyncio.to_thread(
            list_reachable, self._engine, visit.known, visit.request
        )
        found = [{"name": one.name, "from": one.url} for one in routes]
        return _json({"routes": found, "is_complete": is_complete})

    def _first_sign_in(self, visit: Visit) -> Answer:
        if not answers.wants_page(visit.request):
            brand = visit.place.brand
            return answers.plain(401, "Sign in first", visit.request, brand)
        return self._sent_to_sign_in(visit, answers.return_address(visit.request))

    async def _to_sign_in(self, visit: Visit) -> Answer:
        home = f"{visit.request.scheme}://{visit.request.host}/.pomerium/"
        return self._sent_to_sign_in(visit, home)

    def _sent_to_sign_in(self, visit: Visit, to: str) -> Answer:
        headers = answers.sign_in_headers(
            visit.cookies, to, secure=visit.is_secure, console_url=self._console_url
        )
        return Answer(302, [*headers, NO_STORE])

    async def _to_console(self, visit: Visit) -> Answer:
        query = urlencode(
            {"next": f"{visit.request.scheme}://{visit.request.host}/.pomerium/"}
        )
        location = f"{self._console_url}/.pomerium/?{query}"
        return Answer(302, [(b"location", location.encode()), NO_STORE])

    async def _callback(self, visit: Visit) -> Answer:
        """Turn the code that a browser brings into a session of this host.

        Only the browser that began has the nonce whose hash belongs to the code.
        """
        values = parse_qs(visit.request.query).get("code", [])
        nonce = visit.cookies.nonce
        if len(values) != 1 or len(values[0]) > MAX_CODE or not nonce:
            return visit.page(own_pages.sign_in_failed(visit.place.brand), 400)
        begun = await asyncio.to_thread(
            self._console.redeem,
            values[0],
            challenge=answers.challenge_of(nonce),
            host=visit.request.hostname,
            address=visit.request.ip,
        )
        if begun is None:
            return visit.page(own_pages.sign_in_failed(visit.place.brand), 400)
        value = f"{begun.position}.{begun.secret}"
        cookie = self._cookie(visit, value, begun.seconds)
        location = begun.return_to.encode("ascii", "ignore")
        headers = [(b"location", location), (b"set-cookie", cookie), NO_STORE]
        return Answer(302, headers)

    def _cookie(self, visit: Visit, value: str, seconds: int) -> bytes:
        table = self._engine.table
        manner = table.cookies if table is not None else cookies.USUAL
        return manner.set_session(value, secure=visit.is_secure, seconds=seconds)

    async def _ask_to_sign_out(self, visit: Visit) -> Answer:
        if visit.known.session is None:
            return visit.page(
                own_pages.nobody(visit.request.hostname, visit.place.brand)
            )
        return visit.page(own_pages.sign_out(visit.known, visit.place.brand))

    async def _sign_out(self, visit: Visit) -> Answer:
        """End the session, on the server as well. Other sites can't ask for that."""
        origin = visit.request.header(b"origin")
        own = f"{visit.request.scheme}://{visit.request.host}"
        if origin not in {"", own}:
            text, brand = "Another site asked for this", visit.place.brand
            return answers.plain(403, text, visit.request, brand)
        if visit.known.session is not None and visit.known is not NOBODY:
            await asyncio.to_thread(
                self._console.end, visit.known.session.id, address=visit.request.ip
            )
        cookie = self._cookie(visit, "", 0)
        headers = [(b"location", b"/.pomerium/"), (b"set-cookie", cookie), NO_STORE]
        return Answer(303, headers)


def _json(value: dict[str, Any]) -> Answer:
    headers = [(b"content-type", b"application/json"), NO_STORE]
    return Answer(200, headers, json.dumps(value).encode())
