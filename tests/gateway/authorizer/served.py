"""An authorizer's connections in a loop of their own, on a port of their own."""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

import uvicorn
import uvloop
from uvicorn.server import ServerState

from gateway.authorizer.http_protocol import HttpProtocol
from tests.gateway.authorizer.world import World

PATIENCE = 10.0


class Served:
    """An authorizer's connections, in a loop of their own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.state = ServerState()
        self.protocols: list[HttpProtocol] = []
        self._loop = uvloop.new_event_loop()
        self._others: list[asyncio.AbstractServer] = []
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(world.app, timeout_keep_alive=1)  # type: ignore[arg-type]

        def make() -> HttpProtocol:
            made = HttpProtocol(config, self.state, {}, self._loop)
            self.protocols.append(made)
            return made

        self._server = self._loop.run_until_complete(
            self._loop.create_server(make, sock=listening)
        )
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def listen(self, make: Callable[[], asyncio.Protocol]) -> int:
        """Serve something else in the same loop; return its port."""
        listening = socket.create_server(("127.0.0.1", 0))

        async def begin() -> None:
            self._others.append(await self._loop.create_server(make, sock=listening))

        asyncio.run_coroutine_threadsafe(begin(), self._loop).result(PATIENCE)
        return int(listening.getsockname()[1])

    def call(self, action: Any) -> None:
        """Do something in the loop."""
        self._loop.call_soon_threadsafe(action)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        for server in [self._server, *self._others]:
            server.close()
        for one in self.protocols:
            one.shutdown()
        await asyncio.sleep(0.05)

    def open(self) -> socket.socket:
        found = socket.create_connection(("127.0.0.1", self.port))
        found.settimeout(PATIENCE)
        return found

    def exchange(self, *parts: str | bytes) -> bytes:
        """Send parts, then that nothing follows; return everything that came back."""
        with closing(self.open()) as connection, suppress(ConnectionError):
            for part in parts:
                connection.sendall(part.encode() if isinstance(part, str) else part)
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
            return read_all(connection)
        return b""


def read_all(connection: socket.socket) -> bytes:
    found = b""
    with suppress(ConnectionError):
        while part := connection.recv(65536):
            found += part
    return found
