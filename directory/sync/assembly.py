"""From the records of a provider to what rows are compared with. Pure.

Being in a group means being in it directly or through groups inside it, however deep,
circles included. What hangs in the air (a member whom nobody knows, an id that stands
twice with different data) becomes a line in the report, never somebody else's access.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping

from directory.providers.records import Edge, Group, Person, Problem, Record
from directory.sync.assembled import (
    ACTIVE,
    CHUNK,
    HINT,
    LISTED,
    TAKEN,
    Assembled,
)
from directory.sync.packing import hasher, pack
from directory.sync.snapshot import GroupRecord, Snapshot


class Assembly:
    """Takes records as they come; `finish` makes of them what rows are compared with.

    `taken_people` and `taken_groups` are ids of other directories: policies name ids
    without their directory, so that a second bearer of one would gain what the first
    was given. `key` makes the digests of one directory useless for another.
    """

    def __init__(
        self,
        *,
        key: bytes = b"",
        taken_people: Iterable[str] = (),
        taken_groups: Iterable[str] = (),
        only_groups: frozenset[str] | None = None,
    ) -> None:
        self.problems: list[Problem] = []
        self.groups: dict[str, Group] = {}
        self._taken_people, self._taken_groups = taken_people, taken_groups
        self._only_groups = only_groups
        self._hash_person, self._hash_group = hasher(key, b"p"), hasher(key, b"g")
        self._numbers: dict[str, int] = {}
        self._flags = bytearray()
        self._packs: list[bytes] = []
        self._sums: list[int] = []  # what a person's groups hash to, added up
        self._group_numbers: dict[str, int] = {}
        self._group_hashes: list[int] = []
        self._members, self._of = array("I"), array("I")
        self._above: dict[int, set[int]] = {}

    @property
    def people_count(self) -> int:
        """How many people came so far, those known only from groups included."""
        return len(self._numbers)

    @property
    def edge_count(self) -> int:
        """How many memberships came so far, direct ones."""
        return len(self._members)

    def add(self, records: Iterable[Record]) -> None:
        """Take the records of a page."""
        numbers, groups = self._numbers.get, self._group_numbers.get
        members, of, sums = self._members.append, self._of.append, self._sums
        for record in records:
            # Of edges there are a million: no call for each of them.
            if isinstance(record, Edge):
                if record.is_group:
                    self._add_inner(record.group_id, record.member_id)
                    continue
                person, group = numbers(record.member_id), groups(record.group_id)
                if person is None or group is None:
                    self._add_edge(record.group_id, record.member_id)
                    continue
                members(person)
                of(group)
                sums[person] += self._group_hashes[group]
            elif isinstance(record, Person):
                self._add_person(record)
            elif isinstance(record, Group):
                self._add_group(record)
            else:
                self.problems.append(record)

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """Take a whole enumeration that was made elsewhere."""
        for group in snapshot.groups:
            self._add_group(Group(id=group.id, name=group.name, email=group.email))
        for one in snapshot.people:
            self._add_person(
                Person(
                    id=one.id,
                    email=one.email,
                    name=one.display_name,
                    group_ids=tuple(one.group_ids),
                    claims=one.claims,
                )
            )

    def _add_edge(self, group_id: str, member_id: str) -> None:
        person, group = self._number(member_id), self._group_number(group_id)
        self._members.append(person)
        self._of.append(group)
        self._sums[person] += self._group_hashes[group]

    def _add_inner(self, group_id: str, member_id: str) -> None:
        inner, outer = self._group_number(member_id), self._group_number(group_id)
        self._above.setdefault(inner, set()).add(outer)

    def _number(self, key: str) -> int:
        number = self._numbers.setdefault(key, len(self._numbers))
        if number == len(self._flags):
            self._flags.append(0)
            self._packs.append(b"")
            self._sums.append(0)
        return number

    def _group_number(self, key: str) -> int:
        number = self._group_numbers.setdefault(key, len(self._group_numbers))
        if number == len(self._group_hashes):
            self._group_hashes.append(self._hash_group(key.encode()))
        return number

    def _add_person(self, person: Person) -> None:
        number = self._number(person.id)
        flags, packed = self._flags[number], self._packs[number]
        found = pack(person.email, person.name, person.claims)
        told = LISTED + HINT * person.is_hint + ACTIVE * person.is_active
        if not flags or (flags & HINT and not person.is_hint):
            self._flags[number], self._packs[number] = told, found
        elif not person.is_hint and (flags, packed) != (told, found):
            text = "stands twice with different data; the first counts"
            self._problem("person", person.id, text)
        for group in person.group_ids:
            self._add_edge(group, person.id)

    def _add_group(self, group: Group) -> None:
        known = self.groups.setdefault(group.id, group)
        if known.name != group.name:
            text = f"stands twice, also as `{group.name}`; the first counts"
            self._problem("group", group.id, text)
        for parent in group.parent_ids:
            self._add_inner(parent, group.id)

    def _problem(self, kind: str, key: str, text: str) -> None:
        self.problems.append(Problem(kind=kind, id=key, text=text))

    def finish(self) -> Assembled:
        """Return the enumeration, once all records came."""
        unreadable = tuple(self.problems)
        self._drop_taken()
        wanted = self._wanted()
        found = Assembled(
            numbers=self._numbers,
            flags=self._flags,
            packs=self._packs,
            sums=self._sums,
            group_ids=list(self._group_numbers),
            groups={
                one.id: GroupRecord(id=one.id, name=one.name, email=one.email)
                for one in self.groups.values()
                if wanted[self._group_number(one.id)]
            },
            edges=Edges(self._members, self._of, self._above, wanted),
            hash_person=self._hash_person,
            problems=tuple(self.problems),
            unreadable=unreadable,
        )
        if self._above or not all(wanted):
            self._sum_anew(found)
        return found

    def _wanted(self) -> bytearray:
        """Return which groups count: those that were listed, and none else."""
        for key in self.groups:
            self._group_number(key)
        only = self._only_groups
        return bytearray(
            key in self.groups and (only is None or key in only)
            for key in self._group_numbers
        )

    def _sum_anew(self, found: Assembled) -> None:
        """Add up what people are really in, as that is more or less than was said."""
        hashes = self._group_hashes
        for number, groups in found.edges.of(range(len(self._sums))):
            self._sums[number] = sum(hashes[group] for group in groups)

    def _drop_taken(self) -> None:
        text = "another directory has this id; policies could not tell the two apart"
        for key in self._taken_people:
            number = self._numbers.get(key)
            if number is not None and self._flags[number]:
                self._flags[number] = TAKEN
                self._stray(key, f"person: {text}")
            elif number is not None:
                self._flags[number] = TAKEN
        for key in self._taken_groups:
            if self.groups.pop(key, None) is not None:
                self._stray(key, f"group: {text}")
        for key, number in self._numbers.items():
            if not self._flags[number]:
                self._stray(key, "is a member of a group, but nobody of the people")

    def _stray(self, key: str, text: str) -> None:
        self._problem("stray", key, text)


class Edges:
    """Who is in what, directly as it was said and beyond."""

    def __init__(
        self,
        members: "array[int]",
        of: "array[int]",
        above: Mapping[int, Iterable[int]],
        wanted: bytearray,
    ) -> None:
        self._members, self._of = members, of
        self._closure = Closure(above) if above else None
        self._wanted = wanted
        self._all = all(wanted)

    def __len__(self) -> int:
        return len(self._members)

    def of(self, people: Iterable[int]) -> Iterator[tuple[int, set[int]]]:
        """Yield people with the groups that they are in and that count."""
        numbers = array("I", people)
        chosen = bytearray(max(numbers, default=-1) + 1)
        for start in range(0, len(numbers), CHUNK):
            some = numbers[start : start + CHUNK]
            for number, groups in self._direct(some, chosen).items():
                yield number, self._effective(groups)

    def _direct(self, some: "array[int]", chosen: bytearray) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {number: [] for number in some}
        for number in some:
            chosen[number] = 1
        size = len(chosen)
        for member, group in zip(self._members, self._of, strict=True):
            if member < size and chosen[member]:
                found[member].append(group)
        for number in some:
            chosen[number] = 0
        return found

    def _effective(self, groups: list[int]) -> set[int]:
        found = set(groups) if self._closure is None else self._closure.of(groups)
        return found if self._all else {one for one in found if self._wanted[one]}


class Closure:
    """Which groups one is in by being in some: those above them as well."""

    def __init__(self, above: Mapping[int, Iterable[int]]) -> None:
        self._above = above
        self._known: dict[int, frozenset[int]] = {}

    def of(self, groups: Iterable[int]) -> set[int]:
        """Return the groups, and all that they are inside of."""
        found: set[int] = set()
        for group in groups:
            found |= self._up(group)
        return found

    def _up(self, group: int) -> frozenset[int]:
        known = self._known.get(group)
        if known is None:
            seen, ahead = {group}, [group]
            while ahead:
                for parent in self._above.get(ahead.pop(), ()):
                    if parent not in seen:
                        seen.add(parent)
                        ahead.append(parent)
            known = self._known[group] = frozenset(seen)
        return known
