"""The peer: `bulk_create(update_conflicts=True)`, and a comparison in Python.

Whatever the provider tells is written with "on conflict, update", as much of it as
there is; what it doesn't tell any more is found by comparing with the rows, and
deleted. In one transaction, in batches, without anything that isn't needed for it.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from benchmarks.sync.feed import Feed
from directory.models import Directory, Group, Membership, User
from directory.providers.records import Edge, Person
from directory.providers.records import Group as ToldGroup

BATCH = 2_000
Told = tuple[list[Any], list[Any], set[tuple[str, str]]]


def sync(directory: Directory, feed: Feed, *, now: datetime) -> None:
    """Make the rows of a directory equal to what the provider tells."""
    people, groups, pairs = _read(directory, feed, now)
    with transaction.atomic():
        changing: dict[str, Any] = {
            "update_conflicts": True,
            "unique_fields": ["directory", "external_id"],
            "batch_size": BATCH,
        }
        User.objects.bulk_create(
            people,
            update_fields=[
                *("email", "display_name", "claims", "is_active", "modified_at"),
            ],
            **changing,
        )
        Group.objects.bulk_create(
            groups, update_fields=["name", "is_active", "modified_at"], **changing
        )
        person_ids = dict(directory.users.values_list("external_id", "pk").iterator())
        group_ids = dict(directory.groups.values_list("external_id", "pk").iterator())
        wanted = {(person_ids[one], group_ids[other]) for one, other in pairs}
        del pairs
        rows = Membership.objects.filter(group__directory=directory)
        gone = [
            pk
            for pk, person, group in rows.values_list(
                "pk", "user_id", "group_id"
            ).iterator()
            if (person, group) not in wanted
        ]
        for start in range(0, len(gone), BATCH):
            some = gone[start : start + BATCH]
            Membership.objects.filter(pk__in=some).delete()
        Membership.objects.bulk_create(
            (Membership(user_id=one, group_id=other) for one, other in wanted),
            ignore_conflicts=True,  # there is nothing to update in them
            batch_size=BATCH,
        )
        told = {one.external_id for one in people}
        missing = [key for key in person_ids if key not in told]
        User.objects.filter(external_id__in=missing).update(is_active=False)


def _read(directory: Directory, feed: Feed, now: datetime) -> Told:
    people: list[Any] = []
    groups: list[Any] = []
    pairs: set[tuple[str, str]] = set()
    for batch in feed.pages():
        for one in batch.records:
            if isinstance(one, Edge):
                pairs.add((one.member_id, one.group_id))
                continue
            common = {
                "directory": directory,
                "external_id": one.id,
                "created_at": now,
                "modified_at": now,
            }
            if isinstance(one, Person):
                told = {"email": one.email, "display_name": one.name}
                people.append(User(password="!", claims=one.claims, **told, **common))  # noqa: S106
            elif isinstance(one, ToldGroup):
                groups.append(Group(name=one.name, **common))
    return people, groups, pairs
