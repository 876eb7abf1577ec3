"""`python -m benchmarks.gateway.measuring changes|cold`: in the environment's database.

Prints the figures as one line of JSON. Processes of their own, so that each database
has settings and connections of its own, and a cold start is one.
"""

import time

STARTED = time.perf_counter()

import json  # noqa: E402 - what comes first is the clock
import resource  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402
from functools import partial  # noqa: E402
from typing import Any  # noqa: E402

import django  # noqa: E402

EDITS = 11
PATIENCE = 60.0
WORKER = (sys.executable, "-m", "celery", "--app", "console", "--quiet", "worker")


def cold() -> dict[str, Any]:
    """Start as an authorizer does, and say how long it took."""
    django.setup()
    from gateway import services  # noqa: PLC0415 - needs the set-up

    began = time.perf_counter()
    follower = services.make_follower(
        name="cold", kind="authorizer", on_snapshot=lambda _: None
    )
    follower.poll()
    ended = time.perf_counter()
    assert follower.snapshot is not None
    assert len(follower.people.people) == PEOPLE
    assert len(follower.snapshot.routes) == ROUTES
    return {
        "stream": ended - began,
        "process": ended - STARTED,
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


PEOPLE, ROUTES = 100_000, 10_000


def changes() -> dict[str, Any]:
    """Fill the database, then measure how soon changes are in force."""
    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from benchmarks.gateway.organization import populate  # noqa: PLC0415
    from gateway import services  # noqa: PLC0415

    for folder in ("messages", "control"):
        (settings.QUEUE_DIR / folder).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    populate()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    began = time.perf_counter()
    services.deploy_changes(now=timezone.now())
    first = time.perf_counter() - began
    return {"first": first, "builds": _builds()} | _in_force()


def _edit(number: int) -> None:
    """Change a policy that decides over hundreds of routes."""
    from django.utils import timezone  # noqa: PLC0415

    from console.core.actor import system  # noqa: PLC0415
    from policies import services  # noqa: PLC0415
    from policies.models import Policy  # noqa: PLC0415

    policy = Policy.objects.get(name="policy 3")
    services.update_policy(
        policy.pk,
        version=policy.version,
        source=f"allow:\n  and:\n    - domain: d{number}.example\n",
        actor=system("benchmark"),
        now=timezone.now(),
    )


def _builds() -> list[float]:
    from django.utils import timezone  # noqa: PLC0415

    from gateway import services  # noqa: PLC0415

    found = []
    for number in range(EDITS):
        _edit(number)
        began = time.perf_counter()
        services.deploy_changes(now=timezone.now())
        found.append(time.perf_counter() - began)
    return found


def _in_force() -> dict[str, Any]:
    """Measure from before the service call to what the follower tells."""
    from gateway import services  # noqa: PLC0415

    told: list[float] = []
    heard: list[float] = []
    follower = services.make_follower(
        name="bench",
        kind="authorizer",
        on_snapshot=lambda _: told.append(time.perf_counter()),
        on_people=lambda _: heard.append(time.perf_counter()),
    )
    options = ("--concurrency", "2", "--without-gossip", "--without-mingle")
    command = [*WORKER, *options]
    with subprocess.Popen(command) as worker:  # noqa: S603 - Celery itself
        try:
            follower.start()
            assert follower.wait(PATIENCE)
            _timed(lambda: _edit(-1), told)  # until the worker is there
            return {
                "changes": [
                    _timed(partial(_edit, 100 + number), told)
                    for number in range(EDITS)
                ],
                "people": [_timed(_leave_a_group, heard) for _ in range(EDITS)],
            }
        finally:
            follower.stop()
            worker.terminate()


def _leave_a_group() -> None:
    from django.utils import timezone  # noqa: PLC0415

    from console.core import audit, outbox  # noqa: PLC0415
    from console.core.actor import system  # noqa: PLC0415
    from console.core.audit import Change  # noqa: PLC0415
    from console.core.transactions import writing  # noqa: PLC0415
    from directory.models import Membership  # noqa: PLC0415

    now = timezone.now()
    with writing():
        row = Membership.objects.select_related("user").order_by("pk")[0]
        person = row.user
        row.delete()
        change = Change(
            action="person.left",
            target_type="person",
            target_id=person.pk,
            target_label=str(person),
            namespace_id=None,
        )
        event = audit.record(change, actor=system("benchmark"), now=now)
        outbox.enqueue("people", {"id": str(person.pk)}, event=event, now=now)


def _timed(call: Callable[[], None], told: list[float]) -> float:
    before = len(told)
    began = time.perf_counter()
    call()
    while len(told) == before:
        if time.perf_counter() - began > PATIENCE:
            raise TimeoutError("nothing was told")
        time.sleep(0.001)
    return told[before] - began


if __name__ == "__main__":
    print(json.dumps({"cold": cold, "changes": changes}[sys.argv[1]]()))
