"""Requests through each kind of route, from the socket to the upstream and back.

Nothing is played here: a real database, the authorizer and Envoy of the product, and
real connections. Which request gets which answer stands in `kinds`.
"""

import os
import signal
from itertools import cycle, islice
from pathlib import Path

import pytest
from django.utils import timezone

from console.core.actor import system
from gateway import services
from policies import services as policy_services
from tests.gateway.authorizer.processes import wait_for
from tests.gateway.end_to_end.client import Client, differences
from tests.gateway.end_to_end.kinds import KINDS, STAFF, Case, Kind
from tests.gateway.end_to_end.world import World, running_world

pytestmark = pytest.mark.django_db(transaction=True)
RETRIES = 30
DOMAIN = next(one for one in KINDS if one.name == "domain")
ALLOWED = Case(by="ada")


@pytest.mark.parametrize(
    ("times", "over_grpc", "is_hung_too"),  # Envoy waits for a while
    [
        pytest.param(50, False, False, id="http"),
        pytest.param(500, False, True, id="http-long", marks=pytest.mark.nightly),
        pytest.param(50, True, True, id="grpc", marks=pytest.mark.nightly),
    ],
)
def test_requests_of_each_kind_get_their_answers_until_a_policy_changes(
    tmp_path_factory: pytest.TempPathFactory,
    times: int,
    over_grpc: bool,
    is_hung_too: bool,
) -> None:
    # One environment for everything: starting it takes longer than the requests.
    folder = Path(tmp_path_factory.mktemp("g"))
    with running_world(folder, over_grpc=over_grpc) as world:
        client = Client(world)
        try:
            wrong = [one for kind in KINDS for one in ask(client, kind, times)]
            assert not wrong, "\n".join(wrong)
            check_that_a_changed_policy_counts(world, client)
            if is_hung_too:
                check_that_a_hung_authorizer_lets_nobody_in(world, client)
            check_that_a_dead_authorizer_lets_nobody_in(world, client)
        finally:
            client.close()


def ask(client: Client, kind: Kind, times: int) -> set[str]:
    """Send the requests of a kind, in turn; return what was not as it should be."""
    found = set()
    for case in islice(cycle(kind.cases), max(times, len(kind.cases))):
        wrong = differences(case, client.ask(kind, case))
        for _ in range(RETRIES if kind.has_little_time else 0):
            wrong = wrong and differences(case, client.ask(kind, case))
        label = f"{kind.name} {case.method} {case.path} by {case.by or 'nobody'}"
        found |= {f"{label}: {one}" for one in wrong}
    return found


def check_that_a_changed_policy_counts(world: World, client: Client) -> None:
    """Take somebody's access away while everything runs."""
    policy = world.routes["domain", "domain"].policies.get()
    case = Case(by="ben")
    assert client.ask(DOMAIN, case).status == 200

    policy_services.update_policy(
        policy.pk,
        version=policy.version,
        source=STAFF,
        actor=system("test"),
        now=timezone.now(),
    )
    services.deploy_changes(now=timezone.now())

    wait_for(lambda: client.ask(DOMAIN, case).status == 403)
    assert client.ask(DOMAIN, ALLOWED).status == 200


def check_that_a_hung_authorizer_lets_nobody_in(world: World, client: Client) -> None:
    """Stop the process, which goes on listening, and let it go on after a while."""
    assert world.authorizer is not None
    process = world.authorizer.process
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    try:
        answers = [client.ask(DOMAIN, case) for case in (ALLOWED, Case(by=""))]
    finally:
        process.send_signal(signal.SIGCONT)

    assert [(one.status, one.upstream) for one in answers] == [(503, "")] * 2
    wait_for(lambda: client.ask(DOMAIN, ALLOWED).status == 200)


def check_that_a_dead_authorizer_lets_nobody_in(world: World, client: Client) -> None:
    """End the process as the kernel does when memory runs out."""
    assert world.authorizer is not None
    world.authorizer.process.kill()
    world.authorizer.process.wait()

    for case in (ALLOWED, Case(by="")):
        answer = client.ask(DOMAIN, case)
        assert (answer.status, answer.upstream) == (503, "")
