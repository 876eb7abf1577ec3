"""Starts processes, shows what they say, restarts them, and stops them all.

One loop in one thread: it waits for output, for signals and for the time of the
next restart. Each process leads a group of its own, so that stopping it reaches
what it started, and a Ctrl-C in the terminal reaches the supervisor alone. Which
processes there are is said in `processes`.
"""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import IO

from console.ui import keeper
from console.ui.processes import ProcessSpec

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TICK_SECONDS = 0.2
KILL_AFTER_SECONDS = 2.0
FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 60.0
CHUNK = 65536

Write = Callable[[str, str], None]
Tick = Callable[[], bool]


class Child:
    """One process of the tree, through all its restarts."""

    def __init__(self, spec: ProcessSpec) -> None:
        self.spec = spec
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.restart_at = 0.0
        self.delay = FIRST_DELAY_SECONDS
        self.partial = b""

    @property
    def output(self) -> IO[bytes]:
        """The pipe that the running process writes to."""
        if self.process is None or self.process.stdout is None:
            raise RuntimeError(f"{self.spec.name} does not run")
        return self.process.stdout

    def start(self) -> int:
        """Start the process; return its number, which is also its group's."""
        self.process = subprocess.Popen(  # noqa: S603 - commands are ours
            self.spec.command,
            env={**os.environ, **self.spec.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        os.set_blocking(self.output.fileno(), False)
        self.started_at = time.monotonic()
        return self.process.pid

    def read_lines(self) -> list[str]:
        """Return the whole lines that have arrived."""
        with suppress(BlockingIOError):
            self.partial += os.read(self.output.fileno(), CHUNK)
        *lines, self.partial = self.partial.split(b"\n")
        return [line.decode(errors="replace") for line in lines]

    def schedule_restart(self) -> float:
        """Choose when to start again, later after each short life."""
        if time.monotonic() - self.started_at > STEADY_SECONDS:
            self.delay = FIRST_DELAY_SECONDS
        delay, self.delay = self.delay, min(self.delay * 2, LONGEST_DELAY_SECONDS)
        self.restart_at = time.monotonic() + delay
        return delay


class Supervisor:
    """Keeps a list of processes running until somebody says stop."""

    def __init__(self, specs: Sequence[ProcessSpec], *, write: Write) -> None:
        self._children = [Child(spec) for spec in specs]
        self._write = write
        self._selector = selectors.DefaultSelector()
        self._stop_asked = ""
        self._keeper = self._start_keeper()

    def run(self, tick: Tick) -> str:
        """Start everything, stay until told to stop, and stop everything.

        `tick` is called several times a second; True from it means stop. Returns
        what ended the run.
        """
        reader, writer = socket.socketpair()
        writer.setblocking(False)
        self._selector.register(reader, selectors.EVENT_READ)
        before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
        wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)
        try:
            for child in self._children:
                self._start(child)
            while not self._stop_asked:
                self._show_output(TICK_SECONDS)
                self._restart_the_dead()
                if tick():
                    self._stop_asked = "the process that started it ended"
        finally:
            self._stop_all()
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            reader.close()
            writer.close()
            self._selector.close()
        return self._stop_asked

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop_asked = signal.Signals(number).name

    @staticmethod
    def _start_keeper() -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", str(Path(keeper.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def _tell_keeper(self, line: str) -> None:
        if self._keeper.stdin is not None:
            with suppress(BrokenPipeError):
                self._keeper.stdin.write(f"{line}\n")
                self._keeper.stdin.flush()

    def _start(self, child: Child) -> None:
        number = child.start()
        self._tell_keeper(f"+{number}")
        self._selector.register(child.output, selectors.EVENT_READ, child)

    def _show_output(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, Child):
                for line in key.data.read_lines():
                    self._write(key.data.spec.name, line)
            elif isinstance(key.fileobj, socket.socket):
                key.fileobj.recv(CHUNK)

    def _restart_the_dead(self) -> None:
        for child in self._children:
            if child.process is None:
                if time.monotonic() >= child.restart_at:
                    self._start(child)
            elif child.process.poll() is not None:
                code = child.process.returncode
                self._forget(child)
                delay = child.schedule_restart()
                self._write(
                    "up",
                    f"{child.spec.name} ended ({describe_exit(code)}); "
                    f"starting it again in {delay:.0f} s",
                )

    def _forget(self, child: Child) -> None:
        """Take leave of a process that ended, and of all that it left running."""
        if child.process is None:
            return
        keeper.signal_group(child.process.pid, signal.SIGKILL)
        self._tell_keeper(f"-{child.process.pid}")
        for line in child.read_lines():
            self._write(child.spec.name, line)
        self._selector.unregister(child.output)
        child.output.close()
        child.process = None

    def _stop_all(self) -> None:
        """Stop every process within the time that a person will wait."""
        running = [child for child in self._children if child.process is not None]
        for child in running:
            # To the leader only: it knows in which order to end what it started.
            if child.process is not None:
                child.process.send_signal(child.spec.stop_signal)
        deadline = time.monotonic() + KILL_AFTER_SECONDS
        while time.monotonic() < deadline and any(
            child.process is not None and child.process.poll() is None
            for child in running
        ):
            with suppress(BrokenPipeError):
                self._show_output(0.05)
        for child in running:
            if child.process is not None:
                keeper.signal_group(child.process.pid, signal.SIGKILL)
                child.process.wait()
            with suppress(BrokenPipeError):
                self._forget(child)
        if self._keeper.stdin is not None:
            self._keeper.stdin.close()
        self._keeper.wait()


def describe_exit(code: int) -> str:
    """Say how a process ended: by a signal or with an exit code."""
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
