"""Write a snapshot into the tables, in the caller's transaction.

People and groups that vanished are deactivated and lose their memberships; their
rows stay, so that bindings and audit events keep meaning somebody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from directory.models import Directory, Group, Membership, User
from directory.sync.snapshot import Snapshot

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Applied:
    """How many rows a snapshot changed."""

    people: int
    groups: int
    memberships_added: int
    memberships_removed: int


def apply_snapshot(
    directory: Directory, snapshot: Snapshot, *, now: datetime
) -> Applied:
    """Make the rows of a directory equal to its snapshot."""
    groups = _write_groups(directory, snapshot, now=now)
    people = _write_people(directory, snapshot, now=now)
    added, removed = _write_memberships(directory, snapshot)
    directory.complete_at = now
    directory.modified_at = now
    directory.save(update_fields=["complete_at", "modified_at"])
    return Applied(people, groups, added, removed)


Row = TypeVar("Row", Group, User)


def _deactivate(rows: Iterable[Row], *, now: datetime) -> list[Row]:
    gone = [row for row in rows if row.is_active]
    for row in gone:
        row.is_active, row.modified_at = False, now
    return gone


def _write_groups(directory: Directory, snapshot: Snapshot, *, now: datetime) -> int:
    existing = {row.external_id: row for row in directory.groups.all()}
    made, changed = [], []
    for record in snapshot.groups:
        row = existing.pop(record.id, None)
        wanted = (record.name, record.email, True)
        if row is None:
            made.append(
                Group(
                    directory=directory,
                    external_id=record.id,
                    name=record.name,
                    email=record.email,
                    created_at=now,
                    modified_at=now,
                )
            )
        elif (row.name, row.email, row.is_active) != wanted:
            row.name, row.email, row.is_active = wanted
            row.modified_at = now
            changed.append(row)
    changed += _deactivate(existing.values(), now=now)
    Group.objects.bulk_create(made, batch_size=BATCH)
    Group.objects.bulk_update(
        changed, ["name", "email", "is_active", "modified_at"], batch_size=BATCH
    )
    return len(made) + len(changed)


def _write_people(directory: Directory, snapshot: Snapshot, *, now: datetime) -> int:
    existing = {row.external_id: row for row in directory.users.all()}
    made, changed = [], []
    for record in snapshot.people:
        row = existing.pop(record.id, None)
        wanted = (record.email, record.display_name, record.claims, True)
        if row is None:
            person = User(
                directory=directory,
                external_id=record.id,
                email=record.email,
                display_name=record.display_name,
                claims=record.claims,
                created_at=now,
                modified_at=now,
            )
            person.set_unusable_password()
            made.append(person)
        elif (row.email, row.display_name, row.claims, row.is_active) != wanted:
            row.email, row.display_name, row.claims, row.is_active = wanted
            row.modified_at = now
            changed.append(row)
    changed += _deactivate(existing.values(), now=now)
    User.objects.bulk_create(made, batch_size=BATCH)
    User.objects.bulk_update(
        changed,
        ["email", "display_name", "claims", "is_active", "modified_at"],
        batch_size=BATCH,
    )
    return len(made) + len(changed)


def _write_memberships(directory: Directory, snapshot: Snapshot) -> tuple[int, int]:
    people = dict(directory.users.values_list("external_id", "id"))
    groups = dict(directory.groups.values_list("external_id", "id"))
    wanted = {
        (people[person.id], groups[group_id])
        for person in snapshot.people
        for group_id in person.group_ids
    }
    current = {
        (user_id, group_id): pk
        for user_id, group_id, pk in Membership.objects.filter(
            group__directory=directory
        ).values_list("user_id", "group_id", "pk")
    }
    gone = [pk for pair, pk in current.items() if pair not in wanted]
    for start in range(0, len(gone), BATCH):
        Membership.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    added = wanted - current.keys()
    Membership.objects.bulk_create(
        [Membership(user_id=user, group_id=group) for user, group in added],
        batch_size=BATCH,
    )
    return len(added), len(gone)
