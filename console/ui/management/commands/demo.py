"""`manage.py demo`: load the demo organization into an empty database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from console.core.actor import system
from console.core.database import bring_up_to_date
from console.core.transactions import writing
from console.demo.load import load_demo
from directory import selectors as directory_selectors


class Command(BaseCommand):
    """Load Meridian Freight: people, groups, namespaces, policies, routes, devices."""

    help = "Load the demo organization into an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer the quiet form that `make run` uses."""
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="do nothing, without an error, when a directory is there already",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load everything in one transaction, or nothing."""
        bring_up_to_date()
        if directory_selectors.list_directories().exists():
            if options["if_empty"]:
                return
            raise CommandError(
                "there is a directory already; the demo goes into an empty database"
            )
        with writing():
            load_demo(
                actor=system("command demo"), now=timezone.now(), say=self.stdout.write
            )
        self.stdout.write(self.style.SUCCESS("Meridian Freight is loaded."))
