"""SIGKILL and SIGSTOP at any moment between a change and the deployment of it."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone

from console.core.actor import system
from gateway import selectors, services
from gateway.models import Deployer, Deployment
from policies import services as policy_services
from policies.models import Policy
from tests.factories import make_policy, make_route
from tests.gateway.following import follow, snapshot_of
from tests.gateway.killed_deployer import TEXT
from tests.people import make_cast
from tests.races import ON_POSTGRESQL

if TYPE_CHECKING:
    from gateway.stream import Follower

pytestmark = [*ON_POSTGRESQL, pytest.mark.django_db(transaction=True)]
LEASE_OVER = 5  # seconds by which the next run's clock is ahead
RECOVERY = 10  # seconds that the changes of a killed run may wait, with the job's pause
DAWDLES = 4.0  # seconds between reading and writing, of a run that is stopped there
PAUSE = 5  # seconds between two runs of the job that looks for changes


class Children:
    """Starts children that edit or deploy, one after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - Python, with a name of ours
            [
                *(sys.executable, "-m", "tests.gateway.killed_deployer"),
                str(connection.settings_dict["NAME"]),
            ],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, *words: object) -> int:
        """Begin; return the child's process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        return self._read()

    def wait(self) -> int:
        """Return how the child ended, once it has."""
        return self._read()

    def kill(self, after: float, *words: object) -> bool:
        """Kill a child after some seconds; answer whether it was still there."""
        child = self.start(*words)
        time.sleep(after)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        return self.wait() == -signal.SIGKILL

    def took(self, *words: object) -> float:
        """Let a child end; return how many seconds it took."""
        began = time.monotonic()
        self.start(*words)
        assert self.wait() == 0
        return time.monotonic() - began

    def _read(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture
def children() -> Iterator[Children]:
    children = Children()
    yield children
    children.close()


@pytest.fixture
def policy() -> Policy:
    make_cast()
    policy = make_policy("staff")
    for number in range(20):
        make_route(f"app {number}", policy)
    return policy


class Proxy:
    """A follower that minds going back, and what comes twice."""

    def __init__(self) -> None:
        self._follower: Follower = follow()
        self.seen: list[tuple[int, int]] = []

    def poll(self) -> int:
        """Return the version of the policy that is in force."""
        self._follower.poll()
        snapshot = snapshot_of(self._follower)
        (policy,) = snapshot.policies.values()
        seen = (snapshot.number, policy.version)
        if not self.seen or self.seen[-1] != seen:
            self.seen.append(seen)
        assert self.seen == sorted(self.seen)
        assert not self._follower.problem
        return policy.version


def assert_nothing_came_twice() -> None:
    rows = list(Deployment.objects.order_by("number"))
    assert [one.number for one in rows] == list(range(1, len(rows) + 1))
    hashes = [one.content_hash for one in rows]
    assert len(hashes) == len(set(hashes))
    assert [one.change for one in rows] == sorted(one.change for one in rows)


@pytest.mark.parametrize("kills", [6, pytest.param(1_000, marks=pytest.mark.nightly)])
def test_each_committed_change_arrives_once_and_in_order(
    children: Children, policy: Policy, kills: int
) -> None:
    services.deploy_changes(now=timezone.now())
    proxy, dice, ahead, killed = Proxy(), random.Random(kills), 0, 0
    edit = children.took("edit", policy.pk, "first")
    deploy = children.took("deploy", ahead)
    for number in range(kills):
        killed += children.kill(dice.uniform(0, edit), "edit", policy.pk, number)
        ahead += LEASE_OVER
        killed += children.kill(dice.uniform(0, deploy), "deploy", ahead)
        proxy.poll()
        ahead += LEASE_OVER

        children.took("deploy", ahead)

        assert proxy.poll() == Policy.objects.get(pk=policy.pk).version
    assert killed > kills // 4
    assert_nothing_came_twice()


def stop_in_the_middle(children: Children) -> int:
    """Start a run and stop it while it holds the lease; return its process id."""
    child = children.start("deploy", 0)
    while True:
        os.kill(child, signal.SIGSTOP)
        time.sleep(0.02)
        if Deployer.objects.filter(lease_until__isnull=False).exists():
            return child
        os.kill(child, signal.SIGCONT)
        time.sleep(0.001)


def wait_for_another(version: int, proxy: Proxy) -> float:
    """Look for changes as the job does, until they are in force; return how long."""
    began = time.monotonic()
    while proxy.poll() < version:
        services.deploy_changes(now=timezone.now())
        time.sleep(0.1)
    return time.monotonic() - began


def test_what_a_killed_run_left_is_in_force_within_seconds(
    children: Children, policy: Policy
) -> None:
    services.deploy_changes(now=timezone.now())
    proxy = Proxy()
    children.took("edit", policy.pk, "next")
    child = stop_in_the_middle(children)

    os.kill(child, signal.SIGKILL)
    children.wait()

    assert wait_for_another(2, proxy) + PAUSE <= RECOVERY
    assert_nothing_came_twice()


def test_a_run_that_was_stopped_for_too_long_writes_nothing(
    children: Children, policy: Policy
) -> None:
    services.deploy_changes(now=timezone.now())
    proxy = Proxy()
    children.took("edit", policy.pk, "next")
    child = children.start("dawdle", DAWDLES)
    while not Deployer.objects.filter(lease_until__isnull=False).exists():
        time.sleep(0.01)
    time.sleep(DAWDLES / 2)
    os.kill(child, signal.SIGSTOP)
    policy.refresh_from_db()
    policy_services.update_policy(
        policy.pk,
        version=policy.version,
        source=TEXT.format("after"),
        actor=system("test"),
        now=timezone.now(),
    )

    wait_for_another(3, proxy)
    newest = Deployment.objects.order_by("-number").values_list("number").first()
    os.kill(child, signal.SIGCONT)
    children.wait()

    assert Deployment.objects.order_by("-number").values_list("number").first() == (
        newest
    )
    assert proxy.poll() == 3
    assert_nothing_came_twice()


def test_a_run_that_takes_long_keeps_its_lease(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = selectors.build
    seen = []

    def slowly() -> object:
        time.sleep(services.LEASE.total_seconds() + 1)
        seen.append(Deployer.objects.get().lease_until)
        return build()

    monkeypatch.setattr(selectors, "build", slowly)

    assert services.deploy_changes(now=timezone.now()) is not None
    assert seen[0] is not None
    assert seen[0] > timezone.now()
    assert Deployer.objects.get().lease_until is None
