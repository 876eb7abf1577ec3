"""A complete enumeration, packed: who counts, what they are in, what was unreadable."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from directory.providers.records import Problem
from directory.sync.packing import signed, unpack
from directory.sync.snapshot import GroupRecord, PersonRecord

CHUNK = 10_000  # people whose groups are looked up in one pass over all memberships


# What is known of a person; nothing for whom only a group named. Plain numbers: they
# are asked for a million times.
LISTED, HINT, ACTIVE, TAKEN = 1, 2, 4, 8
PRESENT = frozenset({LISTED | ACTIVE, LISTED | ACTIVE | HINT})


class EdgesOf(Protocol):
    """Who is in what."""

    def __len__(self) -> int: ...

    def of(self, people: Iterable[int]) -> Iterator[tuple[int, set[int]]]: ...


class Assembled:
    """People by numbers, with what must not be taken away from them.

    Attributes:
        groups: those that count, by id.
        kept_people, kept_groups: ids that were there but unreadable.
        keeps_all_people, keeps_all_groups: something was unreadable to its id.
    """

    def __init__(
        self,
        *,
        numbers: Mapping[str, int],
        flags: bytearray,
        packs: Sequence[bytes],
        sums: Sequence[int],
        group_ids: Sequence[str],
        groups: Mapping[str, GroupRecord],
        edges: EdgesOf,
        hash_person: Callable[[bytes], int],
        problems: tuple[Problem, ...],
        unreadable: tuple[Problem, ...],
    ) -> None:
        self.numbers, self.ids = numbers, list(numbers)
        self.group_ids, self.groups = group_ids, groups
        self.edges, self.problems = edges, problems
        self._flags, self._packs, self._sums = flags, packs, sums
        self._hash = hash_person
        people = [one for one in unreadable if one.kind != "group"]
        groups_lost = [one.id for one in unreadable if one.kind == "group"]
        self.kept_people = frozenset(one.id for one in people if one.id)
        self.kept_groups = frozenset(groups_lost)
        self.keeps_all_people = any(not one.id for one in people)
        self.keeps_all_groups = "" in self.kept_groups

    def find(self, key: str) -> int | None:
        """Return the number of a person who counts."""
        number = self.numbers.get(key)
        if number is None or self._flags[number] not in PRESENT:
            return None
        return number

    def present(self) -> Iterator[int]:
        """Yield the numbers of everybody who counts."""
        for number, flags in enumerate(self._flags):
            if flags in PRESENT:
                yield number

    def counts(self) -> dict[str, int]:
        """Return how much was read; memberships as the provider says them."""
        return {
            "people": sum(1 for _ in self.present()),
            "groups": len(self.groups),
            "memberships": len(self.edges),
        }

    def digest(self, number: int) -> int:
        """Return what a person and their memberships hash to."""
        return signed(self._hash(self._packs[number]) + self._sums[number])

    def record(self, number: int) -> PersonRecord:
        """Return a person, without their groups, with the digest that includes them."""
        email, name, claims = unpack(self._packs[number])
        return PersonRecord(
            id=self.ids[number],
            email=email,
            display_name=name,
            claims=claims,
            digest=self.digest(number),
        )
