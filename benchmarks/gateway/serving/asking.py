"""Servers on one core, and wrk on the other."""

import http.client
import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CONNECTIONS = 32
SECONDS = 6
PATIENCE = 300
OK = 200
# The file has one JSON array of [method, path, headers, body] a line.
SCRIPT = """\
local asked, at = {}, 0
function init(arguments)
  for line in io.lines(arguments[1]) do
    local method, path, headers, body = line:match("^(%S+)\\t(%S+)\\t([^\\t]*)\\t(.*)$")
    local named = {}
    for name, value in headers:gmatch("([^=;]+)=([^;]*);") do
      named[name] = value:gsub("%%3B", ";")
    end
    asked[#asked + 1] = wrk.format(method, path, named, body ~= "" and body or nil)
  end
end
function request()
  at = at % #asked + 1
  return asked[at]
end
"""


@dataclass(frozen=True)
class Load:
    """What wrk saw: requests a second, latencies in ms, and the share of 2xx."""

    per_second: float
    allowed: float
    p50: float
    p99: float


def missing() -> str:
    """Return what is not installed; "" for nothing."""
    absent = [name for name in ("wrk", "taskset") if shutil.which(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


def free_port() -> int:
    """Return a port that nobody listens at."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def server(
    command: Sequence[str], ready: str, *, env: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Run a server on the first core until the end of the block."""
    process = subprocess.Popen(  # noqa: S603 - commands of ours
        ["taskset", "--cpu-list", "0", *command],  # noqa: S607
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not _is_ready(ready):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} is not ready")
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _is_ready(address: str) -> bool:
    parts = urlsplit(address)
    try:
        with closing(http.client.HTTPConnection(parts.netloc, timeout=5)) as one:
            one.request("GET", parts.path)
            return one.getresponse().status == OK
    except OSError:
        return False


class Questions:
    """Requests to one server: `method`, `path`, `headers` and `body` of each."""

    def __init__(self, address: str, asked: Sequence[Mapping[str, Any]]) -> None:
        self.address = address
        self.asked = [self._plain(one) for one in asked]

    @staticmethod
    def _plain(one: Mapping[str, Any]) -> tuple[str, str, dict[str, str], str]:
        # wrk adds a `Host` of its own beside a `host`.
        headers = {name.title(): text for name, text in one.get("headers", {}).items()}
        if "token" in one:
            headers["x-postern-token"] = one["token"]
        body = json.dumps(one["body"]) if "body" in one else ""
        return one["method"], one["path"], headers, body

    def answers(self, count: int) -> Iterator[tuple[int, bytes]]:
        """Yield status and body of the first ones."""
        place = urlsplit(self.address).netloc
        with closing(http.client.HTTPConnection(place, timeout=30)) as connection:
            for method, path, headers, body in self.asked[:count]:
                connection.request(method, path, body or None, headers)
                answer = connection.getresponse()
                yield answer.status, answer.read()

    def load(self, folder: Path, *, connections: int = CONNECTIONS) -> Load:
        """Have wrk ask all of them again and again."""
        script, file = folder / "ask.lua", folder / "asked.txt"
        script.write_text(SCRIPT)
        file.write_text(
            "".join(
                f"{method}\t{path}\t{_headers(headers)}\t{body}\n"
                for method, path, headers, body in self.asked
            )
        )
        load = ["--threads", "1", "--connections", f"{connections}", "--latency"]
        load += ["--duration", f"{SECONDS}s", "--script", str(script)]
        done = subprocess.run(  # noqa: S603 - wrk, with arguments of ours
            ["taskset", "--cpu-list", "1", "wrk", *load, self.address, "--", str(file)],  # noqa: S607
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        total = int(_found(r"(\d+) requests in", done.stdout))
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
        return Load(
            float(_found(r"Requests/sec:\s+([\d.]+)", done.stdout)),
            1 - (int(refused[1]) if refused else 0) / total,
            _milliseconds(_found(r"\n +50% +(\S+)", done.stdout)),
            _milliseconds(_found(r"\n +99% +(\S+)", done.stdout)),
        )


def _headers(headers: Mapping[str, str]) -> str:
    return "".join(
        f"{name}={value.replace(';', '%3B')};" for name, value in headers.items()
    )


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(text)
    return match[1]


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]
