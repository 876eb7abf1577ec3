"""An Envoy that really runs, on ports that are free."""

import http.client
import json
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gateway.envoy import Rendered
from gateway.services.envoy_files import envoy_path, write_files
from gateway.services.envoy_process import ask_admin
from tests.gateway.envoy.servers import Answer

PATIENCE = 30.0
Files = Mapping[str, bytes]


class RunningEnvoy:
    """Asked for over its own port; its admin interface by its socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0

    def find_port(self) -> int:
        listed = json.loads(ask_admin(self.folder, "/listeners?format=json"))
        for status in listed.get("listener_statuses", ()):
            address = status["local_address"].get("socket_address")
            if address:
                return int(address["port_value"])
        return 0

    def ask(
        self,
        path: str = "/",
        *,
        host: str,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        context: ssl.SSLContext | None = None,
    ) -> Answer:
        """Ask once, over TLS with a context."""
        plain = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        wrapped = (
            context.wrap_socket(plain, server_hostname=host.partition(":")[0])
            if context
            else plain
        )
        with wrapped:
            lines = [f"{method} {path} HTTP/1.1", f"host: {host}", "connection: close"]
            lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
            wrapped.sendall("\r\n".join([*lines, "", ""]).encode())
            response = http.client.HTTPResponse(wrapped, method=method)
            response.begin()
            return Answer(response.status, response.getheaders(), response.read())


@contextmanager
def running_envoy(
    rendered: Rendered, *, change: Callable[[Files], Files] = dict
) -> Iterator[RunningEnvoy]:
    """Run an Envoy on rendered files, changed as told, until the body ends."""
    folder = Path(rendered.options.folder)
    write_files(change(rendered.files()), folder)
    log = folder / "envoy.log"
    command = [
        *(str(envoy_path()), "--config-path", str(folder / "bootstrap.json")),
        *("--use-dynamic-base-id", "--concurrency", "1", "--log-level", "warning"),
        *("--drain-time-s", "1", "--parent-shutdown-time-s", "2"),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)  # noqa: S603
    envoy = RunningEnvoy(folder)
    try:
        wait_for(lambda: _is_up(envoy), process, log)
        yield envoy
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()


def _is_up(envoy: RunningEnvoy) -> bool:
    try:
        envoy.port = envoy.find_port()
    except OSError:
        return False
    return bool(envoy.port)


def wait_for(
    condition: Callable[[], object],
    process: subprocess.Popen[bytes] | None = None,
    log: Path | None = None,
) -> None:
    """Wait until something is true; a generous limit, as machines are noisy."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        ended = process is not None and process.poll() is not None
        if ended or time.monotonic() > deadline:
            raise AssertionError(log.read_text() if log else "it did not come true")
        time.sleep(0.02)
