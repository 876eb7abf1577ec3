"""A console that `manage.py up` has started, as on somebody's own machine."""

import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings

START_SECONDS = 300


class Console:
    """A started `manage.py up`, and what it has printed so far."""

    def __init__(self, folder: Path, port: int, **more: str) -> None:
        self.log = folder / "up.log"
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("POSTERN_", "DATABASE_", "DJANGO_", "REDIS_"))
        }
        environment |= {"POSTERN_DATA_DIR": str(folder), "PORT": str(port), **more}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_until_said(self, text: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while text not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)

    def stop(self, number: signal.Signals) -> float:
        """Stop it; return the seconds that this took."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(START_SECONDS)
        return time.monotonic() - started


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def ping_of(console: Console, folder: Path) -> str:
    """Return what the access proxy says, over TLS that is trusted; "" for nothing."""
    found = re.search(r"Access proxy +https://([^/:]+):(\d+)/", console.said)
    assert found, console.said
    authority = folder / "gateway" / "ca.pem"
    if not authority.exists():
        return ""
    trust = ssl.create_default_context(cafile=authority)
    connection = http.client.HTTPConnection(found[1])
    try:
        plain = socket.create_connection(("127.0.0.1", int(found[2])), 20)
        connection.sock = trust.wrap_socket(plain, server_hostname=found[1])
        connection.request("GET", "/ping")
        return connection.getresponse().read().decode().strip()
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()


def wait_until_enforced(console: Console, folder: Path) -> None:
    """Wait for Envoy and the authorizer behind it."""
    deadline = time.monotonic() + START_SECONDS
    while ping_of(console, folder) != "OK":
        assert time.monotonic() < deadline, console.said
        time.sleep(0.2)
