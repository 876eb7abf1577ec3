"""SIGKILL at any moment of a run: what stands there is the old state or the new one."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from console.core.transactions import reading
from directory.models import Directory, RunState, SyncRun
from namespaces.selectors import get_root
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.providers.fakes.server import Company
from tests.directory.sync.running import connect, rows
from tests.factories import NOW, grant, make_user

LEASE_OVER = 600  # seconds by which the next worker's clock is ahead
PEOPLE = range(120)
MANY = 100  # kills, of which some must have hit


def company(*, is_old: bool) -> Company:
    """Two states of an organization, a third of which differs."""
    people = {
        f"u{one}": f"Person {one}{'' if is_old or one % 3 else ' II'}"
        for one in PEOPLE
        if is_old or one % 20
    }
    members = {
        f"g{group}": tuple(
            f"u{one}"
            for one in PEOPLE
            if f"u{one}" in people and (one + (0 if is_old else one % 3)) % 4 == group
        )
        for group in range(4)
    }
    return Company(people, {one: f"Group {one}" for one in members}, members)


class Worker:
    """Carries out runs in processes of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - Python, with a name of ours
            [
                *(sys.executable, "-m", "tests.directory.sync.killed_worker"),
                str(connection.settings_dict["NAME"]),
            ],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.ahead = 0

    def start(self, run: SyncRun) -> int:
        """Begin a run, when every lease of before is over; return the process id."""
        self.ahead += LEASE_OVER
        assert self._process.stdin is not None
        self._process.stdin.write(f"{run.pk} {self.ahead}\n")
        self._process.stdin.flush()
        return self._read()

    def wait(self) -> int:
        """Return how the process ended, once it has."""
        return self._read()

    def _read(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the process that starts the others."""
        self._process.communicate()


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything of one moment, without holding writers up."""
    if connection.vendor == "postgresql":
        with reading():
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("COMMIT")


def state() -> str:
    """Return a hash of all people, groups and memberships."""
    found = {name: sorted(values) for name, values in rows().items()}
    return hashlib.sha256(repr(found).encode()).hexdigest()


class Reader(threading.Thread):
    """Looks at the rows all the time, and notes which states it saw."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, int] = {}
        self._is_over = threading.Event()

    def run(self) -> None:
        """Read until it is over."""
        try:
            while not self._is_over.is_set():
                with snapshot():
                    found = state()
                self.seen[found] = self.seen.get(found, 0) + 1
        finally:
            connection.close()

    def stop(self) -> None:
        """End, after the reading that is under way."""
        self._is_over.set()
        self.join()


@pytest.fixture
def worker(transactional_db: None) -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


def ask(directory: Directory) -> SyncRun:
    """Ask for a run; no worker takes it by itself."""
    return SyncRun.objects.create(
        directory=directory,
        state=RunState.QUEUED,
        trigger="manual",
        started_by="test",
        created_at=NOW,
        modified_at=NOW,
    )


def sync(worker: Worker, directory: Directory) -> float:
    """Carry a run out undisturbed; return how many seconds it took."""
    run, started = ask(directory), time.monotonic()
    worker.start(run)
    assert worker.wait() == 0
    run.refresh_from_db()
    assert run.state == RunState.APPLIED, run.failure
    return time.monotonic() - started


def kill(worker: Worker, run: SyncRun, after: float) -> bool:
    """Kill the run's worker after some seconds; answer whether it was still there."""
    child = worker.start(run)
    time.sleep(after)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    return worker.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    "kills",
    [
        4,
        pytest.param(200, marks=pytest.mark.nightly),
        pytest.param(1_000, marks=pytest.mark.nightly),
    ],
)
def test_a_killed_worker_leaves_the_old_state_or_the_new_one(
    worker: Worker, kills: int
) -> None:
    grant("admin", get_root(), user=make_user("keeper"))
    chance, killed, halfway = random.Random(kills), 0, 0
    with FakeOkta(company(is_old=True)) as fake:
        fake.page_size = 60
        directory = connect(fake, brake_count=1_000_000)
        states: dict[bool, str] = {}
        took = []
        for is_old in (True, False, True, False):
            fake.company = company(is_old=is_old)
            took.append(sync(worker, directory))
            states[is_old] = state()
        assert states[True] != states[False]
        reader = Reader()
        reader.start()
        for number in range(kills):
            is_old = not number % 2
            fake.company = company(is_old=is_old)
            run = ask(directory)
            killed += kill(worker, run, chance.uniform(0, min(took)))
            with snapshot():  # the killed one's last commit may still be under way
                left = state()
            assert left in states.values(), number
            run.refresh_from_db()
            halfway += run.state == RunState.RUNNING
            worker.start(run)
            assert worker.wait() == 0
            run.refresh_from_db()
            assert run.state in {RunState.APPLIED, RunState.UNCHANGED}, run.failure
            assert state() == states[is_old], number
        reader.stop()

    assert set(reader.seen) <= set(states.values())
    assert (killed and halfway) or kills < MANY
    directory.refresh_from_db()
    assert directory.lease_until is None
    assert directory.complete_at is not None
    assert directory.complete_at < timezone.now() + timedelta(seconds=worker.ahead + 60)
