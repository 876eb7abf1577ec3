"""A process that carries out runs, each in a child that the test may kill.

`python -m tests.directory.sync.killed_worker DATABASE`: for each line `RUN SECONDS` a
child carries that run out, with a clock that is so many seconds ahead. The child's
process id is written before it begins, and how it ended after that.
"""

import os
import sys
from datetime import timedelta


def main(database: str) -> None:
    """Serve the test until it closes the input."""
    import django  # noqa: PLC0415 - the process begins here

    django.setup()
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from directory import services  # noqa: PLC0415
    from directory.services import syncing  # noqa: PLC0415

    connection.settings_dict["NAME"] = database
    syncing.SHOW_EVERY = 0.0  # each page is kept, and what is killed goes on from it
    for line in sys.stdin:
        run, seconds = line.split()
        ahead = timedelta(seconds=int(seconds))
        child = os.fork()
        if not child:
            status = 1
            try:
                services.run_sync(run, clock=lambda: timezone.now() + ahead)  # noqa: B023 - called at once
                status = 0
            finally:
                os._exit(status)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, ended = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(ended)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
