"""The embedded database: brought up to date by whatever command needs it first.

With `DATABASE_URL` the operator migrates, once for all processes (docs/deploy.md).
"""

from django.conf import settings
from django.core.management import call_command


def bring_up_to_date() -> None:
    """Migrate the embedded database; leave an operator's own alone."""
    if settings.EMBEDDED:
        call_command("migrate", verbosity=0, interactive=False)
