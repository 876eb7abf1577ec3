"""The application behind every route of the demo: it shows what reached it.

Standard library only and a process of its own, so that it starts at once. Started as
`python -I console/demo/upstream.py HOST:PORT`.
"""

import html
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MAX_BODY = 1024 * 1024
PAGE = """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{host}</title>
</head>
<body>
  <h1>{host}</h1>
  <p>You got through: this is the demo application behind the access proxy.</p>
  <p><code>{method} {path}</code></p>
  <h2>What it was told</h2>
  <table>
    {rows}
  </table>
  <p><a href="/.pomerium/">Who am I, and what can I reach?</a></p>
</body>
</html>
"""
ROW = '<tr><th scope="row">{name}</th><td>{value}</td></tr>'
ROBOTS = "User-agent: *\nAllow: /\n"


class Handler(BaseHTTPRequestHandler):
    """Answers with a page to browsers and with JSON to everybody else."""

    protocol_version = "HTTP/1.1"
    server_version = "demo"
    sys_version = ""

    def answer(self) -> None:
        """Read the request to its end and describe it."""
        length = self.headers.get("content-length", "0")
        self.rfile.read(min(int(length) if length.isdigit() else 0, MAX_BODY))
        headers = {name.lower(): value for name, value in self.headers.items()}
        host = headers.get("x-forwarded-host") or headers.get("host", "")
        if self.path.partition("?")[0] == "/robots.txt":
            self.reply(ROBOTS, "text/plain")
        elif "text/html" in headers.get("accept", ""):
            self.reply(self.page(host, headers), "text/html")
        else:
            told = {"host": host, "method": self.command, "path": self.path}
            self.reply(json.dumps(told | {"headers": headers}, indent=2) + "\n")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer  # noqa: N815

    def page(self, host: str, headers: dict[str, str]) -> str:
        """Return the page for a browser."""
        rows = "\n    ".join(
            ROW.format(name=html.escape(name), value=html.escape(value))
            for name, value in sorted(headers.items())
        )
        return PAGE.format(
            host=html.escape(host),
            method=html.escape(self.command),
            path=html.escape(self.path),
            rows=rows,
        )

    def reply(self, text: str, kind: str = "application/json") -> None:
        """Send an answer that nobody keeps."""
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", f"{kind}; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the proxy's decisions are what is worth reading."""


class Server(ThreadingHTTPServer):
    """The demo application."""

    daemon_threads = True


if __name__ == "__main__":
    address, _, port = sys.argv[1].rpartition(":")
    with Server((address, int(port)), Handler) as server:
        server.serve_forever()
