"""What changes from the rows as they are to a snapshot: a plan. Pure.

A plan is kept when it is held for a person to look at, so that what is released is
what was looked at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from directory.sync.assembly import Assembled
from directory.sync.snapshot import GroupRecord, PersonRecord

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A row of a person, as far as a snapshot speaks of it."""

    email: str
    display_name: str
    claims: Mapping[str, list[Any]]
    is_active: bool


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A row of a group."""

    name: str
    email: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Known:
    """The rows of a directory, by the ids of the provider."""

    people: Mapping[str, KnownPerson]
    groups: Mapping[str, KnownGroup]
    memberships: Mapping[str, frozenset[str]]  # person: groups

    def count_memberships(self) -> int:
        """Return how many there are."""
        return sum(map(len, self.memberships.values()))


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write. `added` and `removed` are pairs of a person and a group."""

    new_people: tuple[PersonRecord, ...] = ()
    changed_people: tuple[PersonRecord, ...] = ()
    gone_people: tuple[str, ...] = ()
    new_groups: tuple[GroupRecord, ...] = ()
    changed_groups: tuple[GroupRecord, ...] = ()
    gone_groups: tuple[str, ...] = ()
    added: tuple[Pair, ...] = ()
    removed: tuple[Pair, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # of gone or renamed groups

    @property
    def is_empty(self) -> bool:
        """Nothing is to be written."""
        return not any(getattr(self, name) for name in _PARTS)

    def counts(self) -> dict[str, int]:
        """Return how much of each there is."""
        return {name: len(getattr(self, name)) for name in _PARTS}

    def as_json(self) -> dict[str, Any]:
        """Return the plan in a form that can be stored."""
        found = asdict(self)
        for name in ("new_people", "changed_people"):
            found[name] = [{**one, "group_ids": []} for one in found[name]]
        return found

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Plan":
        """Return the plan that `as_json` stored."""
        return cls(
            new_people=tuple(_person(one) for one in stored["new_people"]),
            changed_people=tuple(_person(one) for one in stored["changed_people"]),
            new_groups=tuple(GroupRecord(**one) for one in stored["new_groups"]),
            changed_groups=tuple(
                GroupRecord(**one) for one in stored["changed_groups"]
            ),
            gone_people=tuple(stored["gone_people"]),
            gone_groups=tuple(stored["gone_groups"]),
            added=tuple((person, group) for person, group in stored["added"]),
            removed=tuple((person, group) for person, group in stored["removed"]),
            names=stored["names"],
        )


_PARTS = (
    "new_people",
    "changed_people",
    "gone_people",
    "new_groups",
    "changed_groups",
    "gone_groups",
    "added",
    "removed",
)


def _person(stored: Mapping[str, Any]) -> PersonRecord:
    return PersonRecord(**{**stored, "group_ids": frozenset()})


def make_plan(known: Known, assembled: Assembled) -> Plan:
    """Return what makes the rows equal to a snapshot.

    Who or what could not be read stays as it is, memberships included.
    """
    snapshot = assembled.snapshot
    people = {one.id: one for one in snapshot.people}
    groups = {one.id: one for one in snapshot.groups}
    new_people, changed_people = _compare_people(known, people.values())
    new_groups, changed_groups = _compare_groups(known, groups.values())
    gone_groups = _gone_groups(known, groups, assembled)
    gone_people = _gone_people(known, people, assembled)
    added, removed = _pairs(known, people, assembled, gone_people)
    concerned = {*gone_groups, *(one.id for one in changed_groups)}
    return Plan(
        new_people,
        changed_people,
        gone_people,
        new_groups,
        changed_groups,
        gone_groups,
        added,
        removed,
        {one: known.groups[one].name for one in concerned},
    )


def _compare_people(
    known: Known, people: Iterable[PersonRecord]
) -> tuple[tuple[PersonRecord, ...], tuple[PersonRecord, ...]]:
    new, changed = [], []
    for record in people:
        row = known.people.get(record.id)
        wanted = KnownPerson(record.email, record.display_name, record.claims, True)
        if row is None:
            new.append(record)
        elif row != wanted:
            changed.append(record)
    return tuple(new), tuple(changed)


def _compare_groups(
    known: Known, groups: Iterable[GroupRecord]
) -> tuple[tuple[GroupRecord, ...], tuple[GroupRecord, ...]]:
    new, changed = [], []
    for record in groups:
        row = known.groups.get(record.id)
        if row is None:
            new.append(record)
        elif row != KnownGroup(record.name, record.email, True):
            changed.append(record)
    return tuple(new), tuple(changed)


def _gone_people(
    known: Known, people: Mapping[str, PersonRecord], assembled: Assembled
) -> tuple[str, ...]:
    if assembled.keeps_all_people:
        return ()
    return tuple(
        one
        for one, row in known.people.items()
        if row.is_active and one not in people and one not in assembled.kept_people
    )


def _gone_groups(
    known: Known, groups: Mapping[str, GroupRecord], assembled: Assembled
) -> tuple[str, ...]:
    if assembled.keeps_all_groups:
        return ()
    return tuple(
        one
        for one, row in known.groups.items()
        if row.is_active and one not in groups and one not in assembled.kept_groups
    )


def _pairs(
    known: Known,
    people: Mapping[str, PersonRecord],
    assembled: Assembled,
    gone: Iterable[str],
) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    added: list[Pair] = []
    removed: list[Pair] = []
    nothing: frozenset[str] = frozenset()
    for person, record in people.items():
        had = known.memberships.get(person, nothing)
        if record.group_ids == had:
            continue
        added += ((person, group) for group in record.group_ids - had)
        if person not in assembled.kept_people and not assembled.keeps_all_groups:
            lost = had - record.group_ids - assembled.kept_groups
            if not assembled.keeps_all_people:
                removed += ((person, group) for group in lost)
    for person in gone:
        removed += ((person, group) for group in known.memberships.get(person, nothing))
    return tuple(added), tuple(removed)
