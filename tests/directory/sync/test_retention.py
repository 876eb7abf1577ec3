"""How long runs of a directory, and names that groups had, are kept."""

from datetime import timedelta
from typing import Any

import pytest

from console.core.models import AuditEvent
from directory import services
from directory.models import Directory, FormerName, KeptAnswers, RunState, SyncRun
from tests.factories import NOW, make_directory, make_group

pytestmark = pytest.mark.django_db
KEPT = 20


@pytest.fixture
def directory() -> Directory:
    """A directory with twenty runs of today, which stay in any case."""
    directory = make_directory()
    for _ in range(KEPT):
        make_run(directory, 0)
    return directory


def make_run(
    directory: Directory, days: float, state: str = RunState.APPLIED, **values: Any
) -> SyncRun:
    at = NOW - timedelta(days=days)
    return SyncRun.objects.create(
        directory=directory, state=state, created_at=at, modified_at=at, **values
    )


def is_kept(run: SyncRun) -> bool:
    return SyncRun.objects.filter(pk=run.pk).exists()


@pytest.mark.parametrize(
    ("state", "days", "expected"),
    [
        (RunState.APPLIED, 89, True),
        (RunState.APPLIED, 91, False),
        (RunState.FAILED, 89, True),
        (RunState.FAILED, 91, False),
        (RunState.DISCARDED, 91, False),
        (RunState.PREVIEWED, 91, False),
        (RunState.UNCHANGED, 6, True),
        (RunState.UNCHANGED, 8, False),
        (RunState.SUPERSEDED, 8, False),
        (RunState.HELD, 400, True),
        (RunState.RUNNING, 400, True),
        (RunState.QUEUED, 400, True),
    ],
)
def test_runs_are_kept_by_what_came_of_them(
    directory: Directory, state: str, days: int, expected: bool
) -> None:
    run = make_run(directory, days, state)

    services.forget_runs(now=NOW)

    assert is_kept(run) is expected


def test_the_newest_stay_and_the_newest_that_changed_something() -> None:
    directory = make_directory()
    changed = [make_run(directory, 300 + number) for number in range(KEPT + 1)]
    quiet = [
        make_run(directory, 100 + number, RunState.UNCHANGED)
        for number in range(KEPT + 1)
    ]

    forgotten = services.forget_runs(now=NOW)

    assert forgotten == 2
    assert [is_kept(one) for one in changed] == [True] * KEPT + [False]
    assert [is_kept(one) for one in quiet] == [True] * KEPT + [False]


def test_days_are_set_and_what_is_forgotten_is_in_the_audit_log(
    directory: Directory, settings: Any
) -> None:
    settings.DIRECTORY_RUNS_KEPT_DAYS = 3
    other = make_directory()
    run = make_run(directory, 4)
    KeptAnswers.objects.create(run=run, number=1, sealed="", kept_at=NOW)
    quiet = make_run(directory, 5, RunState.UNCHANGED)
    fresh = make_run(directory, 2, RunState.UNCHANGED)
    alone = make_run(other, 50)

    assert services.forget_runs(now=NOW) == 2
    assert services.forget_runs(now=NOW) == 0

    assert [is_kept(one) for one in (run, quiet, fresh, alone)] == [
        *(False, False),
        *(True, True),
    ]
    event = AuditEvent.objects.get(action="directory.runs-forgotten")
    assert event.target_id == str(directory.pk)
    assert event.after is not None
    assert event.after["runs"] == 2


def test_names_that_groups_had_are_forgotten_after_more_than_a_year() -> None:
    group = make_group("people")
    for days in (399, 401):
        FormerName.objects.create(
            group=group, name=f"{days}", until=NOW - timedelta(days=days)
        )

    services.forget_runs(now=NOW)

    assert [one.name for one in FormerName.objects.all()] == ["399"]
