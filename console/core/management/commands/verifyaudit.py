"""`manage.py verifyaudit`: whether the audit log still is what was written."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from console.core import audit, checkpoints
from console.core.checkpoints import Checkpoint, CheckpointError
from console.core.database import bring_up_to_date


class Command(BaseCommand):
    help = "Check the chain of the audit log; fails at the first event that is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what is known from elsewhere."""
        parser.add_argument(
            "--checkpoints",
            type=Path,
            metavar="FILE",
            help="also hold the log against the signed checkpoints in this file",
        )
        parser.add_argument(
            "--key",
            action="append",
            default=[],
            help="also trust checkpoints that this public key signed",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Check, and say what was found."""
        bring_up_to_date()
        found = _known(options["checkpoints"], options["key"])
        promised = {one.sequence: one.hash for one in found}
        count, broken = audit.verify(promised)
        if broken is not None:
            raise CommandError(
                f"event {broken} is missing, or not what was written; "
                f"the {broken - 1} before it are right"
            )
        said = f", and as {len(found)} signed checkpoints say" if found else ""
        self.stdout.write(f"{count} events, all as they were written{said}")


def _known(path: Path | None, keys: list[str]) -> list[Checkpoint]:
    """Return the checkpoints of the database and of a file."""
    try:
        found = checkpoints.read_checkpoints(
            (one.to_line() for one in checkpoints.list_checkpoints()), keys=keys
        )
    except CheckpointError as error:
        raise CommandError(f"the table of checkpoints: {error.message}") from error
    if path is None:
        return found
    try:
        with path.open(encoding="utf-8") as lines:
            return [*found, *checkpoints.read_checkpoints(lines, keys=keys)]
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from error
    except CheckpointError as error:
        raise CommandError(f"{path}: {error.message}") from error
