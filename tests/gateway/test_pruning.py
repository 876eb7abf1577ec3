"""Old deployments go, with what only they name."""

from datetime import timedelta
from typing import Any

import pytest

from gateway import services
from gateway.models import Blob, Deployer, Deployment
from gateway.services import pruning
from tests.factories import NOW, make_decision, make_route
from tests.gateway.following import follow, snapshot_of
from tests.people import Cast

MUCH_LATER = NOW + timedelta(days=200)


@pytest.fixture(autouse=True)
def history(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four deployments, of which the last two are kept in any case."""
    monkeypatch.setattr(pruning, "KEPT_AT_LEAST", 2)
    services.deploy_changes(now=NOW)
    for number in range(3):
        make_route(f"route {number}", namespace=cast.web)
        services.deploy_changes(now=NOW)


def kept() -> list[int]:
    return list(Deployment.objects.order_by("pk").values_list("pk", flat=True))


def test_old_ones_go_with_chunks_that_only_they_name() -> None:
    chunks = Blob.objects.count()

    assert services.prune_deployments(now=MUCH_LATER) == 2

    assert kept() == [3, 4]
    assert Blob.objects.count() == chunks - 2
    assert snapshot_of(follow()).number == 4


def test_young_ones_stay() -> None:
    assert services.prune_deployments(now=NOW + timedelta(days=89)) == 0
    assert kept() == [1, 2, 3, 4]


def test_what_a_proxy_runs_or_a_decision_names_stays() -> None:
    seen: dict[str, Any] = {"problem": "", "started_at": NOW, "now": NOW}
    services.record_proxy("edge", kind="authorizer", deployment=1, **seen)
    make_decision(deployment=2)

    assert services.prune_deployments(now=MUCH_LATER) == 0
    assert kept() == [1, 2, 3, 4]


def test_nothing_goes_while_a_deployment_is_made() -> None:
    Deployer.objects.update(lease_until=MUCH_LATER + timedelta(seconds=3))

    assert services.prune_deployments(now=MUCH_LATER) == 0
    assert kept() == [1, 2, 3, 4]


def test_deploying_goes_on_afterwards(cast: Cast) -> None:
    services.prune_deployments(now=MUCH_LATER)
    make_route("another", namespace=cast.web)

    made = services.deploy_changes(now=MUCH_LATER)

    assert made is not None
    assert len(snapshot_of(follow()).routes) == 4
