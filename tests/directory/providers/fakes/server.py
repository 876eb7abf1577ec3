"""A server on loopback that speaks a provider's protocol, and can fail on any page."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

FAULTS = ("500", "time-out", "reset", "truncated", "cut JSON", "HTML", "empty")
SIGN_IN_PAGE = b"<!doctype html><title>Sign in</title><form></form>"


@dataclass(frozen=True)
class Company:
    """Whom a fake tells of: names by id, and who is in which group."""

    people: Mapping[str, str]
    groups: Mapping[str, str]
    members: Mapping[str, tuple[str, ...]]
    inside: Mapping[str, str] = field(default_factory=dict)  # group: its parent


SMALL = Company(
    people={f"u{number}": f"Person {number}" for number in range(1, 6)},
    groups={"g1": "Engineering", "g2": "Sales", "g3": "Everybody"},
    members={"g1": ("u1", "u2"), "g2": ("u3",), "g3": ("u1", "u2", "u3", "u4", "u5")},
)


@dataclass
class Asked:
    """A request as the fake received it."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode()))


@dataclass
class Reply:
    """What the fake answers."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Fake:
    """Base of the fakes: subclasses write `answer`, and `options` for the provider.

    With `certificates`, the folder of a certificate for this machine, it speaks TLS.
    `faults` maps a page to what always happens to it, `replies` the number of a page to
    what is answered instead, once. Requests for access tokens are no pages.
    """

    code: ClassVar[str]
    page_size = 2

    def __init__(
        self, company: Company = SMALL, *, certificates: Path | None = None
    ) -> None:
        self.company = company
        self.faults: dict[Any, str] = {}
        self.order: list[Any] = []
        self.failing: list[str] = []  # what happens to the next requests
        self.replies: dict[int, Reply] = {}
        self.pages = 0
        self.seen: list[Asked] = []
        self.in_flight = self.most_in_flight = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        port = self._server.server_address[1]
        self.url = f"http{'s' if certificates else ''}://127.0.0.1:{port}"
        if certificates is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(
                certificates / "server.pem", certificates / "server.key"
            )
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True
            )
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )

    def __enter__(self) -> "Fake":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def begin_anew(self) -> None:
        """Forget what was asked, and fail nowhere."""
        self.pages = 0
        self.seen, self.order, self.faults, self.replies = [], [], {}, {}

    @property
    def options(self) -> dict[str, str]:
        """What an administrator would fill in."""
        raise NotImplementedError

    def token(self, asked: Asked) -> Reply | None:
        """Answer a request for an access token; None when it is none."""
        return None

    def answer(self, asked: Asked) -> Reply:
        """Answer a page of data."""
        raise NotImplementedError

    def respond(self, asked: Asked) -> tuple[Reply, str]:
        """Return the reply, and the fault that befalls it."""
        self.seen.append(asked)
        token = self.token(asked)
        if token is not None:
            return token, ""
        self.pages += 1
        number = self.pages
        if number in self.replies:
            return self.replies.pop(number), ""
        page = (asked.path, *sorted(asked.query.items()), asked.body)
        page += (asked.headers.get("x-amz-target", ""),)
        self.order.append(page)
        passing = self.failing.pop() if self.failing else ""
        return self.answer(asked), passing or self.faults.get(page, "")

    def is_bearer(self, asked: Asked, token: str = "the-token") -> bool:  # noqa: S107
        """Answer whether the request carries this access token."""
        return asked.headers.get("authorization") == f"Bearer {token}"


def client_credentials(asked: Asked, path: str) -> Reply | None:
    """Answer as an OAuth token endpoint at a path does."""
    if asked.path != path:
        return None
    form = asked.form
    expected = ("client_credentials", "the-client", "the-secret")
    if asked.method != "POST" or expected != (
        form.get("grant_type"),
        form.get("client_id"),
        form.get("client_secret"),
    ):
        return Reply({"error": "invalid_client"}, 401)
    return Reply({"access_token": "the-token", "expires_in": 3600})


def _handler(fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet for headers and body
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            fake.in_flight += 1
            fake.most_in_flight = max(fake.most_in_flight, fake.in_flight)
            try:
                parts = urlsplit(self.path)
                length = int(self.headers.get("content-length") or 0)
                asked = Asked(
                    self.command,
                    parts.path,
                    dict(parse_qsl(parts.query)),
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(length),
                )
                reply, fault = fake.respond(asked)
                _FAULTS.get(fault, _send)(self, reply)
                self.wfile.flush()
            finally:
                fake.in_flight -= 1

        do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


def _write(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    headers: Mapping[str, str],
    length: int | None = None,
) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("content-length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    body = reply.body if isinstance(reply.body, bytes) else _json(reply)
    kind = {"content-type": "application/json"}
    _write(handler, reply.status, body, kind | reply.headers)


def _json(reply: Reply) -> bytes:
    return json.dumps(reply.body).encode()


def _fail(handler: BaseHTTPRequestHandler, _: Reply) -> None:
    _write(handler, 500, b'{"error": "internal"}', {"content-type": "application/json"})


def _be_silent(handler: BaseHTTPRequestHandler, _: Reply) -> None:
    handler.connection.recv(1)  # until the client has had enough
    handler.close_connection = True


def _reset(handler: BaseHTTPRequestHandler, _: Reply) -> None:
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.close_connection = True


def _truncate(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    body = _json(reply)
    half = body[: len(body) // 2]
    kind = {"content-type": "application/json"}
    _write(handler, 200, half, kind | reply.headers, len(body))
    handler.close_connection = True


def _cut(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    half = _json(reply)[:-3]
    _write(handler, 200, half, {"content-type": "application/json"} | reply.headers)


def _html(handler: BaseHTTPRequestHandler, _: Reply) -> None:
    _write(handler, 200, SIGN_IN_PAGE, {"content-type": "text/html"})


def _empty(handler: BaseHTTPRequestHandler, _: Reply) -> None:
    _write(handler, 200, b"", {"content-type": "application/json"})


_FAULTS: dict[str, Callable[[BaseHTTPRequestHandler, Reply], None]] = {
    "500": _fail,
    "time-out": _be_silent,
    "reset": _reset,
    "truncated": _truncate,
    "cut JSON": _cut,
    "HTML": _html,
    "empty": _empty,
}
