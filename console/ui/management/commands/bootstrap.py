"""`manage.py bootstrap`: the first admin, where `up` is not what runs the console."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from console.ui import bootstrap


class Command(BaseCommand):
    help = "Make the first admin, a local account, and print how to sign in."

    def handle(self, *_: Any, **__: Any) -> None:
        if settings.EMBEDDED:
            call_command("migrate", verbosity=0, interactive=False)
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
