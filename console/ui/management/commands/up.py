"""`manage.py up`: the whole console on one machine, under one command."""

import os
import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from console.core import keys
from console.core.database import bring_up_to_date
from console.ui import addresses, bootstrap, single_instance
from console.ui.bootstrap import BootstrapAdmin
from console.ui.parent import ParentWatch
from console.ui.processes import Gateway, list_processes
from console.ui.supervisor import Supervisor
from gateway.services.envoy_files import EnvoyMissingError, envoy_path
from gateway.services.local_authority import CERTIFICATE

NAME_WIDTH = 7
GATEWAY_SECONDS = 30  # after which the greeting comes without the access proxy


class Command(BaseCommand):
    help = (
        "Run web server, worker, beat and the access proxy on this machine, with an "
        "embedded database unless DATABASE_URL is given. Ctrl-C stops everything."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--stop-with-parent",
            action="store_true",
            help="stop as well when the process that started this one ends",
        )

    def handle(self, *_: Any, stop_with_parent: bool, **__: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # A shell starts background jobs with SIGINT ignored.
            signal.signal(number, signal.default_int_handler)
        folder = Path(settings.DATA_DIR)
        try:
            with single_instance.only_one(folder) as note:
                self.run_in(folder, note, ParentWatch() if stop_with_parent else None)
        except single_instance.AlreadyRunningError as error:
            raise CommandError(
                f"Postern already runs on {folder} ({error}); stop it first, or "
                "choose another folder with POSTERN_DATA_DIR"
            ) from error
        except KeyboardInterrupt:
            self.say("stopped before everything was up")

    def run_in(self, folder: Path, note: Any, parent: ParentWatch | None) -> None:
        """Prepare the folder's database and run everything until told to stop."""
        admin = self.prepare(folder)
        port = self.choose_port()
        url = settings.PUBLIC_URL or f"http://{host_in_url()}:{port}"
        note(f", {url}")
        os.environ.setdefault("POSTERN_LOG_FORMAT", "line")
        os.environ["PYTHONUNBUFFERED"] = "1"
        gateway = self.choose_gateway(url)
        supervisor = Supervisor(
            list_processes(address=settings.BIND_ADDRESS, port=port, gateway=gateway),
            write=self.relay,
        )
        waiting = True
        started = time.monotonic()

        def tick() -> bool:
            nonlocal waiting
            if waiting and self.is_ready(port, gateway, started):
                waiting = False
                self.greet(url, admin, gateway)
            return parent is not None and parent.is_ending()

        reason = supervisor.run(tick)
        lasted = time.monotonic() - started
        self.say(f"stopped ({reason}) after {lasted:.0f} s; nothing is left running")

    def prepare(self, folder: Path) -> BootstrapAdmin:
        """Bring the database up to date and fill what an empty one lacks."""
        for name in ("messages", "control"):
            (settings.QUEUE_DIR / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
        if settings.EMBEDDED:
            self.say(f"data folder {folder}: bringing the database up to date")
            bring_up_to_date()
        else:
            self.check_migrated()
        self.check_keys()
        admin = bootstrap.ensure_admin(
            email=settings.BOOTSTRAP_EMAIL, folder=folder, now=timezone.now()
        )
        if settings.DEMO and "demo" in get_commands():
            call_command("demo", if_empty=True, stdout=self.stdout)
        connections.close_all()
        return admin

    def check_migrated(self) -> None:
        """Refuse to start on an operator's database that lacks a migration."""
        try:
            call_command("migrate", check_unapplied=True, verbosity=0)
        except SystemExit:
            raise CommandError(
                "the database lacks migrations; run `manage.py migrate` first"
            ) from None

    def check_keys(self) -> None:
        """Refuse to start with keys that don't open what is sealed."""
        unreadable = keys.find_unreadable()
        if unreadable:
            raise CommandError(f"{keys.WRONG_KEY}: {', '.join(unreadable)}")

    def choose_port(self) -> int:
        """Return the port to serve on, saying so when the wanted one is taken."""
        wanted: int = settings.PORT
        try:
            port = addresses.find_free_port(settings.BIND_ADDRESS, wanted)
        except addresses.NoFreePortError as error:
            raise CommandError(
                f"port {wanted} of {settings.BIND_ADDRESS} and those above are taken; "
                "choose another with PORT"
            ) from error
        if port != wanted:
            self.say(f"port {wanted} is taken by another program: using {port}")
        return port

    def choose_gateway(self, url: str) -> Gateway | None:
        """Return where the access proxy will be, or None, saying why."""
        if not settings.GATEWAY:
            return None
        try:
            envoy_path()
            address = settings.BIND_ADDRESS
            port = addresses.find_free_port(address, settings.GATEWAY_PORT)
            authorizer = addresses.find_free_port("127.0.0.1", port + 1)
            demo = addresses.find_free_port("127.0.0.1", authorizer + 1)
        except EnvoyMissingError:
            self.say("no Envoy for this platform: going on without an access proxy")
            return None
        except addresses.NoFreePortError:
            self.say("no free port for the access proxy: going on without it")
            return None
        return Gateway(
            address=address,
            port=port,
            authorizer_port=authorizer,
            console_url=url,
            demo_port=demo if settings.DEMO else None,
        )

    @staticmethod
    def is_ready(port: int, gateway: Gateway | None, started: float) -> bool:
        """Answer whether the console serves, and the access proxy or it is late."""
        if not addresses.answers(settings.BIND_ADDRESS, port):
            return False
        is_late = time.monotonic() - started > GATEWAY_SECONDS
        return (
            gateway is None
            or is_late
            or not addresses.is_free(gateway.address, gateway.port)
        )

    def greet(
        self, url: str, admin: BootstrapAdmin, gateway: Gateway | None = None
    ) -> None:
        """Print where the console is and how to sign in."""
        lines = ["", f"  Postern is ready:  {url}", ""]
        if settings.DEMO:
            lines.append("  Demo               choose a person on the sign-in page")
        if admin.password:
            lines += [
                f"  Bootstrap admin    {admin.email}",
                f"  Password           {admin.password}",
                f"                     (also in {admin.path})",
            ]
        else:
            lines.append(f"  Bootstrap admin    {admin.email}, password as you set it")
        lines += describe_gateway(gateway) if gateway else []
        lines += ["", "  Ctrl-C stops everything.", ""]
        for line in lines:
            self.stdout.write(line)
        self.stdout.flush()

    def say(self, text: str) -> None:
        """Print a line of our own."""
        self.relay("up", text)

    def relay(self, name: str, line: str) -> None:
        """Print a line of one process; JSON stays as it is, for machines."""
        self.stdout.write(
            line if line.startswith("{") else f"{name:<{NAME_WIDTH}} {line}"
        )
        self.stdout.flush()


def describe_gateway(gateway: Gateway) -> list[str]:
    """Say where the access proxy is, and how to look through it."""
    example = "status.meridian.localhost" if gateway.demo_port else "localhost"
    url = f"https://{example}:{gateway.port}/"
    authority = Path(settings.DATA_DIR) / "gateway" / CERTIFICATE
    return [
        "",
        f"  Access proxy       {url}",
        f"                     curl --cacert {authority} {url}",
    ]


def host_in_url() -> str:
    """Return the host by which a browser on this machine reaches the console."""
    address: str = settings.BIND_ADDRESS
    if address in {"127.0.0.1", "::1", "0.0.0.0", "::"}:  # noqa: S104 - compared only
        return "localhost"
    return f"[{address}]" if ":" in address else address
