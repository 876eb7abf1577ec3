"""Real authorizers: processes of their own, on the test's database, asked by HTTP."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from django.conf import settings
from django.db import connection

PATIENCE = 60  # seconds; a busy machine is no fault of the code
START_PATIENCE = 240  # of a process that imports everything while others do too
TOKEN = "between-proxy-and-authorizer"
CONSOLE = "http://testserver"
ROOT = Path(settings.BASE_DIR)


class Authorizer:
    """A process that listens at `unix:path` or `host:port`, and a client of it."""

    def __init__(
        self, process: subprocess.Popen[bytes], address: str, log: Path
    ) -> None:
        self.process = process
        self.address = address
        self.log = log
        path = address.removeprefix("unix:")
        is_path = path != address
        self.url = "http://authorizer" if is_path else f"http://{address}"
        transport = httpx.HTTPTransport(uds=path if is_path else None)
        self.client = httpx.Client(transport=transport, timeout=10)

    def ask(self, path: str, *, host: str, **headers: str) -> httpx.Response:
        """Ask as the proxy does."""
        known = {
            "host": host,
            "x-postern-token": TOKEN,
            "x-forwarded-proto": "https",
            "x-postern-client-ip": "203.0.113.7",
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(f"{self.url}{path}", headers={**known, **named})

    def check(self, route: Any, path: str = "/", **headers: str) -> httpx.Response:
        """Ask whether a request may go on."""
        return self.ask(
            f"/check{path}", host=route.host, x_postern_route=str(route.pk), **headers
        )

    def is_ready(self) -> bool:
        """Answer whether it could decide."""
        if self.process.poll() is not None:
            raise AssertionError(self.log.read_text())
        if not self._listens():
            return False
        return self.client.get(f"{self.url}/readyz").status_code == 200

    def _listens(self) -> bool:
        path = self.address.removeprefix("unix:")
        host, _, port = self.address.rpartition(":")
        if path != self.address:
            trial, place = socket.socket(socket.AF_UNIX), path
        else:
            trial, place = socket.socket(), (host, int(port))  # type: ignore[assignment]
        with trial:
            return trial.connect_ex(place) == 0


def wait_for(condition: Callable[[], bool], *, seconds: float = PATIENCE) -> float:
    """Wait until something holds; return how long that took."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.01)
    return time.monotonic() - began


def environment(folder: Path) -> Mapping[str, str]:
    """Return the variables with which a process uses the test's database."""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    found = {**os.environ, "POSTERN_PROXY_TOKEN": TOKEN, "POSTERN_DATA_DIR": str(data)}
    found["POSTERN_SECRET_KEY"] = settings.SECRET_KEY
    found["POSTERN_DATA_KEYS"] = ",".join(settings.DATA_KEYS)
    found.pop("DJANGO_SETTINGS_MODULE", None)
    chosen = connection.settings_dict
    if connection.vendor == "sqlite":
        link = data / "postern.sqlite3"
        if not link.exists():
            link.symlink_to(Path(str(chosen["NAME"])).resolve())
        return found
    user, password, host, port = (
        quote(str(chosen[name] or ""), safe="")
        for name in ("USER", "PASSWORD", "HOST", "PORT")
    )
    address = f"{host}:{port}" if port else host
    found["DATABASE_URL"] = f"postgres://{user}:{password}@{address}/{chosen['NAME']}"
    return found


@contextmanager
def running(
    folder: Path, name: str = "one", *, address: str = "", grpc_address: str = ""
) -> Iterator[Authorizer]:
    """Run an authorizer until the end of the block; it is ready to decide."""
    address, log = address or f"unix:{folder / name}.sock", folder / f"{name}.log"
    command = (
        *(sys.executable, str(ROOT / "manage.py"), "authorizer"),
        *("--bind", address, "--grpc-bind", grpc_address, "--console-url", CONSOLE),
    )
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            env=environment(folder),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    found = Authorizer(process, address, log)
    try:
        wait_for(found.is_ready, seconds=START_PATIENCE)
        yield found
    finally:
        found.client.close()
        process.kill()
        process.wait()
