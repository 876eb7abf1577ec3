"""Cores: added, changed, published to by workers, and what is said of how it went."""

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import grpc
import pytest

from console.core import outbox
from console.core.exceptions import (
    ValidationFailedError,
)
from gateway import selectors, services
from gateway.models import Cluster, Standing
from gateway.pomerium.records import CONFIG
from gateway.pomerium.schema import Config
from gateway.pomerium.scripts import DIRECTORY_USER
from gateway.selectors.clusters import LOOK_EVERY
from gateway.services import core_runs
from tests.factories import NOW, make_directory, make_policy, make_route, make_user
from tests.gateway.certificates import make_pair
from tests.gateway.pomerium.broker import FakeBroker
from tests.gateway.pomerium.clusters import (
    SYSTEM,
    break_route,
    make_cluster,
    publish,
    route_names,
)
from tests.people import Cast

LATER = NOW + timedelta(hours=1)
ELSEWHERE = "https://core.example.com:5443"


@pytest.fixture(autouse=True)
def _listed(settings: Any) -> None:
    settings.UPSTREAM_ALLOWLIST = ["127.0.0.1", "core.internal"]


@pytest.fixture
def broker() -> Iterator[FakeBroker]:
    with FakeBroker() as made:
        yield made


@pytest.mark.django_db
class TestPublishing:
    def test_a_core_gets_what_is_deployed(self, cast: Cast, broker: FakeBroker) -> None:
        directory = make_directory(complete_at=NOW)
        make_user("dora", directory=directory)
        make_route("wiki", make_policy("staff"), namespace=cast.web)
        services.deploy_changes(now=NOW)
        cluster = make_cluster(broker)

        row = publish(cluster)

        assert row.standing == Standing.CURRENT
        assert (row.deployment, row.routes, row.failure) == (1, 1, "")
        assert row.published_at == NOW
        assert route_names(broker) == {"wiki"}
        assert "dora" in broker.ids(DIRECTORY_USER)
        assert row.done == row.total == len(broker.records)
        assert row.lease_until is None

    def test_a_core_serves_its_namespace_and_what_is_below(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        for name in ("web", "finance", "engineering"):
            make_route(name, namespace=getattr(cast, name))
        services.deploy_changes(now=NOW)

        publish(make_cluster(broker, namespace_id=cast.engineering.pk))

        assert route_names(broker) == {"web", "engineering"}

    def test_what_is_not_deployed_yet_waits(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        row = publish(make_cluster(broker))

        assert row.standing == Standing.FAILING
        assert "nothing has been deployed" in row.failure
        assert broker.calls == []

    def test_one_bad_route_keeps_the_routes_and_lets_people_go_on(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        directory = make_directory(complete_at=NOW)
        good = make_route("good", namespace=cast.web)
        services.deploy_changes(now=NOW)
        cluster = make_cluster(broker)
        publish(cluster)
        make_user("dora", directory=directory)
        make_route("more", namespace=cast.web)
        break_route(good, healthy_panic_threshold=101)

        row = publish(cluster)

        assert row.standing == Standing.REFUSED
        assert row.deployment == 1
        assert [one["subject"] for one in row.problems] == ["route good"]
        assert row.problems[0]["remedy"]
        assert route_names(broker) == {"good"}
        assert "dora" in broker.ids(DIRECTORY_USER)

    def test_what_was_corrected_is_published(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        route = make_route("wiki", namespace=cast.web)
        services.deploy_changes(now=NOW)
        cluster = make_cluster(broker)
        break_route(route, healthy_panic_threshold=101)
        publish(cluster)
        break_route(route, healthy_panic_threshold=50)

        row = publish(cluster)

        assert (row.standing, row.problems) == (Standing.CURRENT, [])
        assert route_names(broker) == {"wiki"}

    def test_a_withdrawn_core_holds_nothing_of_ours(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        make_route("wiki", namespace=cast.web)
        services.deploy_changes(now=NOW)
        cluster = make_cluster(broker)
        publish(cluster)
        services.update_cluster(
            cluster.pk, version=1, mode="withdrawn", actor=SYSTEM, now=NOW
        )

        row = publish(cluster)

        assert broker.records == {}
        assert (row.deployment, row.routes) == (0, 0)

    def test_a_paused_core_is_left_as_it_is(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        services.deploy_changes(now=NOW)
        cluster = make_cluster(broker, mode="paused")

        publish(cluster)

        assert broker.calls == []
        with pytest.raises(ValidationFailedError, match="paused"):
            services.request_publishing(cluster.pk, actor=SYSTEM, now=NOW)

    def test_a_certificate_goes_to_the_core_that_serves_its_namespace(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        chain, key = make_pair("wiki.example.org")
        certificate = services.upload_certificate(
            namespace_id=cast.web.pk, chain=chain, key=key, actor=SYSTEM, now=NOW
        )
        services.deploy_changes(now=NOW)
        cluster = make_cluster(broker)

        publish(cluster)

        place = (CONFIG, f"{cluster.owner}/certificate/{certificate.pk}")
        held = Config.FromString(broker.records[place].data.value)
        assert held.settings.certificates[0].key_bytes.decode().strip() == key.strip()


@pytest.mark.django_db
class TestFaults:
    def test_a_core_that_is_away_is_tried_again_ever_less_often(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        services.deploy_changes(now=NOW)
        cluster = make_cluster(broker)

        def fail(_: str, context: Any) -> None:
            context.abort(grpc.StatusCode.UNAVAILABLE, "gone")

        broker.fault = fail
        waits = []
        for _ in range(10):
            row = publish(cluster)
            assert row.next_run_at is not None
            waits.append((row.next_run_at - NOW).total_seconds())

        assert waits[:3] == [5, 10, 20]
        assert waits[-1] == 300
        assert "can't be reached (gone)" in row.failure
        assert not selectors.is_cluster_due(row, now=NOW + timedelta(seconds=299))
        assert selectors.is_cluster_due(row, now=NOW + timedelta(seconds=300))
        broker.fault = lambda name, context: None
        row = publish(cluster)
        assert (row.failure, row.failures, row.next_run_at) == ("", 0, None)

    def test_another_secret_is_said_to_be_refused(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        services.deploy_changes(now=NOW)
        other = base64.b64encode(b"o" * 32).decode()

        row = publish(make_cluster(broker, shared_secret=other))

        assert "refuses the shared secret" in row.failure

    def test_a_name_that_leads_to_this_machine_is_not_connected_to(
        self, cast: Cast, broker: FakeBroker, settings: Any
    ) -> None:
        services.deploy_changes(now=NOW)
        cluster = make_cluster(broker)
        settings.UPSTREAM_ALLOWLIST = []

        row = publish(cluster)

        assert "leads to this machine" in row.failure
        assert broker.calls == []

    def test_two_runs_are_not_at_it_at_once(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        services.deploy_changes(now=NOW)
        cluster = make_cluster(broker)
        Cluster.objects.update(lease_until=NOW + core_runs.LEASE)

        publish(cluster)
        assert broker.calls == []
        publish(cluster, clock=lambda: NOW + core_runs.LEASE + timedelta(seconds=1))

        assert broker.calls != []

    def test_a_run_that_was_overtaken_stops_and_keeps_nothing(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        make_route("wiki", namespace=cast.web)
        services.deploy_changes(now=NOW)
        cluster = make_cluster(broker)
        moments = iter(range(100))

        def overtaken() -> datetime:
            # By the time that the first write is over.
            if next(moments) == 2:
                Cluster.objects.filter(pk=cluster.pk).update(fence=99)
            return NOW

        row = publish(cluster, clock=overtaken)

        assert (row.routes, row.fence, row.standing) == (0, 99, Standing.WAITING)
        assert row.lease_until is not None
        assert route_names(broker) == set()

    def test_a_fault_of_ours_is_kept_and_not_tried_at_once(
        self, cast: Cast, broker: FakeBroker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        services.deploy_changes(now=NOW)
        cluster = make_cluster(broker)
        # Another format of what is deployed than this console writes.
        monkeypatch.setattr("gateway.stream.chunks.FORMAT", 99)

        row = publish(cluster)

        assert row.standing == Standing.FAILING
        assert "format" in row.failure
        assert row.next_run_at is not None


@pytest.mark.django_db
class TestDue:
    def test_a_new_core_and_a_new_deployment_are_due(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        services.deploy_changes(now=NOW)
        cluster = make_cluster(broker)
        assert selectors.is_cluster_due(cluster, now=NOW)
        row = publish(cluster, when_due=True)
        assert not selectors.is_cluster_due(row, now=NOW)
        broker.calls.clear()
        publish(cluster, when_due=True)
        assert broker.calls == []

        make_route("wiki", namespace=cast.web)
        services.publish_now(actor=SYSTEM, now=NOW)

        assert selectors.is_cluster_due(row, now=NOW)

    def test_a_change_of_people_is_due_and_a_session_is_not(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        services.deploy_changes(now=NOW)
        row = publish(make_cluster(broker))
        services_before = selectors.is_cluster_due(row, now=NOW)

        outbox.announce("sessions", ["x"], now=NOW)
        after_session = selectors.is_cluster_due(row, now=NOW)
        outbox.announce("people", ["x"], now=NOW)

        assert (services_before, after_session) == (False, False)
        assert selectors.is_cluster_due(row, now=NOW)

    def test_a_core_is_looked_at_every_few_minutes_and_mended(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        make_route("wiki", namespace=cast.web)
        services.deploy_changes(now=NOW)
        cluster = make_cluster(broker)
        row = publish(cluster)
        broker.restart()
        later = NOW + LOOK_EVERY

        assert selectors.is_cluster_due(row, now=later)
        publish(cluster, clock=lambda: later)

        assert route_names(broker) == {"wiki"}
