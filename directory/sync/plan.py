"""What is to be written to make the rows equal to an enumeration. Pure.

A plan is kept when it is held for a person to look at, so that what is released is
what was looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from directory.sync.packing import Pair, Pairs
from directory.sync.snapshot import GroupRecord, PersonRecord

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


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write. `added` and `removed` are pairs of a person and a group.

    `names` are those of groups that go or change their name. `digests` are of people
    whose rows will be what was read; None where something was left that could not be
    read, so that the next run compares it again. They change nothing for anybody.
    """

    new_people: Sequence[PersonRecord] = ()
    changed_people: Sequence[PersonRecord] = ()
    gone_people: Sequence[str] = ()
    new_groups: Sequence[GroupRecord] = ()
    changed_groups: Sequence[GroupRecord] = ()
    gone_groups: Sequence[str] = ()
    added: Sequence[Pair] = ()
    removed: Sequence[Pair] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Nothing is to be written that anybody would notice."""
        return not any(len(getattr(self, name)) for name in _PARTS)

    def counts(self) -> dict[str, int]:
        """Return how much of each there is."""
        return {name: len(getattr(self, name)) for name in _PARTS}

    def as_json(self) -> dict[str, Any]:
        """Return the plan in a form that can be stored."""
        return {
            "new_people": [_stored(one) for one in self.new_people],
            "changed_people": [_stored(one) for one in self.changed_people],
            "gone_people": list(self.gone_people),
            "new_groups": [asdict(one) for one in self.new_groups],
            "changed_groups": [asdict(one) for one in self.changed_groups],
            "gone_groups": list(self.gone_groups),
            "added": list(self.added),
            "removed": list(self.removed),
            "names": dict(self.names),
            "digests": dict(self.digests),
        }

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
            added=Pairs.of(map(tuple, stored["added"])),
            removed=Pairs.of(map(tuple, stored["removed"])),
            names=stored["names"],
            digests=stored.get("digests", {}),
        )


def _stored(person: PersonRecord) -> dict[str, Any]:
    return {**asdict(person), "group_ids": []}


def _person(stored: Mapping[str, Any]) -> PersonRecord:
    return PersonRecord(**{**stored, "group_ids": frozenset()})
