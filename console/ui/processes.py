"""The processes of a console on one machine, declared.

`manage.py up` starts what stands here, in this order. How they are watched is in
`supervisor`; in production each is started by the operator (docs/deploy.md).
"""

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from console.demo import upstream

BLOCKING_THREADS = 4
WORKER_PROCESSES = 2
# Upstreams of the demo end so; they are all one application.
DEMO_ZONE = ".internal"
DEMO = Path(upstream.__file__)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Where the access proxy of one machine listens, and what is behind it.

    Attributes:
        address, port: of Envoy.
        authorizer_port: of the authorizer, on loopback.
        console_url: where people are sent to sign in.
        demo_port: of the application behind the demo's routes, None without the demo.
    """

    address: str
    port: int
    authorizer_port: int
    console_url: str
    demo_port: int | None = None


def list_processes(
    *, address: str, port: int, gateway: Gateway | None = None
) -> list[ProcessSpec]:
    """Return what runs on one machine, with the web server on that port."""
    if gateway is None:
        return _console(address, port)
    shared = {"POSTERN_GATEWAY_PUBLIC_PORT": str(gateway.port)}
    return [
        replace(one, environment={**shared, **one.environment})
        for one in (*_console(address, port), *_gateway(gateway))
    ]


def _gateway(gateway: Gateway) -> list[ProcessSpec]:
    authorizer = f"127.0.0.1:{gateway.authorizer_port}"
    envoy = [
        *(sys.executable, "manage.py", "envoy", "--local-authority"),
        *("--bind", f"{gateway.address}:{gateway.port}", "--authorizer", authorizer),
    ]
    found = [
        ProcessSpec(
            "authz",
            (
                *(sys.executable, "manage.py", "authorizer", "--bind", authorizer),
                *("--console-url", gateway.console_url),
            ),
        )
    ]
    if gateway.demo_port is not None:
        place = f"127.0.0.1:{gateway.demo_port}"
        envoy += ["--resolve", f"{DEMO_ZONE}={place}"]
        found.append(ProcessSpec("demo", (sys.executable, "-I", str(DEMO), place)))
    return [*found, ProcessSpec("envoy", tuple(envoy))]


def _console(address: str, port: int) -> list[ProcessSpec]:
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
