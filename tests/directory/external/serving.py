"""A real HTTP server that answers with what a test puts there, faults included."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Served:
    """What the next answers are; `asked` are the headers of each request so far.

    `fault` is one of `reset`, `truncate`, `hang`, `close` (no length told).
    """

    body: bytes = b"[]"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    etag: str = ""

    def put(self, value: Any, kind: str = "application/json") -> None:
        """Answer with a value as JSON, or with bytes or text as they are."""
        if isinstance(value, str):
            value = value.encode()
        self.body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.headers = {"Content-Type": kind}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: Served

    def do_GET(self) -> None:
        served = self.served
        served.asked.append({name.lower(): text for name, text in self.headers.items()})
        if served.fault == "hang":
            threading.Event().wait(0.6)
        if served.fault in {"reset", "hang"}:
            linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            return
        if served.etag and self.headers.get("If-None-Match") == served.etag:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(served.status)
        for name, text in served.headers.items():
            self.send_header(name, text)
        if served.etag:
            self.send_header("ETag", served.etag)
        if served.fault == "close":
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(served.body)))
        self.end_headers()
        if served.fault == "truncate":
            self.wfile.write(served.body[: len(served.body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(served.body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serve() -> Iterator[Served]:
    """Serve on a free port of this machine."""
    served = Served()
    handler = type("Own", (Handler,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_address[1]}/records"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
