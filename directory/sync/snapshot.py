"""What a directory said at one time: flat lists of people and groups. Pure."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """A person as the directory knows them; `group_ids` are external ids.

    `digest` stands for all of it, and is kept with the row to compare by.
    """

    id: str
    email: str = ""
    display_name: str = ""
    group_ids: frozenset[str] = frozenset()
    claims: dict[str, list[Any]] = field(default_factory=dict)
    digest: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRecord:
    """A group as the directory knows it."""

    id: str
    name: str
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A complete enumeration. Ids are unique within each list.

    INVARIANT: every group id of a person is the id of a group in the snapshot.
    """

    people: tuple[PersonRecord, ...]
    groups: tuple[GroupRecord, ...]

    def __post_init__(self) -> None:
        known = {group.id for group in self.groups}
        people = {person.id for person in self.people}
        if len(known) != len(self.groups) or len(people) != len(self.people):
            raise ValueError("an id stands twice in the snapshot")
        for person in self.people:
            if not person.group_ids <= known:
                missing = sorted(person.group_ids - known)
                raise ValueError(f"{person.id} is in unknown groups: {missing}")
