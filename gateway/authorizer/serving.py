"""The authorizer's server: one process with one event loop, on a port that it shares.

Several processes bind the same port, and the system spreads connections over them.
"""

from __future__ import annotations

import signal
import socket
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from .http_protocol import HttpProtocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from .app import App

BACKLOG: Final = 2048
KEEP_ALIVE: Final = 3600  # seconds; the proxy's idle connections end before that
GRACE: Final = 1  # second for requests under way when it is told to stop
UNIX: Final = "unix:"


class AddressError(ValueError):
    """What was given is no address to listen at."""


def listen(address: str) -> socket.socket:
    """Return a socket that listens at `host:port` or `unix:path`.

    Raises:
        AddressError: it is no such address.
        OSError: it can't be had.
    """
    if address.startswith(UNIX):
        return _listen_at_path(Path(address.removeprefix(UNIX)))
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal() or int(port) > 65535:  # noqa: PLR2004
        raise AddressError(f"{address!r} is neither host:port nor unix:path")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    found.bind((host, int(port)))
    found.listen(BACKLOG)
    return found


def _listen_at_path(path: Path) -> socket.socket:
    """Listen at a path that only this user may connect to."""
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    found.bind(str(path))
    path.chmod(0o600)
    found.listen(BACKLOG)
    return found


def serve(
    app: App, listening: socket.socket, *, watch: Callable[[Server], None]
) -> None:
    """Answer until told to stop by SIGTERM or SIGINT, or by the `watch`ed server.

    `watch` is called once before the first request; it may keep the server, and set
    its `should_exit` from another thread.
    """
    config = uvicorn.Config(
        app,  # type: ignore[arg-type] # only the protocol below calls it
        loop="uvloop",
        http=HttpProtocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    server = Server(config)
    # Once it has stopped, the server raises the signal again; by then it is no news.
    before = {one: signal.signal(one, _ignore) for one in _STOPPING}
    try:
        watch(server)
        server.run(sockets=[listening])
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        app.close()
        listening.close()


Server = uvicorn.Server
_STOPPING: Final = (signal.SIGTERM, signal.SIGINT)


def _ignore(*_: Any) -> None:
    pass
