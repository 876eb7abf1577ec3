"""Real servers around a real Envoy: upstreams that echo, an authorizer that records.

The authorizer here allows whatever has no `deny` in its path; it is there to see what
Envoy asks. The one of the product has tests of its own.
"""

import json
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Seen:
    """A request that arrived."""

    method: str
    path: str
    headers: dict[str, str]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Recorder"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers)
        self.server.seen.append(seen)
        self.server.hold.wait(10)
        status, more, body = self.server.reply(seen)
        self.send_response(status)
        for name, value in more:
            self.send_header(name, value)
        if status != 101:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if status == 101:
            self.wfile.write(self.connection.recv(100))
            self.close_connection = True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def log_message(self, *args: Any) -> None:
        """Stay quiet."""


class Recorder(ThreadingHTTPServer):
    """A server that keeps what it is asked. Port 0: any that is free."""

    daemon_threads = True

    def __init__(self, name: str, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        if context:
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )
        self.name = name
        self.seen: list[Seen] = []
        self.more: list[tuple[str, str]] = []
        self.hold = threading.Event()
        self.hold.set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""

    def reply(self, seen: Seen) -> tuple[int, list[tuple[str, str]], bytes]:
        if seen.headers.get("upgrade"):
            return 101, [("connection", "upgrade"), ("upgrade", "websocket")], b""
        echo = {"upstream": self.name, "path": seen.path, "headers": seen.headers}
        return 200, self.more, json.dumps(echo).encode()

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class StubAuthorizer(Recorder):
    """Answers as ext_authz wants it."""

    def reply(self, seen: Seen) -> tuple[int, list[tuple[str, str]], bytes]:
        if not seen.path.startswith("/check"):
            return 200, [], b'{"own": true}'
        if "break" in seen.path:
            return 500, [], b""
        if "deny" in seen.path:
            cookies = [("set-cookie", "a=1"), ("set-cookie", "b=2")]
            return 403, [*cookies, ("x-reason", "no")], b"because"
        return 200, [("x-pomerium-jwt-assertion", "real"), *self.more], b""


@dataclass
class Answer:
    """What a client got back through Envoy."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = field(default=b"")

    @property
    def echo(self) -> dict[str, Any]:
        """What the upstream says that it was asked."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]
