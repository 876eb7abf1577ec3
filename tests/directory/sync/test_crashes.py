"""A worker that dies at any statement leaves the old rows or the new, never others.

The statement raises what no handler catches, so that its transaction is rolled back as
the database does it for a process that is gone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from directory import services
from directory.models import RunState
from directory.services import sync_runs
from namespaces.selectors import get_root
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.providers.fakes.server import SMALL
from tests.directory.sync.running import Clock, ask, connect, rows, run
from tests.factories import NOW, grant, make_user

EVERY = 2
LATER = replace(
    SMALL,
    people={**SMALL.people, "u6": "New One", "u1": "Renamed One"},
    members={**SMALL.members, "g1": ("u2", "u6"), "g2": ()},
)


class KilledError(BaseException):
    """The process is gone."""


@contextmanager
def dying_at(number: int) -> Iterator[list[int]]:
    """Die at a statement; yields a list that counts them."""
    counted = [0]

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "SAVEPOINT" not in sql:
            counted[0] += 1
            if counted[0] == number:
                raise KilledError
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        yield counted


# Whoever dies leaves a cursor of the server open; a process that is gone warns nobody.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.django_db
def test_a_killed_worker_s_run_ends_as_if_it_had_lived() -> None:
    grant("admin", get_root(), user=make_user("keeper"))
    with FakeOkta() as fake:
        directory = connect(fake)
        run(directory)
        fake.company = LATER
        run(directory)
        fake.company = SMALL
        run(directory)
        old = rows()  # with the rows of those who came and went
        fake.company = LATER
        asked, clock = ask(directory), Clock()
        with dying_at(0) as counted:
            services.run_sync(asked.pk, clock=clock, sleep=clock.sleep)
        new = rows()
        assert old != new
        for number in range(1, counted[0], EVERY):
            fake.company = SMALL
            run(directory)
            assert rows() == old
            fake.company = LATER
            clock = Clock()
            asked = ask(directory)
            with dying_at(number), pytest.raises(KilledError):
                services.run_sync(asked.pk, clock=clock, sleep=clock.sleep)
            assert rows() in (old, new)
            clock.now = NOW + 2 * sync_runs.LEASE
            services.start_due_syncs(now=clock.now)
            services.run_sync(asked.pk, clock=clock, sleep=clock.sleep)
            asked.refresh_from_db()

            assert asked.state in {RunState.APPLIED, RunState.UNCHANGED}, number
            assert rows() == new
