"""`manage.py envoy`: an Envoy that serves what is deployed."""

import os
import signal
import threading
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.envoy import Options
from gateway.services.envoy_agent import EnvoyAgent
from gateway.services.envoy_files import EnvoyMissingError, envoy_path
from gateway.services.envoy_following import make_envoy_follower
from gateway.services.envoy_options import Place
from gateway.services.envoy_process import EnvoyProcess

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    # Pages and addresses are none of its business, and take a second to look at.
    requires_system_checks = (Tags.security,)
    help = (
        "Run an Envoy in front of the routes, at the newest deployment. Give the "
        "authorizers that it asks about each request."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", default=f"127.0.0.1:{settings.GATEWAY_PORT}")
        parser.add_argument(
            "--authorizer",
            action="append",
            required=True,
            metavar="HOST:PORT",
            help="an authorizer; give several for several",
        )
        parser.add_argument(
            "--plain",
            action="store_true",
            help="speak HTTP without TLS, because something in front has it",
        )
        parser.add_argument(
            "--local-authority",
            action="store_true",
            help="issue certificates for hosts without one, from this machine's own "
            "authority",
        )
        parser.add_argument(
            "--trusted-hops",
            type=int,
            default=0,
            help="how many proxies in front of Envoy say where requests come from",
        )
        parser.add_argument(
            "--concurrency", type=int, default=0, help="threads; 0: one per core"
        )
        parser.add_argument(
            "--resolve",
            action="append",
            default=[],
            type=_resolution,
            metavar="NAME=HOST:PORT",
            help="find upstreams of that name there; `.internal=` is for all below it",
        )

    def handle(self, *_: Any, **given: Any) -> None:
        try:
            envoy_path()
        except EnvoyMissingError as error:
            raise CommandError(f"there is no Envoy: {error}") from error
        stopped = threading.Event()
        for number in STOPS:
            signal.signal(number, lambda *_: stopped.set())
        folder = Path(settings.DATA_DIR) / "gateway"
        place = _place(folder, given)
        process = EnvoyProcess(
            Path(place.base.folder),
            concurrency=given["concurrency"] or os.cpu_count() or 1,
        )
        agent = EnvoyAgent(place, process, clock=timezone.now)
        follower = make_envoy_follower(
            agent, name=f"envoy {given['bind']}", clock=timezone.now
        )
        follower.start()
        try:
            stopped.wait()
        finally:
            process.stop()
            follower.stop()


def _place(folder: Path, given: dict[str, Any]) -> Place:
    address, _, port = given["bind"].rpartition(":")
    if not address or not port.isdigit():
        raise CommandError(f"--bind {given['bind']} is not `address:port`")
    options = Options(
        # A folder for each listener: several Envoys may run on one machine.
        folder=str(folder.resolve() / f"envoy-{port}"),
        address=address,
        port=int(port),
        authorizers=tuple(given["authorizer"]),
        proxy_token=settings.PROXY_TOKEN,
        trusted_hops=given["trusted_hops"],
        resolve=dict(given["resolve"]),
    )
    return Place(
        base=options,
        folder=folder,
        is_plain=given["plain"],
        has_local_authority=given["local_authority"],
    )


def _resolution(text: str) -> tuple[str, str]:
    name, equals, place = text.partition("=")
    if not (name and equals and place.rpartition(":")[2].isdigit()):
        raise ArgumentTypeError(f"{text} is not `name=host:port`")
    return name, place
