"""What a provider tells: people, groups, who is in what, and what was unreadable. Pure.

Whether it hangs together (ids that stand twice, members whom nobody knows, nested
groups) is looked at by `directory.sync.assembly`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody. `is_active` is false for those whom the provider has locked out.

    `is_hint` marks what is known only from a membership: it counts for people whom no
    list of people holds.
    """

    id: str
    email: str = ""
    name: str = ""
    is_active: bool = True
    is_hint: bool = False
    group_ids: Sequence[str] = ()
    claims: Mapping[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group; who is in it is also in the groups of `parent_ids`."""

    id: str
    name: str
    email: str = ""
    parent_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """A person, or a group, is in a group."""

    group_id: str
    member_id: str
    is_group: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An object that couldn't be read; the rest of the run goes on.

    `kind` is `person`, `group` or `member`. What is known of `id` stays as it is; where
    not even the id could be read, nothing of that kind is taken away in this run.
    """

    kind: str
    text: str
    id: str = ""


Record = Person | Group | Edge | Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One page, read.

    Attributes:
        page: what and which page, `members of Engineering, page 2`.
        number: how many pages were read in this run, with this one.
        expected: how many there will be, as far as can be told; 0 when not.
    """

    page: str
    number: int
    expected: int
    records: tuple[Record, ...]
