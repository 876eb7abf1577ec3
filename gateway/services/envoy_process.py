"""The Envoy that runs: started, watched, asked how it is, and stopped."""

import http.client
import logging
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

from gateway.envoy import ADMIN_SOCKET
from gateway.services.envoy_files import envoy_path

STOP_SECONDS = 1.5
FIRST_DELAY = 0.5
LONGEST_DELAY = 10.0
ADMIN_SECONDS = 2.0
REJECTIONS = r"(lds|cds|rds.*|sds.*)\.update_rejected$"

logger = logging.getLogger(__name__)


def ask_admin(folder: Path, path: str) -> str:
    """Return what the interface of an Envoy says, whose files are in a folder.

    Raises:
        OSError, http.client.HTTPException: it does not answer.
    """
    holder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ADMIN_SECONDS)
            # The folder by its number: its path may be too long for a socket's.
            connection.connect(f"/proc/self/fd/{holder}/{ADMIN_SOCKET}")
            lines = (f"GET {path} HTTP/1.1", "host: envoy", "connection: close", "", "")
            connection.sendall("\r\n".join(lines).encode())
            response = http.client.HTTPResponse(connection)
            response.begin()
            return response.read().decode(errors="replace")
    finally:
        os.close(holder)


class EnvoyProcess:
    """One Envoy on the files of a folder, started again when it ends by itself."""

    def __init__(self, folder: Path, *, concurrency: int) -> None:
        self._folder = folder
        self._concurrency = concurrency
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def is_started(self) -> bool:
        """Somebody has called `start`."""
        return self._thread is not None

    def start(self) -> None:
        """Begin to run Envoy, in a thread that looks after it."""
        self._launch()
        self._thread = threading.Thread(target=self._watch, name="envoy", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End Envoy, softly and then by force."""
        with self._lock:
            self._ended.set()
            process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._thread is not None:
            self._thread.join()

    def problem(self) -> str:
        """Return what is wrong with the process, or ""."""
        process = self._process
        if process is None or process.poll() is not None:
            return "Envoy does not run"
        try:
            rejected = self.ask(f"/stats?filter={REJECTIONS}")
        except (OSError, http.client.HTTPException) as error:
            return f"Envoy does not answer: {error}"
        names = [
            line.partition(":")[0]
            for line in rejected.splitlines()
            if line.partition(":")[2].strip() not in {"", "0"}
        ]
        return f"Envoy refused files: {', '.join(names)}" if names else ""

    def ask(self, path: str) -> str:
        """Return what Envoy's own interface says; it is a socket in the folder."""
        return ask_admin(self._folder, path)

    def _launch(self) -> None:
        with self._lock:
            if self._ended.is_set():
                return
            (self._folder / ADMIN_SOCKET).unlink(missing_ok=True)
            self._process = subprocess.Popen(  # noqa: S603 - a path that was found
                [
                    *(str(envoy_path()), "--config-path"),
                    *(str(self._folder / "bootstrap.json"), "--use-dynamic-base-id"),
                    *("--concurrency", str(self._concurrency)),
                    *("--log-level", "error", "--drain-time-s", "5"),
                ],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                env={"PATH": os.environ.get("PATH", "")},
            )

    def _watch(self) -> None:
        delay = FIRST_DELAY
        while not self._ended.is_set():
            process, began = self._process, time.monotonic()
            if process is None:
                return
            code = process.wait()
            if self._ended.is_set():
                return
            if time.monotonic() - began > LONGEST_DELAY:
                delay = FIRST_DELAY
            logger.error("Envoy ended with %d; starting it again", code)
            self._ended.wait(delay)
            delay = min(delay * 2, LONGEST_DELAY)
            self._launch()
