"""Rows in memory, and the plainest way to tell what changes: sets and dictionaries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from directory.providers.records import Edge, Group, Person, Problem, Record
from directory.sync.diff import KnownGroup, KnownPerson, Mark
from directory.sync.plan import Plan


@dataclass
class MemoryRows:
    """The rows of a directory; see `diff.Rows`."""

    persons: dict[str, KnownPerson] = field(default_factory=dict)
    known_groups: dict[str, KnownGroup] = field(default_factory=dict)
    digests: dict[str, int | None] = field(default_factory=dict)

    def marks(self) -> Iterable[Mark]:
        """Return everybody."""
        return [
            (key, self.digests.get(key), row.is_active)
            for key, row in self.persons.items()
        ]

    def groups(self) -> Mapping[str, KnownGroup]:
        """Return all groups."""
        return self.known_groups

    def people(self, ids: Sequence[str]) -> Mapping[str, KnownPerson]:
        """Return people with their groups."""
        return {key: self.persons[key] for key in ids}

    def apply(self, plan: Plan) -> None:
        """Write a plan, as the database does."""
        self.digests |= plan.digests
        for record in (*plan.new_people, *plan.changed_people):
            had = self.persons.get(record.id)
            self.persons[record.id] = KnownPerson(
                record.email,
                record.display_name,
                record.claims,
                is_active=True,
                group_ids=had.group_ids if had else frozenset(),
            )
            self.digests[record.id] = plan.digests.get(record.id, record.digest)
        for key in plan.gone_people:
            self.persons[key] = replace(self.persons[key], is_active=False)
            self.digests[key] = None
        for one in (*plan.new_groups, *plan.changed_groups):
            self.known_groups[one.id] = KnownGroup(one.name, one.email, True)
        for key in plan.gone_groups:
            self.known_groups[key] = replace(self.known_groups[key], is_active=False)
        for pairs, is_added in ((plan.removed, False), (plan.added, True)):
            for person, group in pairs:
                row = self.persons[person]
                assert (group in row.group_ids) != is_added
                changed = row.group_ids ^ {group}
                self.persons[person] = replace(row, group_ids=changed)


def what_changes(rows: MemoryRows, records: Sequence[Record]) -> dict[str, set[Any]]:
    """Return what must change, part by part; for ids that stand once."""
    people = {one.id: one for one in records if isinstance(one, Person)}
    people = {key: one for key, one in people.items() if one.is_active}
    groups = {one.id: one for one in records if isinstance(one, Group)}
    kept_people, kept_groups, all_people, all_groups = _kept(records)
    known = {key: row for key, row in rows.persons.items() if row.is_active}
    gone = known.keys() - people.keys() - kept_people
    gone_groups = {
        key
        for key, row in rows.known_groups.items()
        if row.is_active and key not in groups and key not in kept_groups
    }
    added, removed = set(), set()
    for key in people:
        had = rows.persons[key].group_ids if key in rows.persons else frozenset()
        now = _groups_of(key, records) & groups.keys()
        added |= {(key, group) for group in now - had}
        if key not in kept_people and not all_groups and not all_people:
            removed |= {(key, group) for group in had - now - kept_groups}
    if all_people:
        gone = set()
    removed |= {(key, group) for key in gone for group in known[key].group_ids}
    return {
        "new_people": people.keys() - rows.persons.keys(),
        "changed_people": {
            key
            for key in people.keys() & rows.persons.keys()
            if rows.persons[key].display_name != people[key].name
            or not rows.persons[key].is_active
        },
        "gone_people": set(gone),
        "gone_groups": set() if all_groups else gone_groups,
        "added": added,
        "removed": removed,
    }


def _kept(records: Sequence[Record]) -> tuple[set[str], set[str], bool, bool]:
    problems = [one for one in records if isinstance(one, Problem)]
    people = {one.id for one in problems if one.kind != "group"}
    groups = {one.id for one in problems if one.kind == "group"}
    return people, groups, "" in people, "" in groups


def _groups_of(person: str, records: Sequence[Record]) -> set[str]:
    edges = [one for one in records if isinstance(one, Edge)]
    found = {
        one.group_id for one in edges if not one.is_group and one.member_id == person
    }
    return closure(
        found, [(one.member_id, one.group_id) for one in edges if one.is_group]
    )


def closure(start: set[Any], edges: Sequence[tuple[Any, Any]]) -> set[Any]:
    """Add parents until nothing is added any more."""
    found = set(start)
    while True:
        more = {parent for child, parent in edges if child in found} - found
        if not more:
            return found
        found |= more
