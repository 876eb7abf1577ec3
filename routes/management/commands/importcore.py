"""`manage.py importcore`: routes and policies from a configuration of Core."""

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
from routes.imports import report
from routes.imports.plan import Differing, Options
from routes.imports.reader import FILE

ACTOR = system("command importcore")


class Command(BaseCommand):
    help = (
        "Import routes and policies from a configuration file of Pomerium Core. "
        "Prints what it does; with problems it writes nothing and exits with 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the configuration, YAML or JSON")
        parser.add_argument(
            "--namespace", default="Global", help="where to, such as Global/Engineering"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="print the plan and write nothing"
        )
        parser.add_argument(
            "--no-inherit",
            action="store_true",
            help="new routes do not inherit the policies of their namespace",
        )
        differing = parser.add_mutually_exclusive_group()
        differing.add_argument(
            "--update",
            action="store_true",
            help="change what is there and differs, as the file has it",
        )
        differing.add_argument(
            "--skip", action="store_true", help="leave what is there and differs"
        )

    def handle(self, *_: Any, file: Path, namespace: str, **options: Any) -> None:
        if settings.EMBEDDED:
            call_command("migrate", verbosity=0, interactive=False)
        content = read_file(file)
        chosen = Options(
            differing=differing_of(options), inherits=not options["no_inherit"]
        )
        try:
            place = namespace_selectors.get_namespace_by_path(namespace, actor=ACTOR)
            if options["dry_run"]:
                self.preview(file, content, place.pk, chosen)
            else:
                self.apply(file, content, place.pk, chosen)
        except ConsoleError as error:
            raise CommandError(error.message) from error

    def preview(
        self, file: Path, content: bytes, namespace_id: Any, options: Options
    ) -> None:
        """Print what the import would do."""
        plan = services.preview_import(
            namespace_id=namespace_id, content=content, options=options, actor=ACTOR
        )
        self.show(plan.to_json(), file)

    def apply(
        self, file: Path, content: bytes, namespace_id: Any, options: Options
    ) -> None:
        """Print what the import does, and do it."""
        run = services.begin_import(
            namespace_id=namespace_id,
            content=content,
            file_name=file.name,
            options=options,
            actor=ACTOR,
            now=timezone.now(),
            may_wait=True,
        )
        self.show(run.plan, file)
        if run.total == 0:
            return
        run = services.apply_import(
            run.pk,
            fingerprint=run.plan["fingerprint"],
            actor=ACTOR,
            now=timezone.now(),
            report=self.tell,
        )
        if run.failure:
            raise CommandError(f"nothing was imported: {run.failure}")
        self.stdout.write(f"Done: {run.done} written.")

    def show(self, plan: dict[str, Any], file: Path) -> None:
        """Print a plan; end with an error if it can't be applied."""
        self.stdout.write(report.write_report(plan, file_name=file.name))
        if not plan["is_applicable"]:
            raise CommandError("nothing was imported")

    def tell(self, phase: str, done: int, total: int) -> None:
        """Print how far the import is, on a terminal only."""
        if self.stderr.isatty():
            figures = f" {done} of {total}" if total else ""
            self.stderr.write(f"\r{phase}{figures} ", ending="")
            if total and done >= total:
                self.stderr.write("")


def read_file(path: Path) -> bytes:
    """Return a file's bytes, at most one more than an import takes.

    Raises:
        CommandError: it can't be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(FILE.max_bytes + 1)
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}") from error


def differing_of(options: dict[str, Any]) -> Differing:
    """Return what to do with what differs."""
    if options["update"]:
        return Differing.UPDATE
    return Differing.SKIP if options["skip"] else Differing.REFUSE
