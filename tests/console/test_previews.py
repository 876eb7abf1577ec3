"""Acts are looked at by doing them and taking them back."""

from typing import Any

import pytest

from console.core import previews
from console.core.actor import system
from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    StaleVersionError,
)
from console.core.models import AuditEvent, OutboxEntry
from console.core.previews import Group, WorldChangedError, preview, watched
from tests.factories import make_namespace
from tests.people import Cast

TEST = system("test")


class Counter:
    """Counts what the test put into a box."""

    def __init__(self, *, actor: Any, box: list[int]) -> None:
        self.box = box

    def measure(self) -> int:
        return len(self.box)

    def tell(self, before: int, after: int) -> list[Group]:
        return [
            Group("added", "were added", after - before),
            Group("nothing", "are nothing", 0),
        ]


@pytest.fixture(autouse=True)
def _observed(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(previews, "_observers", {"box.fill": Counter})


def fill(box: list[int], *, seen: str = "", times: int = 2) -> None:
    with watched("box.fill", actor=TEST, seen=seen, box=box):
        box.extend([1] * times)


def test_a_preview_tells_what_changed_and_leaves_empty_groups_out() -> None:
    found = preview(lambda: fill([]))

    assert found.groups == (Group("added", "were added", 2),)
    assert found.is_allowed


def test_a_preview_writes_nothing(cast: Cast) -> None:
    events, entries = AuditEvent.objects.count(), OutboxEntry.objects.count()

    preview(lambda: make_namespace("Gone"))

    assert (AuditEvent.objects.count(), OutboxEntry.objects.count()) == (
        events,
        entries,
    )


def test_a_preview_ends_where_enough_is_known_and_an_act_goes_on() -> None:
    box: list[int] = []

    def act(seen: str = "") -> None:
        with watched("box.fill", actor=TEST, seen=seen, box=box):
            box.append(1)
            previews.enough_is_known()
            box.append(2)

    assert preview(act).groups == ()  # what was there before, twice
    assert box == [1]
    act()
    assert box == [1, 1, 2]


def test_what_was_seen_is_done() -> None:
    box: list[int] = []

    fill(box, seen=preview(lambda: fill([])).seen)

    assert box == [1, 1]


def test_a_world_that_changed_is_refused_with_what_it_would_do_now() -> None:
    seen = preview(lambda: fill([])).seen

    with pytest.raises(WorldChangedError) as refused:
        fill([], seen=seen, times=3)

    (change,) = refused.value.details["changes"]
    assert (change["code"], change["count"]) == ("added", 3)


def test_an_act_within_another_is_a_part_of_it() -> None:
    def both() -> None:
        with watched("box.fill", actor=TEST, box=(outer := [])):
            fill([], times=7)
            outer.append(1)

    assert preview(both).groups[0].count == 1


def _raise(error: Exception) -> None:
    raise error


class NoLongerPossibleError(PermissionDeniedError):
    code = "no_longer_possible"


@pytest.mark.parametrize("error", [ConflictError("taken"), NoLongerPossibleError()])
def test_a_preview_tells_what_refuses_it(error: Exception) -> None:
    found = preview(lambda: _raise(error))

    assert (found.refusal, found.is_allowed, found.groups) == (error, False, ())


@pytest.mark.parametrize(
    "error", [NotFoundError(), PermissionDeniedError(), StaleVersionError()]
)
def test_a_preview_is_no_way_around_rights_and_versions(error: Exception) -> None:
    with pytest.raises(type(error)):
        preview(lambda: _raise(error))


def test_what_nobody_observes_costs_nothing() -> None:
    with watched("unknown", actor=TEST, seen=""):
        pass

    assert preview(lambda: fill([])).seen != previews.fingerprint([])
