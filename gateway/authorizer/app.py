"""What the authorizer answers: proxies ask, and people on the paths that are ours.

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
from typing import TYPE_CHECKING, Final

from . import answers, wire
from .answers import Answer
from .branding import OURS
from .callers import NOBODY
from .cookies import NO_COOKIES, USUAL, Cookies, read_cookies
from .engine import Engine, NotReadyError, Ruling
from .requests import LiveRequest, is_ambiguous

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from .branding import Brand
    from .identity import Identity
    from .own_paths import OwnPaths
    from .programs import RouteTable
    from .recording import Recorder

    Ruled = tuple[Ruling, Answer]

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

    def at_once(self, incoming: wire.Incoming) -> Answer | None:
        """Answer a request that waits for nothing; None for one that has to.

        Nothing is noted of the latter: give it to `in_time`.
        """
        try:
            return self._at_once(incoming)
        except wire.BadRequestError:
            return BAD_REQUEST
        except Exception:
            logger.exception("a request could not be answered")
            return FAULT

    async def in_time(self, incoming: wire.Incoming) -> Answer:
        """Answer a request, however long that takes."""
        answer = self.at_once(incoming)
        if answer is not None:
            return answer
        try:
            return await self._in_time(incoming)
        except Exception:
            logger.exception("a request could not be answered")
            return FAULT

    def _at_once(self, incoming: wire.Incoming) -> Answer | None:
        raw_path, pairs = incoming.raw_path, incoming.pairs
        headers: Mapping[bytes, bytes] = dict(pairs)
        if len(headers) != len(pairs):
            headers = wire.headers_of(pairs)
        if raw_path.startswith(b"/check/"):
            if not self._is_proxy(headers.get(wire.TOKEN, b"")):
                return SECRET_NEEDED
            answer = self._decide_at_once(wire.envoy_check(incoming, headers))
            return None if answer is None else _as_refusal(answer)
        if wire.is_forwarded_check(raw_path):
            if not self._is_proxy(wire.forwarded_token(incoming, headers)):
                return SECRET_NEEDED
            check = wire.forwarded_check(incoming, headers)
            answer = self._decide_at_once(check)
            return None if answer is None else _for_proxy(check, answer)
        if raw_path in {b"/livez", b"/readyz"}:
            return self._probe(raw_path)
        if not self._is_proxy(headers.get(wire.TOKEN, b"")):
            return SECRET_NEEDED
        path = raw_path.decode("latin-1")
        if path in PROBES:
            return FINE
        is_own = path in OWN or path.startswith(tuple(f"{one}/" for one in OWN))
        return None if is_own else BAD_REQUEST

    def _is_proxy(self, token: bytes) -> bool:
        return compare_digest(token, self._options.proxy_token)

    async def _in_time(self, incoming: wire.Incoming) -> Answer:
        """Answer what `_at_once` let pass, and found to be for somebody who waits."""
        headers = wire.headers_of(incoming.pairs)
        if incoming.raw_path.startswith(b"/check/"):
            check = wire.envoy_check(incoming, headers)
            return _as_refusal(await self.decide(check))
        if wire.is_forwarded_check(incoming.raw_path):
            check = wire.forwarded_check(incoming, headers)
            return _for_proxy(check, await self.decide(check))
        request = wire.own_request(incoming, headers)
        found = self._cookies(request)
        await self._arrival(found)
        return await self._own_paths.answer(request, found)

    async def decide(self, check: wire.Check) -> Answer:
        """Decide about a request, say what the client gets, and take note of it."""
        began = perf_counter()
        try:
            ruled = self._rule_at_once(check) or await self._rule_in_time(check)
        except Exception:
            self._note(check, self._without_route(check, 503, "fault"), FAULT, began)
            raise
        return self._noted(check, ruled, began)

    def _decide_at_once(self, check: wire.Check) -> Answer | None:
        """Do the same if nothing has to be waited for."""
        began = perf_counter()
        try:
            ruled = self._rule_at_once(check)
        except Exception:
            self._note(check, self._without_route(check, 503, "fault"), FAULT, began)
            raise
        return None if ruled is None else self._noted(check, ruled, began)

    def _rule_at_once(self, check: wire.Check) -> Ruled | None:
        request = check.request
        if is_ambiguous(request.raw_path_bytes):
            ruling = self._without_route(check, 400, "path-ambiguous")
            return ruling, answers.unreadable(request)
        engine = self._engine
        try:
            found = self._cookies(request)
            if self._is_coming(found) or engine.asks_rego(check.route_id):
                return None
            return self._concluded(engine.rule(check.route_id, request, found))
        except NotReadyError as error:
            return self._not_ready(check, error)

    async def _rule_in_time(self, check: wire.Check) -> Ruled:
        engine, request = self._engine, check.request
        try:
            found = self._cookies(request)
            await self._arrival(found)
            if not engine.asks_rego(check.route_id):
                return self._concluded(engine.rule(check.route_id, request, found))
            ruling = await asyncio.get_running_loop().run_in_executor(
                self._quick if engine.is_quick(check.route_id) else self._slow,
                engine.rule,
                check.route_id,
                request,
                found,
            )
            return self._concluded(ruling)
        except NotReadyError as error:
            return self._not_ready(check, error)

    def _not_ready(self, check: wire.Check, error: NotReadyError) -> Ruled:
        logger.warning("nothing is allowed: %s", error)
        ruling = self._without_route(check, 503, "not-ready")
        return ruling, answers.unavailable(check.request)

    def _concluded(self, ruling: Ruling) -> Ruled:
        """Return a ruling, and what the client gets."""
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

    def _noted(self, check: wire.Check, ruled: Ruled, began: float) -> Answer:
        ruling, answer = ruled
        self._note(check, ruling, answer, began)
        return answer

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

    def _cookies(self, request: LiveRequest) -> Cookies:
        header = request.raw(b"cookie")
        if not header:
            return NO_COOKIES
        table = self._engine.table
        manner = table.cookies if table is not None else USUAL
        return read_cookies(header, secure=request.scheme == "https", manner=manner)

    def _is_coming(self, found: Cookies) -> bool:
        """Answer whether a session is on its way here by the stream.

        It has begun at another authorizer, just now.
        """
        return (
            bool(found.key)
            and found.position > self._engine.position
            and found.key not in self._engine.people.sessions
        )

    async def _arrival(self, found: Cookies) -> None:
        """Wait a moment for a session that is only just beginning."""
        if self._waiting >= MAX_WAITING:
            return
        self._waiting += 1
        try:
            for _ in range(int(WAIT_LONGEST / WAIT_STEP)):
                if not self._is_coming(found):
                    break
                await asyncio.sleep(WAIT_STEP)
        finally:
            self._waiting -= 1

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


def _as_refusal(answer: Answer) -> Answer:
    """Make sure that whoever is refused never gets what looks like consent."""
    if answer.goes_on or not 200 <= answer.status < 300:  # noqa: PLR2004
        return answer
    status = (b"x-postern-status", str(answer.status).encode())
    return Answer(403, [*answer.headers, status], answer.body)


def _for_proxy(check: wire.Check, answer: Answer) -> Answer:
    """Answer nginx, which knows but three statuses, or Traefik."""
    answer = _as_refusal(answer)
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


def _brand(ruling: Ruling, table: RouteTable | None) -> Brand:
    """Return how the pages of a route look; of no route, those of the root."""
    if table is None:
        return OURS
    entry = ruling.entry
    place = table.root if entry is None else table.place_of(entry.document)
    return place.brand
