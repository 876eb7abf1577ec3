"""`manage.py publish`: put everything in force as it is now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from console.core.actor import system
from console.core.database import bring_up_to_date
from console.core.exceptions import ConsoleError
from gateway import selectors, services

ACTOR = system("command publish")


class Command(BaseCommand):
    help = (
        "Make a deployment of everything as it is now, also when changes are held "
        "back. Changes are deployed by themselves as long as a worker runs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", default="", help="why, for the history")
        parser.add_argument(
            "--above",
            type=int,
            default=0,
            metavar="NUMBER",
            help="a number that proxies have seen, after a backup was restored",
        )
        parser.add_argument(
            "--cluster",
            default="",
            metavar="NAME",
            help="publish to this Pomerium Core now, and say how it went",
        )
        parser.add_argument(
            "--show-key",
            action="store_true",
            help="print the public key that deployments are checked with, and no more",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if options["show_key"]:
            self.stdout.write(services.public_text())
            return
        bring_up_to_date()
        if options["cluster"]:
            self._publish_to(options["cluster"])
            return
        try:
            made = services.publish_now(
                reason=options["reason"],
                above=options["above"],
                actor=ACTOR,
                now=timezone.now(),
            )
        except ConsoleError as error:
            raise CommandError(error.message) from error
        if made is None:
            self.stdout.write("what is there is in force already; nothing is made")
            return
        self.stdout.write(
            f"deployment {made.number}: {made.routes} routes, {made.policies} policies"
        )

    def _publish_to(self, name: str) -> None:
        found = selectors.list_clusters(ACTOR).filter(name__iexact=name).first()
        if found is None:
            raise CommandError(f"there is no cluster `{name}`")
        row = services.publish_cluster(found.pk, clock=timezone.now)
        if row is None or row.lease_until is not None:
            raise CommandError("another run publishes to it now; try again")
        for one in row.problems:
            self.stderr.write(f"{one['subject']}: {one['text']}; {one['remedy']}")
        if row.failure:
            raise CommandError(f"{row}: {row.failure}")
        if row.problems:
            raise CommandError(f"{row}: its routes stay as they were")
        standing = row.get_standing_display().lower()
        counts = f"{row.routes} routes, {row.records} records"
        self.stdout.write(f"{row}: {standing}, deployment {row.deployment}, {counts}")
