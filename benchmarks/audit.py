"""How many events per second the audit log takes, from many writers at one time.

On PostgreSQL, each event in a transaction of its own, as services write them.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from benchmarks.goals import Goal
from tests.services import UnavailableError, postgresql

NAME = "audit.events-per-second-of-500"
WRITERS, EACH = 64, 40


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure in a process of its own, on a server of its own."""
    try:
        with postgresql.running() as url:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.audit"],
                env={**os.environ, "DATABASE_URL": url},
                check=True,
                capture_output=True,
                text=True,
            )
    except UnavailableError as error:
        return [Goal(NAME, None, 1, why_not=str(error))]
    seconds = float(done.stdout.split()[-1])
    count = WRITERS * EACH
    write(f"{WRITERS} writers, {count:,} events, {count / seconds:,.0f} events/s")
    return [Goal(NAME, 500 * seconds / count, 1, " of the time allowed")]


def main() -> None:
    """Write, and print how many seconds it took."""
    import time  # noqa: PLC0415 - this part runs in the process of its own

    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from console.core import audit  # noqa: PLC0415
    from console.core.actor import system  # noqa: PLC0415
    from console.core.transactions import writing  # noqa: PLC0415

    def write_events(writer: int) -> None:
        for number in range(EACH):
            change = audit.Change(
                action="thing.changed",
                target_type="thing",
                target_id=f"{writer}-{number}",
                target_label="a thing",
                namespace_id=None,
                after={"writer": writer, "number": number},
            )
            with writing():
                audit.record(change, actor=system("benchmark"), now=timezone.now())
        connection.close()

    call_command("migrate", verbosity=0)
    write_events(0)
    started = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write_events, range(WRITERS)))
    elapsed = time.perf_counter() - started
    _, broken = audit.verify()
    if broken is not None:
        raise AssertionError(f"event {broken} does not fit")
    print(elapsed)


if __name__ == "__main__":
    main()
