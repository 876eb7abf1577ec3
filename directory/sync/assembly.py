"""From the records of a provider to a snapshot: who counts, who is in what. Pure.

Being in a group means being in it directly or through groups inside it, however deep,
circles included. What hangs in the air (a member whom nobody knows, an id that stands
twice with different data) becomes a line in the report, never somebody else's access.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from directory.providers.records import Edge, Group, Person, Problem, Record
from directory.sync.snapshot import GroupRecord, PersonRecord, Snapshot


@dataclass(frozen=True, slots=True)
class Assembled:
    """A snapshot, what was wrong, and what must not be taken away because of it.

    Attributes:
        kept_people, kept_groups: ids that were there but unreadable.
        keeps_all_people, keeps_all_groups: something was unreadable to its id.
    """

    snapshot: Snapshot
    problems: tuple[Problem, ...]
    kept_people: frozenset[str] = frozenset()
    kept_groups: frozenset[str] = frozenset()
    keeps_all_people: bool = False
    keeps_all_groups: bool = False


@dataclass(slots=True)
class Assembly:
    """Takes records as they come; `finish` makes the snapshot.

    `taken_people` and `taken_groups` are ids of other directories: policies name ids
    without their directory, so that a second bearer of one would gain what the first
    was given.
    """

    taken_people: frozenset[str] = frozenset()
    taken_groups: frozenset[str] = frozenset()
    only_groups: frozenset[str] | None = None
    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    direct: dict[str, set[str]] = field(default_factory=dict)  # person: groups
    above: dict[str, set[str]] = field(default_factory=dict)  # group: its parents
    problems: list[Problem] = field(default_factory=list)
    edges: int = 0

    def add(self, records: Iterable[Record]) -> None:
        """Take the records of a page."""
        for record in records:
            if isinstance(record, Edge):
                self._add_edge(record)
            elif isinstance(record, Person):
                self._add_person(record)
            elif isinstance(record, Group):
                self._add_group(record)
            else:
                self.problems.append(record)

    def _add_edge(self, edge: Edge) -> None:
        self.edges += 1
        where = self.above if edge.is_group else self.direct
        where.setdefault(edge.member_id, set()).add(edge.group_id)

    def _add_person(self, person: Person) -> None:
        known = self.people.get(person.id)
        if known is None or (known.is_hint and not person.is_hint):
            self.people[person.id] = person
        elif known != person and not person.is_hint:
            text = "stands twice with different data; the first counts"
            self._problem("person", person.id, text)
        for group in person.group_ids:
            self._add_edge(Edge(group, person.id))

    def _add_group(self, group: Group) -> None:
        known = self.groups.setdefault(group.id, group)
        if known.name != group.name:
            text = f"stands twice, also as `{group.name}`; the first counts"
            self._problem("group", group.id, text)
        for parent in group.parent_ids:
            self._add_edge(Edge(parent, group.id, is_group=True))

    def _problem(self, kind: str, key: str, text: str) -> None:
        self.problems.append(Problem(kind=kind, id=key, text=text))

    def finish(self) -> Assembled:
        """Return the snapshot of all records."""
        self._drop_taken()
        wanted = self._wanted_groups()
        closure = Closure(self.above)
        people = []
        for person in self.people.values():
            if not person.is_active:
                continue
            groups = closure.of(self.direct.get(person.id, ()))
            people.append(_person_record(person, groups & wanted))
        self._report_strays()
        unreadable = [one for one in self.problems if one.kind != "stray"]
        return Assembled(
            snapshot=Snapshot(
                people=tuple(people),
                groups=tuple(
                    GroupRecord(id=one.id, name=one.name, email=one.email)
                    for one in self.groups.values()
                    if one.id in wanted
                ),
            ),
            problems=tuple(self.problems),
            kept_people=frozenset(
                one.id for one in unreadable if one.kind != "group" and one.id
            ),
            kept_groups=frozenset(one.id for one in unreadable if one.kind == "group"),
            keeps_all_people=any(
                one.kind != "group" and not one.id for one in unreadable
            ),
            keeps_all_groups=any(
                one.kind == "group" and not one.id for one in unreadable
            ),
        )

    def _wanted_groups(self) -> frozenset[str]:
        if self.only_groups is None:
            return frozenset(self.groups)
        return frozenset(self.groups) & self.only_groups

    def _drop_taken(self) -> None:
        text = "another directory has this id; policies could not tell the two apart"
        for key in self.taken_people & self.people.keys():
            del self.people[key]
            self._stray(key, f"person: {text}")
        for key in self.taken_groups & self.groups.keys():
            del self.groups[key]
            self._stray(key, f"group: {text}")

    def _report_strays(self) -> None:
        for key in sorted(self.direct.keys() - self.people.keys()):
            if key not in self.taken_people:
                self._stray(key, "is a member of a group, but nobody of the people")

    def _stray(self, key: str, text: str) -> None:
        self.problems.append(Problem(kind="stray", id=key, text=text))


class Closure:
    """Which groups one is in by being in some: those above them as well."""

    def __init__(self, above: Mapping[str, Iterable[str]]) -> None:
        self._above = above
        self._known: dict[str, frozenset[str]] = {}

    def of(self, groups: Iterable[str]) -> frozenset[str]:
        """Return the groups, and all that they are inside of."""
        found: set[str] = set()
        for group in groups:
            found |= self._up(group)
        return frozenset(found)

    def _up(self, group: str) -> frozenset[str]:
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


def _person_record(person: Person, groups: frozenset[str]) -> PersonRecord:
    return PersonRecord(
        id=person.id,
        email=person.email,
        display_name=person.name,
        group_ids=groups,
        claims=dict(person.claims),
    )
