"""HTTP/1.1 between proxies and one authorizer: requests in, answers out, no bodies in.

A server for one purpose, in place of uvicorn's general one: whoever can be answered at
once is, without a task or a queue. `httptools` (the parser of Node) reads; what it lets
pass is bounded here: the size and number of headers, the time that a request may take
to arrive, what may wait behind another one.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

import httptools

from .answers import Answer
from .app import BAD_REQUEST, FAULT
from .wire import MAX_HEADERS, Incoming

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from uvicorn import Config
    from uvicorn.server import ServerState

    from .app import App

MAX_COUNT: Final = 256  # headers of one request
MAX_TARGET: Final = 16 * 1024  # bytes of path and query
MAX_HEAD: Final = MAX_HEADERS + MAX_TARGET
MAX_CHUNK: Final = 256 * 1024  # bytes that uvloop reads at once
MAX_BODY: Final = 1024 * 1024  # bytes that are read and forgotten
MAX_PIPELINED: Final = 64  # requests that wait for the answer to one before them
ARRIVAL: Final = 15.0  # seconds for a request to arrive as a whole
TOO_LARGE: Final = Answer(431, [(b"content-type", b"text/plain")], b"too large\n")

logger = logging.getLogger(__name__)


def _first_line(status: int) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Postern"  # 450 and 495 are nobody's standard
    return f"HTTP/1.1 {status} {phrase}\r\ncontent-length: ".encode()


_FIRST_LINES: Final = {status: _first_line(status) for status in range(200, 600)}


class TooLargeError(Exception):
    """More than one request may hold."""


class HttpProtocol(asyncio.Protocol):
    """One connection of a proxy. Made by uvicorn, which keeps everything else."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        del app_state
        self._app = cast("App", config.app)
        self._loop = _loop or asyncio.get_event_loop()
        self._keep_alive = config.timeout_keep_alive
        self._connections = server_state.connections
        self._tasks = server_state.tasks
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[tuple[Incoming, bool]] = deque()
        self._is_busy = False
        self._is_ending = False
        self._is_full = False
        self._timer: asyncio.TimerHandle | None = None
        self._target = b""
        self._pairs: list[tuple[bytes, bytes]] = []
        self._chunk = 0  # bytes that came last
        self._arriving = 0  # bytes that the request may have, so far
        self._is_complete = True
        self._in_headers = False
        self._since = self._loop.time()  # a request began, or the last one was answered

    # The transport's calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(cast("Any", self))
        self._timer = self._loop.call_later(ARRIVAL, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """End; answers that are on their way go nowhere."""
        self._connections.discard(cast("Any", self))
        self._transport = None
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Read what came, and answer what is complete."""
        self._chunk = len(data)
        if not self._is_complete:
            self._arriving += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # It was answered as any other; nothing else is spoken here.
            self._end_after_answers()
        except httptools.HttpParserCallbackError as error:
            if isinstance(error.__context__, TooLargeError):
                self._refuse(TOO_LARGE)
            else:
                logger.exception("a request could not be answered")
                self._refuse(FAULT)
        except httptools.HttpParserError:
            self._refuse(BAD_REQUEST)
        else:
            most = MAX_HEAD if self._in_headers else MAX_HEAD + MAX_BODY
            if not self._is_complete and self._arriving > most + MAX_CHUNK:
                self._refuse(TOO_LARGE)

    def eof_received(self) -> bool:
        """Answer what is under way, and nothing more."""
        self._end_after_answers()
        return self._transport is not None

    def pause_writing(self) -> None:
        """Read no more of somebody who doesn't read."""
        self._is_full = True
        self._read_or_not()

    def resume_writing(self) -> None:
        """Read again."""
        self._is_full = False
        self._read_or_not()

    def shutdown(self) -> None:
        """End after the answers that are under way; uvicorn asks for it."""
        self._end_after_answers()

    # The parser's calls.

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._target, self._pairs = b"", []
        self._is_complete, self._in_headers = False, True
        self._arriving = self._chunk  # at most; others may stand before it
        self._since = self._loop.time()

    def on_url(self, target: bytes) -> None:
        """Take the request's target, or a part of it."""
        self._target += target
        if len(self._target) > MAX_TARGET:
            raise TooLargeError

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; one that comes behind a body says nothing."""
        if not self._in_headers:
            return
        self._pairs.append((name.lower(), value))
        if len(self._pairs) > MAX_COUNT:
            raise TooLargeError

    def on_headers_complete(self) -> None:
        """Measure the headers; tell who waits for it that a body may come."""
        self._in_headers = False
        if self._arriving > MAX_HEADERS:
            size = sum(len(name) + len(value) for name, value in self._pairs)
            if size > MAX_HEADERS:
                raise TooLargeError
        expects = (b"expect", b"100-continue")
        if expects in self._pairs and not self._is_busy and self._transport:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_message_complete(self) -> None:
        """Answer, or have it wait for the answer before it."""
        self._is_complete = True
        if self._is_ending:
            return
        path, _, query = self._target.partition(b"?")
        method = self._parser.get_method().decode("ascii")
        incoming = Incoming(method, path, query, self._pairs)
        keeps = self._parser.should_keep_alive()
        if not path.startswith(b"/") or b"#" in self._target:
            self._refuse(BAD_REQUEST)
        elif not self._is_busy:
            self._begin(incoming, keeps=keeps)
        elif len(self._waiting) < MAX_PIPELINED:
            self._waiting.append((incoming, keeps))
        else:
            self._refuse(TOO_LARGE)

    # Answers.

    def _begin(self, incoming: Incoming, *, keeps: bool) -> None:
        answer = self._app.at_once(incoming)
        if answer is not None:
            self._write(answer, method=incoming.method, keeps=keeps)
            return
        self._is_busy = True
        self._read_or_not()
        task = self._loop.create_task(
            self._in_time(self._app.in_time(incoming), incoming.method, keeps=keeps)
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _in_time(
        self, coming: Awaitable[Answer], method: str, *, keeps: bool
    ) -> None:
        try:
            answer = await coming
        except Exception:
            logger.exception("a request could not be answered")
            answer = FAULT
        self._is_busy = False
        self._write(answer, method=method, keeps=keeps)
        while self._waiting and not self._is_busy and not self._is_closing:
            following, keeps_on = self._waiting.popleft()
            self._begin(following, keeps=keeps_on)
        self._read_or_not()
        if self._is_ending:
            self._end_after_answers()

    def _write(self, answer: Answer, *, method: str, keeps: bool) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        body = answer.body
        parts = [_FIRST_LINES[answer.status], str(len(body)).encode()]
        for name, value in answer.headers:
            parts += (b"\r\n", name, b": ", value)
        if not keeps:
            parts.append(b"\r\nconnection: close")
        head = b"".join(parts)
        lines = len(answer.headers) + 1 + (not keeps)
        if head.count(b"\n") != lines or head.count(b"\r") != lines or b"\0" in head:
            # A header that would end before its end: nothing of it is sent.
            logger.error("an answer had a line break in a header")
            self._refuse(FAULT)
            return
        if method == "HEAD":
            body = b""
        transport.write(b"%b\r\n\r\n%b" % (head, body))
        self._since = self._loop.time()
        if not keeps:
            self._is_ending = True
            transport.close()

    def _refuse(self, answer: Answer) -> None:
        """Answer what can't be read, and end: what follows can't be read either."""
        if self._is_busy:
            # Its answer would be taken for that of the request before it.
            if self._transport is not None:
                self._transport.abort()
            return
        self._is_ending = True
        self._write(answer, method="GET", keeps=False)

    # The connection.

    @property
    def _is_closing(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def _end_after_answers(self) -> None:
        self._is_ending = True
        if not self._is_busy and not self._waiting and self._transport is not None:
            self._transport.close()

    def _read_or_not(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._is_busy or self._is_full:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _look(self) -> None:
        """End a connection on which nothing, or only part of a request, arrives."""
        if self._is_closing:
            return
        quiet = self._loop.time() - self._since
        patience = self._keep_alive if self._is_complete else ARRIVAL
        if not self._is_busy and quiet >= patience:
            cast("asyncio.Transport", self._transport).abort()
            return
        self._timer = self._loop.call_later(ARRIVAL, self._look)
