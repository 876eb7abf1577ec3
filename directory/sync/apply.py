"""Read the rows of a directory, and write a plan into them in the caller's transaction.

People and groups that vanished are deactivated and lose their memberships; their
rows stay, so that bindings and audit events keep meaning somebody.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.hashers import make_password

from directory.models import Directory, Group, Membership, User
from directory.sync.diff import Known, KnownGroup, KnownPerson, Plan
from directory.sync.snapshot import GroupRecord, PersonRecord

BATCH = 500


@dataclass(frozen=True, slots=True)
class Applied:
    """How many rows a snapshot changed."""

    people: int
    groups: int
    memberships_added: int
    memberships_removed: int


def read_known(directory: Directory) -> Known:
    """Return the rows as they are."""
    people = {
        key: KnownPerson(email, name, claims, active)
        for key, email, name, claims, active in directory.users.values_list(
            "external_id", "email", "display_name", "claims", "is_active"
        ).iterator()
    }
    groups = {
        key: KnownGroup(name, email, active)
        for key, name, email, active in directory.groups.values_list(
            "external_id", "name", "email", "is_active"
        ).iterator()
    }
    found: dict[str, set[str]] = {}
    shared = {key: key for key in groups}
    pairs = Membership.objects.filter(group__directory=directory)
    for person, group in pairs.values_list(
        "user__external_id", "group__external_id"
    ).iterator():
        found.setdefault(person, set()).add(shared[group])
    memberships = {person: frozenset(members) for person, members in found.items()}
    return Known(people, groups, memberships)


def apply_plan(directory: Directory, plan: Plan, *, now: datetime) -> Applied:
    """Write a plan. The rows must be those that it was made from."""
    groups = _write_groups(directory, plan, now=now)
    people = _write_people(directory, plan, now=now)
    _write_memberships(directory, plan)
    directory.complete_at = now
    directory.modified_at = now
    directory.save(update_fields=["complete_at", "modified_at"])
    return Applied(people, groups, len(plan.added), len(plan.removed))


T = TypeVar("T")


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _write_groups(directory: Directory, plan: Plan, *, now: datetime) -> int:
    for made in _batches(plan.new_groups):
        Group.objects.bulk_create(
            Group(
                directory=directory,
                external_id=one.id,
                name=one.name,
                email=one.email,
                created_at=now,
                modified_at=now,
            )
            for one in made
        )
    for changed in _batches(plan.changed_groups):
        _update_groups(directory, changed, now=now)
    for gone in _batches(plan.gone_groups):
        rows = directory.groups.filter(external_id__in=gone)
        rows.update(is_active=False, modified_at=now)
    return len(plan.new_groups) + len(plan.changed_groups) + len(plan.gone_groups)


def _update_groups(
    directory: Directory, records: Collection[GroupRecord], *, now: datetime
) -> None:
    wanted = {one.id: one for one in records}
    rows = list(directory.groups.filter(external_id__in=wanted))
    for row in rows:
        record = wanted[row.external_id]
        row.name, row.email = record.name, record.email
        row.is_active, row.modified_at = True, now
    Group.objects.bulk_update(rows, ["name", "email", "is_active", "modified_at"])


def _write_people(directory: Directory, plan: Plan, *, now: datetime) -> int:
    for made in _batches(plan.new_people):
        User.objects.bulk_create(
            User(
                directory=directory,
                external_id=one.id,
                email=one.email,
                display_name=one.display_name,
                claims=one.claims,
                password=make_password(None),
                created_at=now,
                modified_at=now,
            )
            for one in made
        )
    for changed in _batches(plan.changed_people):
        _update_people(directory, changed, now=now)
    for gone in _batches(plan.gone_people):
        rows = directory.users.filter(external_id__in=gone)
        rows.update(is_active=False, modified_at=now)
    return len(plan.new_people) + len(plan.changed_people) + len(plan.gone_people)


def _update_people(
    directory: Directory, records: Collection[PersonRecord], *, now: datetime
) -> None:
    wanted = {one.id: one for one in records}
    rows = list(directory.users.filter(external_id__in=wanted))
    for row in rows:
        record = wanted[row.external_id]
        row.email, row.display_name = record.email, record.display_name
        row.claims = record.claims
        row.is_active, row.modified_at = True, now
    User.objects.bulk_update(
        rows, ["email", "display_name", "claims", "is_active", "modified_at"]
    )


def _write_memberships(directory: Directory, plan: Plan) -> None:
    groups = dict(directory.groups.values_list("external_id", "id"))
    for removed in _batches(_by_group(plan.removed)):
        for group, people in removed:
            for some in _batches(people):
                Membership.objects.filter(
                    group_id=groups[group],
                    user__directory=directory,
                    user__external_id__in=some,
                ).delete()
    people_ids = _people_ids(directory, plan)
    for added in _batches(plan.added):
        Membership.objects.bulk_create(
            Membership(user_id=people_ids[person], group_id=groups[group])
            for person, group in added
        )


def _by_group(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for person, group in pairs:
        found.setdefault(group, []).append(person)
    return list(found.items())


def _people_ids(directory: Directory, plan: Plan) -> dict[str, UUID]:
    if not plan.added:
        return {}
    return dict(directory.users.values_list("external_id", "id"))
