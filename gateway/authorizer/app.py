"""The authorizer as an ASGI application: proxies ask, it answers. No framework.

Everything unexpected is a refusal. A request goes on only by an `Answer` that says so;
no other answer to a check has a status that a proxy could take for consent.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hmac import compare_digest
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from . import answers, wire
from .answers import Answer
from .branding import OURS
from .callers import NOBODY
from .cookies import NO_COOKIES, USUAL, Cookies, read_cookies
from .engine import Engine, NotReadyError, Ruling
from .requests import LiveRequest, is_ambiguous

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping
    from datetime import datetime

    from .branding import Brand
    from .identity import Identity
    from .own_paths import OwnPaths
    from .programs import RouteTable
    from .recording import Recorder

    Scope = MutableMapping[str, Any]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

REGO_THREADS: Final = 8
WAIT_STEP: Final = 0.02
WAIT_LONGEST: Final = 1.0
MAX_WAITING: Final = 256
OWN: Final = ("/.pomerium", "/.well-known/pomerium")
PROBES: Final = frozenset({"/ping", "/healthz"})
SECRET_NEEDED: Final = Answer(401, [(b"content-type", b"text/plain")], b"no proxy\n")
BAD_REQUEST: Final = Answer(400, [(b"content-type", b"text/plain")], b"unreadable\n")
FAULT: Final = Answer(503, [(b"content-type", b"text/plain")], b"unavailable\n")
FINE: Final = Answer(200, [(b"content-type", b"text/plain")], b"OK\n")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """What an authorizer must be told.

    Attributes:
        proxy_token: the secret that it shares with its proxies; never empty.
        console_url: where people sign in, without a slash at the end.
    """

    proxy_token: bytes
    console_url: str

    def __post_init__(self) -> None:
        if not self.proxy_token:
            raise ValueError("proxies need a secret")


class App:
    """Answers proxies, and people on the paths that are ours on each host.

    `used` says when each session was last let through, until somebody takes it away.
    """

    def __init__(
        self,
        engine: Engine,
        identity: Identity,
        options: Options,
        *,
        own_paths: OwnPaths,
        recorder: Recorder | None = None,
    ) -> None:
        self._engine = engine
        self._identity = identity
        self._options = options
        self._own_paths = own_paths
        self._recorder = recorder
        self.used: dict[str, datetime] = {}
        self._waiting = 0
        # Nobody waits for a thread behind a policy that may not end.
        self._quick, self._slow = (
            ThreadPoolExecutor(REGO_THREADS, thread_name_prefix=name)
            for name in ("rego-quick", "rego-slow")
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise RuntimeError(f"no answer to {scope['type']}")
        try:
            answer = await self._answer(scope, receive)
        except wire.BadRequestError:
            answer = BAD_REQUEST
        except Exception:
            logger.exception("a request could not be answered")
            answer = FAULT
        await send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": [
                    *answer.headers,
                    (b"content-length", str(len(answer.body)).encode()),
                ],
            }
        )
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        raw_path = scope["raw_path"]
        if raw_path in {b"/livez", b"/readyz"}:
            return self._probe(raw_path)
        pairs = scope["headers"]
        headers: Mapping[bytes, bytes] = dict(pairs)
        if len(headers) != len(pairs):
            headers = wire.headers_of(pairs)
        is_forwarded = wire.is_forwarded_check(raw_path)
        token = (
            wire.forwarded_token(scope, headers)
            if is_forwarded
            else headers.get(wire.TOKEN, b"")
        )
        if not compare_digest(token, self._options.proxy_token):
            return SECRET_NEEDED
        if raw_path.startswith(b"/check/"):
            return await self.check(wire.envoy_check(scope, headers))
        if is_forwarded:
            return await self._forwarded(wire.forwarded_check(scope, headers))
        return await self._own(wire.own_request(scope, headers), receive)

    async def _own(self, request: LiveRequest, receive: Receive) -> Answer:
        path = request.raw_path
        if path in PROBES:
            return FINE
        if path in OWN or path.startswith(tuple(f"{one}/" for one in OWN)):
            found = await self._cookies(request)
            return await self._own_paths.answer(request, found, receive)
        return BAD_REQUEST

    async def check(self, check: wire.Check) -> Answer:
        """Answer a proxy; whoever is refused never gets what looks like consent."""
        answer = await self.decide(check)
        if answer.goes_on or not 200 <= answer.status < 300:  # noqa: PLR2004
            return answer
        status = (b"x-postern-status", str(answer.status).encode())
        return Answer(403, [*answer.headers, status], answer.body)

    async def decide(self, check: wire.Check) -> Answer:
        """Decide about a request, say what the client gets, and take note of it."""
        began = perf_counter()
        try:
            ruling, answer = await self._rule(check)
        except Exception:
            self._note(check, self._without_route(check, 503, "fault"), FAULT, began)
            raise
        self._note(check, ruling, answer, began)
        return answer

    async def _rule(self, check: wire.Check) -> tuple[Ruling, Answer]:
        request = check.request
        if is_ambiguous(request.raw_path_bytes):
            ruling = self._without_route(check, 400, "path-ambiguous")
            return ruling, answers.unreadable(request)
        try:
            found = await self._cookies(request)
            if self._engine.asks_rego(check.route_id):
                is_quick = self._engine.is_quick(check.route_id)
                ruling = await asyncio.get_running_loop().run_in_executor(
                    self._quick if is_quick else self._slow,
                    self._engine.rule,
                    check.route_id,
                    request,
                    found,
                )
            else:
                ruling = self._engine.rule(check.route_id, request, found)
        except NotReadyError as error:
            logger.warning("nothing is allowed: %s", error)
            ruling = self._without_route(check, 503, "not-ready")
            return ruling, answers.unavailable(request)
        table = self._engine.table
        if ruling.is_allowed and table is not None:
            headers = self._identity.headers(ruling, table)
            answer = answers.allowed(ruling, headers)
            session = ruling.known.session
            if session is not None:
                self.used[session.id] = ruling.now
        else:
            answer = answers.refused(
                ruling,
                console_url=self._options.console_url,
                brand=_brand(ruling, table),
            )
        return ruling, answer

    def _without_route(self, check: wire.Check, status: int, reason: str) -> Ruling:
        """Return the ruling about what no policy was asked for."""
        now = self._engine.now()
        return Ruling(
            False, None, NOBODY, check.request, now, status=status, reason=reason
        )

    def _note(
        self, check: wire.Check, ruling: Ruling, answer: Answer, began: float
    ) -> None:
        """Leave a note for the log. Whatever goes wrong there, the answer stands."""
        if self._recorder is None:
            return
        table = self._engine.table
        try:
            self._recorder.note(
                check,
                ruling,
                answer,
                seconds=perf_counter() - began,
                deployment=table.snapshot.number if table is not None else 0,
            )
        except Exception:
            logger.exception("a decision was not noted")

    async def _forwarded(self, check: wire.Check) -> Answer:
        """Answer nginx, which knows but three statuses, or Traefik."""
        answer = await self.check(check)
        if check.proxy != "nginx" or answer.goes_on:
            return answer
        location = [
            (b"x-postern-location", value)
            for name, value in answer.headers
            if name == b"location"
        ]
        status = 401 if answer.status in {301, 302, 401} else 403
        kept = [pair for pair in answer.headers if pair[0] != b"location"]
        return Answer(status, [*kept, *location], answer.body)

    async def _cookies(self, request: LiveRequest) -> Cookies:
        """Read cookies; wait a moment for a session that is only just beginning.

        It may have begun at another authorizer, and is on its way here by the stream.
        """
        header = request.raw(b"cookie")
        if not header:
            return NO_COOKIES
        table = self._engine.table
        manner = table.cookies if table is not None else USUAL
        is_secure = request.scheme == "https"
        found = read_cookies(header, secure=is_secure, manner=manner)
        if not found.key or found.position <= self._engine.position:
            return found
        if self._waiting >= MAX_WAITING:
            return found
        self._waiting += 1
        try:
            for _ in range(int(WAIT_LONGEST / WAIT_STEP)):
                if found.key in self._engine.people.sessions:
                    break
                if found.position <= self._engine.position:
                    break
                await asyncio.sleep(WAIT_STEP)
        finally:
            self._waiting -= 1
        return found

    def _probe(self, raw_path: bytes) -> Answer:
        if raw_path == b"/livez":
            return FINE
        try:
            self._engine.check_ready()
        except NotReadyError as error:
            return Answer(503, FAULT.headers, f"{error}\n".encode())
        return FINE

    def take_used(self) -> dict[str, datetime]:
        """Return when sessions were used since the last time that this was asked."""
        used, self.used = self.used, {}
        return used

    def close(self) -> None:
        """End the threads that ask Rego."""
        for threads in (self._quick, self._slow):
            threads.shutdown(wait=False, cancel_futures=True)


def _brand(ruling: Ruling, table: RouteTable | None) -> Brand:
    """Return how the pages of a route look; of no route, those of the root."""
    if table is None:
        return OURS
    entry = ruling.entry
    place = table.root if entry is None else table.place_of(entry.document)
    return place.brand
