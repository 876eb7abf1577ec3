"""`manage.py bootstrap`: the first admin, where `up` is not what runs the console."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from console.core.database import bring_up_to_date
from console.ui import bootstrap


class Command(BaseCommand):
    help = "Make the first admin, a local account, and print how to sign in."

    def handle(self, *_: Any, **__: Any) -> None:
        bring_up_to_date()
        admin = bootstrap.ensure_admin(
            email=settings.BOOTSTRAP_EMAIL,
            folder=Path(settings.DATA_DIR),
            now=timezone.now(),
        )
        if admin.password:
            self.stdout.write(f"{admin.email} {admin.password}")
            self.stdout.write(f"(also in {admin.path}; change it once you are in)")
        else:
            self.stdout.write(f"{admin.email} is there, with a password of its own")
