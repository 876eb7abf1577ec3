"""`manage.py auditcheckpoint`: sign where the audit log is, for somebody elsewhere."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from console.core import checkpoints
from console.core.database import bring_up_to_date
from console.core.models import AuditHead


class Command(BaseCommand):
    help = "Print a signed checkpoint of the audit log, or append it to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where it goes."""
        parser.add_argument(
            "--out", type=Path, metavar="FILE", help="append it to this file"
        )
        parser.add_argument(
            "--public-key",
            action="store_true",
            help="print the public keys that checkpoints are checked with, and stop",
        )

    def handle(self, *_: Any, out: Path | None, public_key: bool, **__: Any) -> None:
        """Sign, keep, print."""
        if public_key:
            self.stdout.write("\n".join(checkpoints.public_keys()))
            return
        bring_up_to_date()
        head = AuditHead.objects.filter(id=1).first()
        if head is None or not head.sequence:
            raise CommandError("nothing has been recorded yet")
        now = timezone.now()
        checkpoint = checkpoints.sign_checkpoint(now=now)
        checkpoint = checkpoint or checkpoints.sign(head, now=now)
        if out is None:
            self.stdout.write(checkpoint.to_line())
            return
        try:
            checkpoints.append(checkpoint, out)
        except OSError as error:
            raise CommandError(f"{out}: {error}") from error
