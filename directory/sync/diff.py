"""What changes from the rows as they are to an enumeration: a plan. Pure.

A row whose digest is that of the enumeration is not looked at any further. Digests tell
what was written, not what stands there: a comparison in full, which takes no digest's
word, finds what has drifted since.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from directory.sync.assembled import Assembled
from directory.sync.packing import PackedPeople, Pairs
from directory.sync.plan import Plan
from directory.sync.snapshot import GroupRecord, PersonRecord

BATCH = 500  # rows that are read at once

Mark = tuple[str, int | None, bool]  # id, digest, whether active


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A row of a person, as far as an enumeration speaks of it.

    `signs_in` holds for those who have: their claims are also those of the sign-in.
    """

    email: str
    display_name: str
    claims: Mapping[str, list[Any]]
    is_active: bool
    signs_in: bool = False
    group_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A row of a group."""

    name: str
    email: str
    is_active: bool


class Rows(Protocol):
    """The rows of a directory, by the ids of the provider."""

    def marks(self) -> Iterable[Mark]:
        """Return everybody, whoever is active or not."""
        ...

    def groups(self) -> Mapping[str, KnownGroup]:
        """Return all groups."""
        ...

    def people(self, ids: Sequence[str]) -> Mapping[str, KnownPerson]:
        """Return people with their groups; at most BATCH of them."""
        ...


@dataclass(slots=True)
class Comparison:
    """A plan, and what the rows were that it changes.

    Attributes:
        people: how many were active.
    """

    plan: Plan
    groups: Mapping[str, KnownGroup]
    people: int


def compare(rows: Rows, read: Assembled, *, is_full: bool = False) -> Comparison:
    """Return what makes the rows equal to an enumeration.

    Who or what could not be read stays as it is, memberships included. With `is_full`,
    every row is compared with all that is in it.
    """
    known = rows.groups()
    new_groups, changed_groups = _compare_groups(known, read.groups.values())
    gone_groups = _gone_groups(known, read)
    marked = _look_at_marks(rows, read, is_full=is_full)
    work = _Work(rows, read)
    for some in _parts(marked.suspects):
        work.look_at(some)
    for number, groups in read.edges.of(marked.new):
        work.new_people.add(number)
        for group in groups:
            work.added.add(number, group)
    for start in range(0, len(marked.gone), BATCH):
        work.let_go(marked.gone[start : start + BATCH])
    concerned = {*gone_groups, *(one.id for one in changed_groups)}
    plan = Plan(
        new_people=work.new_people,
        changed_people=work.changed_people,
        gone_people=marked.gone,
        new_groups=new_groups,
        changed_groups=changed_groups,
        gone_groups=gone_groups,
        added=work.added,
        removed=work.removed,
        names={one: known[one].name for one in concerned},
        digests=work.digests,
    )
    return Comparison(plan, known, marked.active)


@dataclass(slots=True)
class _Marked:
    suspects: "array[int]" = field(default_factory=lambda: array("I"))
    new: "array[int]" = field(default_factory=lambda: array("I"))
    gone: list[str] = field(default_factory=list)
    active: int = 0


def _look_at_marks(rows: Rows, read: Assembled, *, is_full: bool) -> _Marked:
    found = _Marked()
    seen = bytearray(len(read.ids))
    for key, digest, is_active in rows.marks():
        found.active += is_active
        number = read.find(key)
        if number is None:
            if is_active and not read.keeps_all_people and key not in read.kept_people:
                found.gone.append(key)
            continue
        seen[number] = 1
        if is_full or not is_active or digest != read.digest(number):
            found.suspects.append(number)
    found.new.extend(one for one in read.present() if not seen[one])
    return found


def _parts(numbers: "array[int]") -> Iterator["array[int]"]:
    size = 40 * BATCH
    return (numbers[start : start + size] for start in range(0, len(numbers), size))


class _Work:
    """Compares people with their rows, and notes what has to be written."""

    def __init__(self, rows: Rows, read: Assembled) -> None:
        self._rows, self._read = rows, read
        self._merged: dict[int, PersonRecord] = {}
        self.new_people = PackedPeople(read.record)
        self.changed_people = PackedPeople(self._changed)
        self.added = Pairs(read.ids, read.group_ids)
        self._people = _Numbers(read.numbers)
        self._groups = _Numbers({key: at for at, key in enumerate(read.group_ids)})
        self.removed = Pairs(self._people.ids, self._groups.ids)
        self.digests: dict[str, int | None] = {}

    def _changed(self, number: int) -> PersonRecord:
        return self._merged.get(number) or self._read.record(number)

    def look_at(self, numbers: "array[int]") -> None:
        """Compare some people with all that is in their rows."""
        pending: list[tuple[int, set[int]]] = []
        for item in self._read.edges.of(numbers):
            pending.append(item)
            if len(pending) == BATCH:
                self._compare(pending)
                pending.clear()
        self._compare(pending)

    def _compare(self, pending: Sequence[tuple[int, set[int]]]) -> None:
        ids = [self._read.ids[number] for number, _ in pending]
        known = self._rows.people(ids) if ids else {}
        for (number, groups), key in zip(pending, ids, strict=True):
            row = known[key]
            record = self._read.record(number)
            wanted = _merged(record, row)
            if (row.email, row.display_name, row.claims, row.is_active) != (
                record.email,
                record.display_name,
                wanted.claims,
                True,
            ):
                self.changed_people.add(number)
                if wanted is not record:
                    self._merged[number] = wanted
            is_equal = self._compare_groups(number, key, groups, row.group_ids)
            self.digests[key] = record.digest if is_equal else None

    def _compare_groups(
        self, number: int, key: str, groups: set[int], had: frozenset[str]
    ) -> bool:
        """Note which memberships change; answer whether they are then as was read."""
        read = self._read
        wanted = {read.group_ids[group]: group for group in groups}
        for group, at in wanted.items():
            if group not in had:
                self.added.add(number, at)
        lost = had - wanted.keys()
        may_go = lost - read.kept_groups
        if key in read.kept_people or read.keeps_all_groups or read.keeps_all_people:
            may_go = frozenset()
        for group in may_go:
            self.removed.add(self._people.of(key), self._groups.of(group))
        return may_go == lost

    def let_go(self, ids: Sequence[str]) -> None:
        """Note the memberships of people who are gone."""
        known = self._rows.people(ids)
        for key in ids:
            for group in known[key].group_ids:
                self.removed.add(self._people.of(key), self._groups.of(group))


class _Numbers:
    """Numbers of ids, more of them where an enumeration has none."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = known
        self._more: dict[str, int] = {}
        self.ids: list[str] = list(known)

    def of(self, key: str) -> int:
        """Return the number of an id."""
        number = self._known.get(key)
        if number is None:
            number = self._more.get(key)
        if number is None:
            number = self._more[key] = len(self.ids)
            self.ids.append(key)
        return number


def _merged(record: PersonRecord, row: KnownPerson) -> PersonRecord:
    """Return the record; of who has signed in, with what the sign-in said beside."""
    claims = {**row.claims, **record.claims} if row.signs_in else record.claims
    return record if claims == record.claims else replace(record, claims=claims)


def _compare_groups(
    known: Mapping[str, KnownGroup], groups: Iterable[GroupRecord]
) -> tuple[tuple[GroupRecord, ...], tuple[GroupRecord, ...]]:
    new, changed = [], []
    for record in groups:
        row = known.get(record.id)
        if row is None:
            new.append(record)
        elif row != KnownGroup(record.name, record.email, True):
            changed.append(record)
    return tuple(new), tuple(changed)


def _gone_groups(known: Mapping[str, KnownGroup], read: Assembled) -> tuple[str, ...]:
    if read.keeps_all_groups:
        return ()
    return tuple(
        key
        for key, row in known.items()
        if row.is_active and key not in read.groups and key not in read.kept_groups
    )
