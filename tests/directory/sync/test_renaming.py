"""Groups that get another name at their provider keep the one that they had."""

from dataclasses import replace
from datetime import timedelta

import pytest

from directory.models import FormerName, Group, RunState
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.providers.fakes.server import SMALL
from tests.directory.scim.pushing import make_pusher
from tests.directory.sync.running import Clock, connect, run
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def former() -> list[tuple[str, str, object]]:
    """Return what groups are and were called, and until when."""
    rows = FormerName.objects.select_related("group")
    return [(one.group.name, one.name, one.until) for one in rows]


def test_a_run_keeps_the_name_that_a_group_had() -> None:
    clock = Clock()
    groups = {key: f"New {name}" for key, name in SMALL.groups.items()}
    first = next(iter(SMALL.groups))
    with FakeOkta() as fake:
        directory = connect(fake)
        run(directory, clock)
        nothing = former()
        fake.company = replace(SMALL, groups={**SMALL.groups, first: groups[first]})
        clock.now += timedelta(hours=1)
        ended = run(directory, clock)

    assert nothing == []
    assert ended.state == RunState.APPLIED, ended.failure
    assert former() == [(groups[first], SMALL.groups[first], clock.now)]


def test_a_run_keeps_the_name_of_a_group_that_comes_back_under_another() -> None:
    clock = Clock()
    first = next(iter(SMALL.groups))
    with FakeOkta() as fake:
        directory = connect(fake)
        run(directory, clock)
        Group.objects.filter(external_id=first).update(is_active=False)
        fake.company = replace(SMALL, groups={**SMALL.groups, first: "Back"})
        run(directory, clock)

    assert former() == [("Back", SMALL.groups[first], clock.now)]


def test_a_name_that_is_pushed_is_kept_as_well() -> None:
    pusher = make_pusher()
    group = pusher.add_group("Web", pusher.add_person("ada"))
    pusher.run()

    answer = pusher.patch(
        f"/Groups/{group}",
        {"op": "replace", "path": "displayName", "value": "Web and apps"},
    )
    ended = pusher.run(Clock(NOW + timedelta(hours=1)))

    assert answer.status in {200, 204}
    assert ended.state == RunState.APPLIED, ended.failure
    assert former() == [("Web and apps", "Web", NOW + timedelta(hours=1))]
