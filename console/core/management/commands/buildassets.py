"""`manage.py buildassets`: builds what browsers load, if its sources have changed."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from console.core import assets


class Command(BaseCommand):
    help = "Build static/dist with Node; does nothing when it is up to date."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--force",
            action="store_true",
            help="install the packages afresh and build, whatever the stamp says",
        )

    def handle(self, *_: Any, force: bool, **__: Any) -> None:
        try:
            built = assets.build_assets(
                Path(settings.BASE_DIR), force=force, report=self.stdout.write
            )
        except assets.AssetBuildError as error:
            raise CommandError(f"static/dist was not built.\n{error}") from error
        self.stdout.write("built static/dist" if built else "static/dist is up to date")
