"""A server of OPA for tests, where its program is at hand."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "POSTERN_TEST_OPA"
STARTING = 60.0  # seconds


def opa_path() -> str:
    """Return the program, "" where there is none."""
    return os.environ.get(VARIABLE, "") or shutil.which("opa") or ""


def free_address() -> str:
    """Return an address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


@contextlib.contextmanager
def serving(program: str, address: str) -> Iterator[str]:
    """Run a server as Core reads Rego; give its URL."""
    options = ["run", "--server", "--v0-compatible", "--log-level", "error"]
    server = subprocess.Popen(  # noqa: S603 -- the program that the tester named
        [program, *options, "--disable-telemetry", "--addr", address],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(address)
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(address: str) -> None:
    until = time.monotonic() + STARTING
    while True:
        connection = http.client.HTTPConnection(address, timeout=5)
        try:
            connection.request("GET", "/health")
            connection.getresponse().read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
