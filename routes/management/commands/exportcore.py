"""`manage.py exportcore`: routes and policies as a configuration of Core."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from console.core.actor import system
from console.core.exceptions import ConsoleError
from namespaces import selectors as namespace_selectors
from routes import services

ACTOR = system("command exportcore")
OWNER_ONLY = 0o600


class Command(BaseCommand):
    help = "Write the routes and policies of a namespace as YAML for Pomerium Core."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, nargs="?", help="where to; otherwise it is printed"
        )
        parser.add_argument(
            "--namespace", default="Global", help="what, such as Global/Engineering"
        )
        parser.add_argument(
            "--with-secrets", action="store_true", help="secrets of routes as well"
        )

    def handle(
        self,
        *_: Any,
        file: Path | None,
        namespace: str,
        with_secrets: bool,
        **__: Any,
    ) -> None:
        if settings.EMBEDDED:
            call_command("migrate", verbosity=0, interactive=False)
        try:
            place = namespace_selectors.get_namespace_by_path(namespace, actor=ACTOR)
            export = services.export_configuration(
                namespace_id=place.pk,
                actor=ACTOR,
                now=timezone.now(),
                with_secrets=with_secrets,
            )
        except ConsoleError as error:
            raise CommandError(explain(error)) from error
        if file is None:
            self.stdout.write(export.text, ending="")
            return
        try:
            file.touch(mode=OWNER_ONLY)
            file.write_bytes(export.text.encode())
        except OSError as problem:
            raise CommandError(
                f"{file} can't be written: {problem.strerror}"
            ) from problem
        routes = "1 route" if export.routes == 1 else f"{export.routes} routes"
        self.stdout.write(f"{routes} written to {file}")


def explain(error: ConsoleError) -> str:
    """Return an error with what stands in the way, one line for each route."""
    refusals = error.details.get("refusals", [])
    lines = [
        f"  {one['namespace']}: {one['route']}: {one['policy']}: {one['why']}"
        for one in refusals
    ]
    return "\n".join([error.message, *lines])
