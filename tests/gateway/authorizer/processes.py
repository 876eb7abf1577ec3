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
TOKEN = "between-proxy-and-authorizer"
CONSOLE = "http://testserver"
ROOT = Path(settings.BASE_DIR)


class Authorizer:
    """A process that listens at a path, and a client that is its proxy."""

    def __init__(self, process: subprocess.Popen[bytes], path: Path, log: Path) -> None:
        self.process = process
        self.path = path
        self.log = log
        self.client = httpx.Client(
            transport=httpx.HTTPTransport(uds=str(path)), timeout=10
        )

    def ask(self, path: str, *, host: str, **headers: str) -> httpx.Response:
        """Ask as the proxy does."""
        known = {
            "host": host,
            "x-postern-token": TOKEN,
            "x-forwarded-proto": "https",
            "x-postern-client-ip": "203.0.113.7",
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"http://authorizer{path}"
        return self.client.get(url, headers={**known, **named})

    def check(self, route: Any, path: str = "/", **headers: str) -> httpx.Response:
        """Ask whether a request may go on."""
        return self.ask(
            f"/check{path}", host=route.host, x_postern_route=str(route.pk), **headers
        )

    def is_ready(self) -> bool:
        """Answer whether it could decide."""
        if self.process.poll() is not None:
            raise AssertionError(self.log.read_text())
        with socket.socket(socket.AF_UNIX) as trial:
            if trial.connect_ex(str(self.path)) != 0:
                return False
        return self.client.get("http://authorizer/readyz").status_code == 200


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
def running(folder: Path, name: str = "one") -> Iterator[Authorizer]:
    """Run an authorizer until the end of the block; it is ready to decide."""
    path, log = folder / f"{name}.sock", folder / f"{name}.log"
    command = (
        *(sys.executable, str(ROOT / "manage.py"), "authorizer"),
        *("--bind", f"unix:{path}", "--console-url", CONSOLE),
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
    found = Authorizer(process, path, log)
    try:
        wait_for(found.is_ready)
        yield found
    finally:
        found.client.close()
        process.kill()
        process.wait()
