"""People, groups and memberships packed tightly, and what they hash to. Pure.

A directory of 100,000 people with a million memberships must fit into a worker beside
others: people are bytes until somebody asks for one, memberships are pairs of numbers.
"""

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, overload

from directory.sync.snapshot import PersonRecord

Pair = tuple[str, str]
MASK = 2**64 - 1
SIGN = 2**63
_encode = json.JSONEncoder(sort_keys=True).encode


def pack(email: str, name: str, claims: Mapping[str, Any]) -> bytes:
    """Return what is known of a person as bytes; equal when it is equal."""
    told = _encode(claims) if claims else ""
    return f"{len(email)} {len(name)} {email}{name}{told}".encode()


def unpack(packed: bytes) -> tuple[str, str, dict[str, list[Any]]]:
    """Return address, name and claims that were packed."""
    first, second, text = packed.decode().split(" ", 2)
    email, name = int(first), int(first) + int(second)
    told = text[name:]
    return text[:email], text[email:name], json.loads(told) if told else {}


def hasher(key: bytes, kind: bytes) -> Callable[[bytes], int]:
    """Return a function from bytes to 64 bits, different for each key and kind."""
    begun = blake2b(key=key[:64], person=kind, digest_size=8)

    def hashed(data: bytes) -> int:
        one = begun.copy()
        one.update(data)
        return int.from_bytes(one.digest(), "little")

    return hashed


def signed(value: int) -> int:
    """Return the last 64 bits of a number as databases keep them."""
    value &= MASK
    return value - 2 * SIGN if value >= SIGN else value


class Pairs(Sequence[Pair]):
    """Pairs of a person and a group, by their ids; eight bytes each.

    `people` and `groups` are the ids that the numbers stand for.
    """

    def __init__(self, people: Sequence[str], groups: Sequence[str]) -> None:
        self._people, self._groups = people, groups
        self._left, self._right = array("I"), array("I")

    @classmethod
    def of(cls, pairs: Iterable[Pair]) -> "Pairs":
        """Return pairs of ids that have no numbers yet."""
        people: dict[str, int] = {}
        groups: dict[str, int] = {}
        made = cls((), ())
        for person, group in pairs:
            made.add(
                people.setdefault(person, len(people)),
                groups.setdefault(group, len(groups)),
            )
        made._people, made._groups = list(people), list(groups)
        return made

    def add(self, person: int, group: int) -> None:
        """Append a pair, by its numbers."""
        self._left.append(person)
        self._right.append(group)

    def __len__(self) -> int:
        return len(self._left)

    def __iter__(self) -> Iterator[Pair]:
        people, groups = self._people, self._groups
        for left, right in zip(self._left, self._right, strict=True):
            yield people[left], groups[right]

    @overload
    def __getitem__(self, at: int) -> Pair: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Pair]: ...

    def __getitem__(self, at: int | slice) -> Pair | Sequence[Pair]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        return self._people[self._left[at]], self._groups[self._right[at]]


class PackedPeople(Sequence[PersonRecord]):
    """Some people of an enumeration, each unpacked when it is asked for."""

    def __init__(self, record: Callable[[int], PersonRecord]) -> None:
        self._record = record
        self._numbers = array("I")

    def add(self, number: int) -> None:
        """Append a person."""
        self._numbers.append(number)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> PersonRecord: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[PersonRecord]: ...

    def __getitem__(self, at: int | slice) -> PersonRecord | Sequence[PersonRecord]:
        if isinstance(at, slice):
            return [self._record(one) for one in self._numbers[at]]
        return self._record(self._numbers[at])
