"""`manage.py recoverytoken`: sign in once, without the identity provider."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from console.core.actor import system
from console.core.database import bring_up_to_date
from console.core.exceptions import ConsoleError
from directory import selectors as directory_selectors
from directory import services as directory_services


class Command(BaseCommand):
    help = "Print a token that signs a person in once, within a few minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="whom to sign in")
        parser.add_argument("--minutes", type=int, default=15, help="1 to 15")

    def handle(self, *_: Any, email: str, minutes: int, **__: Any) -> None:
        bring_up_to_date()
        try:
            person = directory_selectors.find_person(email)
            token = directory_services.mint_recovery_token(
                person.id,
                lifetime=timedelta(minutes=minutes),
                actor=system("command recoverytoken"),
                now=timezone.now(),
            )
        except ConsoleError as error:
            raise CommandError(error.message) from error
        self.stdout.write(token)
        self.stderr.write(
            f"give it at /sign-in/recovery within {minutes} minutes; it works once"
        )
