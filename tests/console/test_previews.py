"""Acts are looked at by doing them and taking them back."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from console.core import previews
from console.core.actor import system
from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    StaleVersionError,
)
from console.core.models import AuditEvent, AuditHead, OutboxEntry
from console.core.previews import Group, WorldChangedError, look, preview, watched
from namespaces.models import Namespace
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


class Holder(Counter):
    """Tells of what is in the box before anything is done."""

    def tell(self, before: int, after: int) -> list[Group]:
        return [Group("go", "go", before)]


@pytest.fixture(autouse=True)
def _observed(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    observers = {"box.fill": Counter, "box.empty": Holder}
    monkeypatch.setattr(previews, "_observers", observers)


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


def empty(box: list[int], *, seen: str = "") -> None:
    """Look at what is in the box, and take it out."""
    check_empty(box, seen=seen)
    box.clear()


def check_empty(box: list[int], *, seen: str = "") -> None:
    previews.tell_beforehand("box.empty", actor=TEST, seen=seen, box=box)


def test_what_is_told_beforehand_is_looked_at_without_being_done() -> None:
    box = [1, 1, 1]

    found = look(lambda: check_empty(box))

    assert found.groups == (Group("go", "go", 3),)
    assert box == [1, 1, 1]
    empty(box, seen=found.seen)
    assert box == []


def test_what_is_told_beforehand_is_not_done_to_another_world() -> None:
    box = [1, 1, 1]
    seen = look(lambda: check_empty(box)).seen
    box.append(1)

    with pytest.raises(WorldChangedError):
        empty(box, seen=seen)

    assert box == [1, 1, 1, 1]


def test_a_look_tells_what_refuses() -> None:
    found = look(lambda: _raise(ConflictError("taken")))

    assert not found.is_allowed


@pytest.mark.django_db(transaction=True)
def test_a_look_keeps_no_writer_waiting() -> None:
    with CaptureQueriesContext(connection) as caught:
        look(Namespace.objects.exists)

    said = [one["sql"] for one in caught]
    assert not [one for one in said if AuditHead._meta.db_table in one]
    if connection.vendor == "sqlite":
        assert said[0] == "BEGIN DEFERRED"
        with CaptureQueriesContext(connection) as later, transaction.atomic():
            pass
        assert later[0]["sql"] == "BEGIN IMMEDIATE"


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
