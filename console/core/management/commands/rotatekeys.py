"""`manage.py rotatekeys`: seal every secret anew with the first of the data keys."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from console.core import keys
from console.core.database import bring_up_to_date
from console.core.exceptions import ConsoleError


class Command(BaseCommand):
    help = (
        "Seal all secrets anew with the first of POSTERN_DATA_KEYS. It may be "
        "interrupted and run again; once it is through, the other keys can go."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        bring_up_to_date()
        unreadable = keys.find_unreadable()
        if unreadable:
            raise CommandError(
                f"{keys.WRONG_KEY} ({', '.join(unreadable)}); nothing is changed"
            )
        try:
            changed = keys.rotate()
        except ConsoleError as error:
            raise CommandError(error.message) from error
        for column, count in changed.items():
            self.stdout.write(f"{column}: {count} sealed anew")
        self.stdout.write("everything is sealed with the first key now")
