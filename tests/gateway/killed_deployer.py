"""A process that edits and deploys, each time in a child that the test may kill.

`python -m tests.gateway.killed_deployer DATABASE`: for each line a child does what it
says: `edit POLICY NUMBER`; `deploy SECONDS` with a clock that is so much ahead; or
`dawdle SECONDS`, which deploys and waits so long between reading and writing. The
child's process id is written before it begins, and how it ended after that.
"""

import os
import sys
import time
from datetime import timedelta

TEXT = "allow:\n  and:\n    - domain: d{}.example\n"


def main(database: str) -> None:
    """Serve the test until it closes the input."""
    import django  # noqa: PLC0415 - the process begins here

    django.setup()
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from console.core.actor import system  # noqa: PLC0415
    from gateway import selectors, services  # noqa: PLC0415
    from policies import services as policy_services  # noqa: PLC0415
    from policies.models import Policy  # noqa: PLC0415

    connection.settings_dict["NAME"] = database

    def carry_out(verb: str, *rest: str) -> None:
        if verb == "dawdle":
            build = selectors.build

            def slowly() -> selectors.Build:
                built = build()
                time.sleep(float(rest[0]))
                return built

            selectors.build = slowly
            services.deploy_changes(now=timezone.now())
            return
        if verb == "deploy":
            ahead = timedelta(seconds=int(rest[0]))
            services.deploy_changes(now=timezone.now() + ahead)
            return
        policy = Policy.objects.get(pk=rest[0])
        policy_services.update_policy(
            policy.pk,
            version=policy.version,
            source=TEXT.format(rest[1]),
            actor=system("test"),
            now=timezone.now(),
        )

    for line in sys.stdin:
        child = os.fork()
        if not child:
            status = 1
            try:
                carry_out(*line.split())
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
