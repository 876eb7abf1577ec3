"""How many events per second the audit log takes, from many writers at one time.

On PostgreSQL, each event in a transaction of its own, as services write them. The
writers are threads of several processes, as a console's are.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

from benchmarks.goals import Goal
from tests.services import UnavailableError, postgresql

NAME = "audit.events-per-second-of-500"
PROCESSES, WRITERS, EACH = 4, 64, 100


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

    from console.core import audit  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    with ProcessPoolExecutor(
        PROCESSES, mp_context=get_context("spawn"), initializer=django.setup
    ) as pool:
        list(pool.map(write_as_many, [1] * PROCESSES))
        started = time.perf_counter()
        list(pool.map(write_as_many, [EACH] * PROCESSES))
        elapsed = time.perf_counter() - started
    _, broken = audit.verify()
    if broken is not None:
        raise AssertionError(f"event {broken} does not fit")
    print(elapsed)


def write_as_many(each: int) -> None:
    """Write so many events by each of this process's writers."""
    with ThreadPoolExecutor(WRITERS // PROCESSES) as pool:
        list(pool.map(write_events, [each] * (WRITERS // PROCESSES)))


def write_events(each: int) -> None:
    """Write so many events, each in a transaction of its own."""
    from django.db import connection  # noqa: PLC0415 - once Django is set up
    from django.utils import timezone  # noqa: PLC0415

    from console.core import audit  # noqa: PLC0415
    from console.core.actor import system  # noqa: PLC0415
    from console.core.transactions import writing  # noqa: PLC0415

    for number in range(each):
        change = audit.Change(
            action="thing.changed",
            target_type="thing",
            target_id=f"{number}",
            target_label="a thing",
            namespace_id=None,
            after={"each": each, "number": number},
        )
        with writing():
            audit.record(change, actor=system("benchmark"), now=timezone.now())
    connection.close()


if __name__ == "__main__":
    main()
