"""`python -m benchmarks.lists`: fill and measure the database of the environment.

Prints the figures as JSON. A process of its own, so that each database has settings,
connections and caches of its own.
"""

import json
import os
import sys

import django
from django.core.management import call_command
from django.db import connection


def main() -> None:
    """Migrate, fill, measure, print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from benchmarks.lists.cases import measure  # noqa: PLC0415 - needs the set-up
    from benchmarks.lists.population import populate  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    found = populate()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    json.dump(measure(found), sys.stdout)


if __name__ == "__main__":
    main()
