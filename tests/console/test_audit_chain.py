"""How events join the chain: also where a part of a transaction was taken back."""

import contextlib
from typing import Any

import pytest
from django.db import transaction

from console.core import audit
from console.core.actor import Actor, system
from console.core.audit import Change
from console.core.models import AuditEvent, AuditHead
from console.core.transactions import advance_head, writing
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def write(label: str, *, actor: Actor | None = None) -> AuditEvent:
    change = Change(
        action="thing.changed",
        target_type="thing",
        target_id=label,
        target_label=label,
        namespace_id=None,
    )
    return audit.record(change, actor=actor or system("test"), now=NOW)


class TakenBackError(Exception):
    """Ends the inner part."""


def take_back(label: str) -> None:
    with contextlib.suppress(TakenBackError), transaction.atomic():
        write(label)
        raise TakenBackError


@pytest.mark.parametrize("frame", [writing, transaction.atomic])
def test_goes_on_behind_what_stayed_when_a_part_was_taken_back(frame: Any) -> None:
    with frame():
        first = write("stays")
        take_back("goes")
        second = write("stays as well")

    assert second.sequence == first.sequence + 1
    assert second.previous_hash == first.hash
    assert audit.verify()[1] is None


def test_goes_on_behind_what_others_wrote_meanwhile() -> None:
    with writing():
        first = write("ours")
    # As if another process had appended since this one looked.
    change = {"sequence": first.sequence + 1, "hash": "0" * 64}
    AuditHead.objects.filter(id=1).update(**change)

    with transaction.atomic():
        second = write("ours as well")

    assert second.sequence == first.sequence + 2
    assert second.previous_hash == "0" * 64


def test_the_end_is_moved_from_where_it_is_and_from_nowhere_else() -> None:
    with transaction.atomic():
        event = write("last")
        end = (event.sequence, event.hash)

        assert not advance_head((event.sequence - 1, "x"), (event.sequence, "y"))
        assert not advance_head((event.sequence, "x"), (event.sequence + 1, "y"))
        assert advance_head(end, (event.sequence + 1, "y"))


def test_begins_where_there_is_no_end_yet() -> None:
    AuditEvent.objects.all().delete()
    AuditHead.objects.all().delete()

    with transaction.atomic():
        assert write("first").sequence == 1
    assert audit.verify() == (1, None)


def test_costs_two_statements_beside_the_lock(
    django_assert_num_queries: Any,
) -> None:
    with writing(), django_assert_num_queries(2):
        write("one")


def test_names_whom_a_machine_acts_for() -> None:
    with writing():
        event = write("one", actor=Actor(label="robot", on_behalf_of="olga@x"))

    assert event.on_behalf_of == "olga@x"
    assert audit.verify()[1] is None
