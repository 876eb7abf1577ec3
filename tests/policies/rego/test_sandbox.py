"""What a worker has given up before it reads its first policy."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policies.rego import process, protocol
from policies.rego.pool import Pool
from policies.rego.process import Limits, WorkerProcess

if TYPE_CHECKING:
    from policies.rego.evaluation import SandboxEngine

ROOT = Path(__file__).parents[3]
# Each tries one thing after the sandbox is entered, and prints what came of it.
ATTEMPTS = {
    "open": "open('/etc/hostname', 'rb')",
    "write": "os.open('/tmp/postern-was-here', os.O_CREAT | os.O_WRONLY)",
    "fork": "os.fork()",
    "exec": "os.execv('/bin/true', ['true'])",
    "connect": "socket.socket().connect(('127.0.0.1', 9))",
    "kill": "os.kill(os.getppid(), 0)",
    "memory": "len(bytearray(300_000_000))",
    "executable memory": "mmap.mmap(-1, 4096, prot=mmap.PROT_EXEC | mmap.PROT_READ)",
}
TRY = """
import mmap, os, socket, sys
sys.path[:0] = {paths!r}
from policies.rego import sandbox
report = sandbox.enter(memory=128 << 20, without={without!r})
try:
    {attempt}
    os.write(1, b"done")
except BaseException as error:
    os.write(1, type(error).__name__.encode())
"""


def attempt(name: str, *, without: tuple[str, ...] = ()) -> str:
    paths = [str(ROOT)]
    code = TRY.format(paths=paths, attempt=ATTEMPTS[name], without=without)
    done = subprocess.run(  # noqa: S603 - Python, on a text of this file
        [sys.executable, "-I", "-S", "-c", code],
        capture_output=True,
        env={},
        timeout=60,
        check=False,
    )
    return done.stdout.decode()


@pytest.mark.parametrize("name", ATTEMPTS)
def test_nothing_can_be_reached_from_inside(name: str) -> None:
    assert attempt(name) != "done"


@pytest.mark.parametrize("name", ["open", "write", "fork", "memory"])
def test_limits_alone_hold_where_filters_are_not_to_be_had(name: str) -> None:
    if name == "fork" and os.getuid() == 0:
        # Limits on processes don't bind root, so it becomes nobody first.
        assert attempt(name, without=("system calls", "network")) != "done"
        return
    without = ("system calls", "network")

    assert attempt(name, without=without) != "done"


def test_a_worker_has_an_empty_environment_and_no_files() -> None:
    worker = WorkerProcess(Limits(), without=["system calls", "user", "limits"])
    try:
        there = Path(f"/proc/{worker.pid}")
        environment = (there / "environ").read_bytes()
        files = {
            os.readlink(there / "fd" / one.name) for one in (there / "fd").iterdir()
        }
    finally:
        worker.close()

    assert environment == b""
    assert {one.split(":")[0] for one in files} <= {"socket", "/dev/null"}


def test_the_parts_that_are_missing_are_named(workers: SandboxEngine) -> None:
    pool = Pool(size=1, without=["network", "system calls"])
    try:
        assert pool.wait_until_warm(60)
        report = dict(pool.sandbox or {})
    finally:
        pool.close()

    assert report["missing"] == {"network": "left out", "system calls": "left out"}
    assert "limits" in report["parts"]
    assert set(workers.pool.sandbox or {}) == {"parts", "missing"}


class TestTheProtocol:
    def test_refuses_what_is_too_long_or_no_json(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(b"\xff\xff\xff\xff")
            with pytest.raises(protocol.ProtocolError):
                protocol.receive(ours)
            theirs.sendall(b"\x00\x00\x00\x02{]")
            with pytest.raises(protocol.ProtocolError):
                protocol.receive(ours)

    @pytest.mark.parametrize("reply", [{"ask": "record"}, [], 3, {"ask": {}, "x": 1}])
    def test_a_worker_that_says_nonsense_is_lost(self, reply: Any) -> None:
        worker = object.__new__(WorkerProcess)
        ours, theirs = socket.socketpair()
        worker._channel = ours
        worker._process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1)
        worker.asked = 0
        body = json.dumps(reply).encode()
        theirs.sendall(len(body).to_bytes(4, "big") + body)

        with pytest.raises(process.WorkerLostError):
            worker.call({"cpu": 1}, until=time.monotonic() + 5, ask=lambda *_: None)

        worker.close()
        theirs.close()
        if worker._process.stdin:
            worker._process.stdin.close()
