"""`manage.py databaserole`: a database role that can only append to the audit log."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from console.core.database import grant_to_application
from console.core.exceptions import ConsoleError


class Command(BaseCommand):
    help = "Let a role of PostgreSQL run the console, the audit log append-only for it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the role's name."""
        parser.add_argument("role")

    def handle(self, *_: Any, role: str, **__: Any) -> None:
        """Grant."""
        try:
            grant_to_application(role)
        except ConsoleError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"`{role}` may run the console; it can't change the audit log"
        )
