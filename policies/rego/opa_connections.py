"""Connections to a server of OPA, kept open and used again."""

from __future__ import annotations

import http.client
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from urllib.parse import SplitResult


Asked = tuple[str, str, bytes, dict[str, str]]  # as http.client takes it


class Connections:
    """Connections of which each is somebody's while they wait for an answer."""

    def __init__(self, url: SplitResult) -> None:
        self.url = url
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []

    def send(
        self, method: str, path: str, body: bytes, *, kind: str, wall: float
    ) -> tuple[int, bytes]:
        """Return the status and the body of an answer; wait `wall` seconds at most.

        Raises:
            TimeoutError: it took longer.
            OSError, http.client.HTTPException: there was no answer.
        """
        asked = (method, f"{self.url.path}{path}", body, {"Content-Type": kind})
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is not None:
            try:
                return self._ask(connection, asked, wall=wall)
            except ConnectionError:
                pass  # the server closed it while nobody used it
        return self._ask(self._new(), asked, wall=wall)

    def _ask(
        self, connection: http.client.HTTPConnection, asked: Asked, *, wall: float
    ) -> tuple[int, bytes]:
        connection.timeout = wall
        if connection.sock is not None:
            connection.sock.settimeout(wall)
        try:
            connection.request(*asked)
            response = connection.getresponse()
            answer = response.status, response.read()
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._idle.append(connection)
        return answer

    def _new(self) -> http.client.HTTPConnection:
        is_secure = self.url.scheme == "https"
        kind = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
        return kind(self.url.hostname or "localhost", self.url.port)

    def close(self) -> None:
        """Close what nobody waits for."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
