"""`manage.py authorizer`: answers proxies whether a request may go on."""

import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError

from gateway import services
from gateway.authorizer.serving import AddressError

TICK = 0.2
RESTART_AFTER = 1.0
KILL_AFTER = 3.0


class Command(BaseCommand):
    # Pages and addresses are none of its business, and take a second to look at.
    requires_system_checks = (Tags.security,)
    help = (
        "Decide about requests for Envoy, nginx and Traefik. Holds everything in "
        "memory; GET /readyz says whether it can decide."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where to listen, and how many processes."""
        parser.add_argument(
            "--bind", default="127.0.0.1:8008", help="host:port, or unix:path"
        )
        parser.add_argument(
            "--grpc-bind",
            default="",
            help="host:port, or unix:path, for proxies that ask over gRPC as well",
        )
        parser.add_argument(
            "--workers", type=int, default=1, help="processes, best one for each core"
        )
        parser.add_argument(
            "--console-url",
            default="",
            help="where people sign in; POSTERN_PUBLIC_URL unless given",
        )
        parser.add_argument("--number", type=int, default=0, help="used internally")

    def handle(
        self,
        *_: Any,
        bind: str,
        grpc_bind: str,
        workers: int,
        console_url: str,
        number: int,
        **__: Any,
    ) -> None:
        """Answer until told to stop."""
        console = (console_url or services.console_url()).rstrip("/")
        if workers > 1:
            addresses = ("--bind", bind, "--grpc-bind", grpc_bind)
            Workers((*addresses, "--console-url", console), workers).run()
            return
        try:
            services.run_authorizer(
                bind,
                console=console,
                grpc_address=grpc_bind,
                number=number,
                ends_with_input=number > 0,
            )
        except (AddressError, OSError) as error:
            raise CommandError(f"can't listen at {bind}: {error}") from error


class Workers:
    """Processes that share one address; those that die are started again.

    Each ends when its input does, so that none outlives this process, however it ends.
    """

    def __init__(self, options: Sequence[str], count: int) -> None:
        self._commands = {
            number: (
                *(sys.executable, sys.argv[0], "authorizer"),
                *(*options, "--number", str(number)),
            )
            for number in range(1, count + 1)
        }
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._restart_at: dict[int, float] = dict.fromkeys(self._commands, 0.0)
        self._is_ending = False

    def run(self) -> None:
        """Keep all running until told to stop."""
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, self._end)
        try:
            while not self._is_ending:
                self._start_what_lacks()
                time.sleep(TICK)
        finally:
            self._stop_all()

    def _end(self, *_: Any) -> None:
        self._is_ending = True

    def _start_what_lacks(self) -> None:
        now = time.monotonic()
        for number, command in self._commands.items():
            process = self._running.get(number)
            if process is not None and process.poll() is not None:
                del self._running[number]
                self._restart_at[number] = now + RESTART_AFTER
            elif process is None and now >= self._restart_at[number]:
                self._running[number] = subprocess.Popen(  # noqa: S603 - our own
                    command, stdin=subprocess.PIPE
                )

    def _stop_all(self) -> None:
        for process in self._running.values():
            process.terminate()
        until = time.monotonic() + KILL_AFTER
        for process in self._running.values():
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
