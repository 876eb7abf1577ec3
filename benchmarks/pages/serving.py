"""A console of its own with the demo in it, and somebody who is signed in there."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import BrowserContext

from console.ui.processes import list_processes
from tests.services import UnavailableError

ROOT = Path(__file__).resolve().parents[2]
PERSON = "Viktor Lindqvist"  # admin of everything
PATIENCE = 60.0  # seconds


@contextmanager
def console_with_demo() -> Iterator[str]:
    """Serve one until the end of the block; yield its address."""
    with tempfile.TemporaryDirectory(prefix="postern-bench-") as folder:
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "console.settings",
            "POSTERN_DATA_DIR": folder,
            "POSTERN_DEMO": "1",
        }
        for command in ("migrate", "demo"):
            subprocess.run(  # noqa: S603 - our own program
                [sys.executable, "manage.py", command],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        port = _free_port()
        web = list_processes(address="127.0.0.1", port=port)[0]
        process = subprocess.Popen(  # noqa: S603 - our own program
            web.command, cwd=ROOT, env={**environment, **web.environment}
        )
        try:
            _wait(process, url := f"http://127.0.0.1:{port}")
            yield url
        finally:
            process.terminate()
            process.wait()


def sign_in(context: BrowserContext) -> None:
    """Become a person of the demo."""
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_role("button", name=re.compile(PERSON)).click()
    page.wait_for_url("**/")
    page.close()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _wait(process: "subprocess.Popen[bytes]", url: str) -> None:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            with urlopen(f"{url}/sign-in/"):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.1)
    raise UnavailableError("the web server did not start")
