"""Reads the rows of a directory, as many as are asked for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Count

from directory.models import Directory, Group, Membership
from directory.sync.diff import KnownGroup, KnownPerson, Mark

CHUNK = 2_000


class DatabaseRows:
    """The rows of a directory, by the ids of the provider; see `diff.Rows`."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._keys: dict[Any, str] = {}  # of groups

    def marks(self) -> Iterator[Mark]:
        """Yield everybody's id, digest, and whether they are active."""
        rows = self._directory.users.order_by()
        return rows.values_list("external_id", "sync_digest", "is_active").iterator(
            chunk_size=CHUNK
        )

    def groups(self) -> Mapping[str, KnownGroup]:
        """Return all groups."""
        rows = self._directory.groups.order_by()
        found = {}
        for pk, key, name, email, active in rows.values_list(
            "pk", "external_id", "name", "email", "is_active"
        ):
            self._keys[pk] = key
            found[key] = KnownGroup(name, email, active)
        return found

    def people(self, ids: Sequence[str]) -> Mapping[str, KnownPerson]:
        """Return people with their groups, as `groups` found them."""
        rows = self._directory.users.order_by().filter(external_id__in=ids)
        people = list(
            rows.values_list(
                "pk",
                *("external_id", "email", "display_name", "claims"),
                *("is_active", "subject"),
            )
        )
        groups: dict[object, set[str]] = {}
        pairs = Membership.objects.filter(user__in=[pk for pk, *_ in people])
        for person, group in pairs.values_list("user_id", "group_id"):
            key = self._keys.get(group)
            if key is not None:
                groups.setdefault(person, set()).add(key)
        return {
            key: KnownPerson(
                *(email, name, claims, active),
                signs_in=bool(subject),
                group_ids=frozenset(groups.get(pk, ())),
            )
            for pk, key, email, name, claims, active, subject in people
        }

    def count_memberships(self) -> int:
        """Return how many there are."""
        if not Group.objects.exclude(directory=self._directory).exists():
            return Membership.objects.count()
        return Membership.objects.filter(group__directory=self._directory).count()

    def count_members(self, group_ids: Sequence[str]) -> dict[str, int]:
        """Return how many members each of some groups has; none where it has none."""
        found: dict[str, int] = {}
        for start in range(0, len(group_ids), 500):
            some = group_ids[start : start + 500]
            rows = self._directory.groups.order_by().filter(external_id__in=some)
            counted = rows.annotate(count=Count("memberships")).filter(count__gt=0)
            found |= dict(counted.values_list("external_id", "count"))
        return found
