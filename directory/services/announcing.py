"""Tells whoever keeps people in memory what changed about them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from console.core import outbox
from console.core.models import AuditEvent
from directory.models import Directory, User
from directory.sync.plan import Plan

MAX_NAMED = 1_000  # people; of more, the whole directory is read again
ASKED = 500


def announce_people(
    directory: Directory, plan: Plan, *, event: AuditEvent, now: datetime
) -> None:
    """Announce what a plan wrote, by name while that is few, in the caller's frame."""
    payload: dict[str, Any] = {"id": str(directory.pk)}
    named = _named(directory, plan)
    if named is not None:
        payload["people"] = named
    outbox.enqueue("directory", payload, event=event, now=now)


def announce_person(user: User, *, event: AuditEvent, now: datetime) -> None:
    """Announce that something about a person may have changed."""
    outbox.enqueue("people", {"id": str(user.pk)}, event=event, now=now)


def _named(directory: Directory, plan: Plan) -> list[str] | None:
    """Return the ids of the people that a plan is about; None when they are many."""
    known: set[str] = set()
    for one in _concerned(plan):
        known.add(one)
        if len(known) > MAX_NAMED:
            return None
    groups = [*plan.gone_groups, *(one.id for one in plan.changed_groups)]
    found = {
        str(pk)
        for column, names in (
            ("external_id__in", sorted(known)),
            ("memberships__group__external_id__in", groups),
        )
        for part in _parts(names)
        for pk in directory.users.filter(**{column: part}).values_list("pk", flat=True)
    }
    return sorted(found) if len(found) <= MAX_NAMED else None


def _concerned(plan: Plan) -> Iterator[str]:
    """Yield the ids of people, some more than once."""
    for record in chain(plan.new_people, plan.changed_people):
        yield record.id
    yield from plan.gone_people
    for person, _ in chain(plan.added, plan.removed):
        yield person


def _parts(names: list[str]) -> Iterable[list[str]]:
    return (names[start : start + ASKED] for start in range(0, len(names), ASKED))
