"""`manage.py verifyaudit`: whether the audit log still is what was written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from console.core import audit
from console.core.database import bring_up_to_date


class Command(BaseCommand):
    help = "Check the chain of the audit log; fails at the first event that is wrong."

    def handle(self, *_: Any, **__: Any) -> None:
        bring_up_to_date()
        count, broken = audit.verify()
        if broken is not None:
            raise CommandError(
                f"event {broken} is missing, or not what was written; "
                f"the {broken - 1} before it are right"
            )
        self.stdout.write(f"{count} events, all as they were written")
