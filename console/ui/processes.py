"""The processes of a console on one machine, declared.

`manage.py up` starts what stands here, in this order. How they are watched is in
`supervisor`; in production each is started by the operator (docs/deploy.md).
"""

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

BLOCKING_THREADS = 4
WORKER_PROCESSES = 2
# Celery's advice for servers; one machine that runs as root does so on purpose.
ROOT_WARNING = "You're running the worker with superuser privileges"


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process that belongs to the console.

    Attributes:
        name: how its lines are marked in the terminal.
        command: the program with its arguments; no shell is involved.
        stop_signal: asks it to end soon; it is killed when it does not.
        environment: what it gets on top of our own variables.
    """

    name: str
    command: tuple[str, ...]
    stop_signal: signal.Signals = signal.SIGTERM
    environment: Mapping[str, str] = field(default_factory=dict)


def list_processes(*, address: str, port: int) -> list[ProcessSpec]:
    """Return what runs on one machine, with the web server on that port."""
    celery = (sys.executable, "-m", "celery", "--app", "console", "--quiet")
    return [
        ProcessSpec(
            "web",
            (
                *(sys.executable, "-m", "granian", "console.wsgi:application"),
                *("--interface", "wsgi", "--host", address, "--port", str(port)),
                *("--blocking-threads", str(BLOCKING_THREADS), "--no-ws"),
                *("--respawn-failed-workers", "--log-level", "warning"),
            ),
            environment={"PORT": str(port)},
        ),
        ProcessSpec(
            "worker",
            (
                *(*celery, "worker", "--concurrency", str(WORKER_PROCESSES)),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ),
            environment={"PYTHONWARNINGS": f"ignore:{ROOT_WARNING}"},
        ),
        ProcessSpec("beat", (*celery, "beat", "--pidfile=")),
    ]
