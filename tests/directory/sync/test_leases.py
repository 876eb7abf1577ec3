"""Runs side by side, runs whose worker was killed, and runs by the clock."""

from datetime import timedelta

import pytest

from console.core.exceptions import ConflictError
from directory import selectors, services
from directory.exceptions import LeaseLostError
from directory.models import RunState, SyncRun
from directory.services import sync_runs
from namespaces.selectors import get_root
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.providers.fakes.server import Reply
from tests.directory.sync.running import TEST, Clock, ask, connect, rows, run
from tests.factories import (
    NOW,
    grant,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keeper(db: None) -> None:
    """Somebody is admin of the root, or nobody could be taken away."""
    grant("admin", get_root(), user=make_user("keeper"))


class TestOneAtATime:
    def test_the_second_worker_stops_before_its_first_request(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            asked = ask(directory)
            taken = sync_runs.take(asked.pk, now=NOW)
            services.run_sync(asked.pk, clock=Clock())

        assert taken is not None
        assert fake.seen == []

    def test_a_worker_that_lost_its_lease_writes_nothing(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            asked = ask(directory)
            slow = sync_runs.take(asked.pk, now=NOW)
            assert slow is not None
            later = Clock(NOW + 2 * sync_runs.LEASE)
            services.run_sync(asked.pk, clock=later)
            before = rows()

        with pytest.raises(LeaseLostError):
            sync_runs.keep(slow, now=NOW, progress={})
        with pytest.raises(LeaseLostError):
            sync_runs.check_fence(slow)
        assert rows() == before

    def test_refuses_to_start_beside_another_run(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            ask(directory)

            with pytest.raises(ConflictError):
                ask(directory)

    def test_a_run_whose_worker_was_killed_is_handed_on(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            asked = ask(directory)
            sync_runs.take(asked.pk, now=NOW)
            later = NOW + 2 * sync_runs.LEASE
            services.start_due_syncs(now=later)
            services.run_sync(asked.pk, clock=Clock(later))

        asked.refresh_from_db()
        assert asked.state == RunState.APPLIED
        assert asked.attempts == 2

    def test_gives_up_after_three_killed_workers(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            asked = ask(directory)
        moment = NOW
        for _ in range(4):
            sync_runs.take(asked.pk, now=moment)
            moment += 2 * sync_runs.LEASE
            services.start_due_syncs(now=moment)

        asked.refresh_from_db()
        assert asked.state == RunState.FAILED

    def test_keeps_the_lease_while_it_is_made_to_wait(self) -> None:
        clock = Clock()
        with FakeOkta() as fake:
            directory = connect(fake)
            fake.replies = {2: Reply({}, 429, {"retry-after": "280"})}
            ended = run(directory, clock)

        assert ended.state == RunState.APPLIED
        assert max(clock.sleeps) <= 15
        assert sum(clock.sleeps) >= 280


class TestSchedule:
    def test_starts_what_is_due_once(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake, interval_seconds=3600)
            later = NOW + timedelta(seconds=1)
            assert services.start_due_syncs(now=later) == 1
            assert services.start_due_syncs(now=later) == 0

        directory.refresh_from_db()
        assert directory.next_run_at == later + timedelta(hours=1)
        assert SyncRun.objects.get().trigger == "schedule"

    def test_leaves_disabled_directories_alone(self) -> None:
        with FakeOkta() as fake:
            connect(fake, is_enabled=False)

        assert services.start_due_syncs(now=NOW + timedelta(days=1)) == 0

    def test_names_directories_that_need_somebody(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            run(directory)
            assert selectors.list_troubles(TEST, now=NOW) == []
            old = selectors.list_troubles(TEST, now=NOW + timedelta(hours=13))
            assert "old" in old[0][1]
            fake.replies = {fake.pages + 1: Reply({}, 401)}
            run(directory)

        troubles = selectors.list_troubles(TEST, now=NOW)
        assert [one.pk for one, _ in troubles] == [directory.pk]
        assert "can't be read" in troubles[0][1]
