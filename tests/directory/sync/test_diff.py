"""What changes from rows to an enumeration: digests, full comparison, what is kept."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from directory.providers.records import Edge, Group, Person, Problem, Record
from directory.sync.assembled import Assembled
from directory.sync.assembly import Assembly
from directory.sync.diff import KnownGroup, KnownPerson, compare
from directory.sync.packing import Pairs, pack, unpack
from directory.sync.plan import Plan
from tests.directory.sync.reference import MemoryRows, what_changes

ROUNDS = 300


def assemble(*records: Record, **more: Any) -> Assembled:
    assembly = Assembly(**more)
    assembly.add(records)
    return assembly.finish()


def known() -> MemoryRows:
    groups = frozenset({"g"})
    return MemoryRows(
        persons={
            "a": KnownPerson("a@example.com", "Ada", {}, True, group_ids=groups),
            "b": KnownPerson("b@example.com", "Ben", {}, True, group_ids=groups),
        },
        known_groups={"g": KnownGroup("Group", "", True)},
    )


GROUP = Group(id="g", name="Group")
ADA = Person(id="a", email="a@example.com", name="Ada")
BEN = Person(id="b", email="b@example.com", name="Ben")


class TestUnreadable:
    @pytest.mark.parametrize("kind", ["person", "member"])
    def test_takes_nothing_from_those_who_could_not_be_read(self, kind: str) -> None:
        found = assemble(GROUP, Problem(kind=kind, id="a", text="broken"))

        plan = compare(known(), found).plan

        assert list(plan.gone_people) == ["b"]
        assert list(plan.removed) == [("b", "g")]

    def test_takes_nobody_away_when_an_id_could_not_be_read(self) -> None:
        found = assemble(GROUP, Problem(kind="person", text="no id"))

        assert compare(known(), found).plan.is_empty

    def test_keeps_a_group_that_could_not_be_read_and_its_members(self) -> None:
        found = assemble(ADA, BEN, Problem(kind="group", id="g", text="broken"))

        assert compare(known(), found).plan.is_empty

    def test_takes_away_later_what_was_kept_once_it_is_readable(self) -> None:
        rows = known()
        broken = assemble(GROUP, ADA, BEN, Problem(kind="member", id="a", text="?"))
        rows.apply(compare(rows, broken).plan)
        assert "g" in rows.persons["a"].group_ids

        plan = compare(rows, assemble(GROUP, ADA, BEN)).plan

        assert list(plan.removed) == [("a", "g")]


class TestDigests:
    def test_do_not_look_at_rows_whose_digest_is_that_of_the_enumeration(self) -> None:
        rows = known()
        read = assemble(GROUP, ADA, BEN, Edge("g", "a"), Edge("g", "b"))
        rows.apply(compare(rows, read).plan)
        rows.persons["a"] = replace(rows.persons["a"], email="drifted@example.com")

        assert compare(rows, read).plan.is_empty

    def test_a_full_comparison_finds_what_drifted(self) -> None:
        rows = known()
        read = assemble(GROUP, ADA, BEN, Edge("g", "a"), Edge("g", "b"))
        rows.apply(compare(rows, read).plan)
        lost = replace(rows.persons["b"], group_ids=frozenset({"g", "stray"}))
        rows.persons["a"] = replace(rows.persons["a"], email="drifted@example.com")
        rows.persons["b"] = lost

        plan = compare(rows, read, is_full=True).plan

        assert [one.id for one in plan.changed_people] == ["a"]
        assert list(plan.removed) == [("b", "stray")]

    def test_differ_from_directory_to_directory(self) -> None:
        one, other = (assemble(ADA, key=key) for key in (b"1", b"2"))

        assert one.digest(0) != other.digest(0)

    def test_do_not_depend_on_the_order(self) -> None:
        more = Group(id="h", name="Other")
        one = assemble(ADA, GROUP, more, Edge("g", "a"), Edge("h", "a"))
        other = assemble(more, Edge("h", "a"), GROUP, Edge("g", "a"), ADA)

        assert one.digest(0) == other.digest(0)

    def test_tell_which_group_somebody_is_in(self) -> None:
        more = Group(id="h", name="Other")
        one = assemble(ADA, GROUP, more, Edge("g", "a"))
        other = assemble(ADA, GROUP, more, Edge("h", "a"))

        assert one.digest(0) != other.digest(0)


def test_leaves_what_the_sign_in_said_beside_what_the_directory_says() -> None:
    rows = known()
    rows.persons["a"] = replace(
        rows.persons["a"], claims={"role": ["x"], "title": ["old"]}, signs_in=True
    )
    told = replace(ADA, claims={"title": ["new"]})
    read = assemble(GROUP, told, BEN, Edge("g", "a"), Edge("g", "b"))

    plan = compare(rows, read).plan

    assert [one.claims for one in plan.changed_people] == [
        {"role": ["x"], "title": ["new"]}
    ]


def test_a_plan_comes_back_from_storage_as_it_was() -> None:
    read = assemble(
        Group(id="g", name="Renamed"),
        Group(id="h", name="New"),
        Person(id="a", name="Ada", claims={"team": ["x"]}),
        Edge("h", "a"),
    )
    plan = compare(known(), read).plan

    stored = Plan.from_json(plan.as_json())

    assert stored.counts() == plan.counts()
    assert set(stored.added) == set(plan.added) == {("a", "h")}
    assert stored.names == {"g": "Group"}
    assert stored.changed_people[0].claims == {"team": ["x"]}
    assert stored.digests == plan.digests


@pytest.mark.parametrize("claims", [{}, {"team": ["a b", 1], "x": [None]}])
def test_a_packed_person_comes_back_as_they_were(claims: dict[str, list[Any]]) -> None:
    told = ("1 2 3@x", "12 é \U0001f600", claims)

    assert unpack(pack(*told)) == told


def test_pairs_are_a_sequence() -> None:
    told = [("a", "g"), ("b", "g"), ("a", "h")]

    pairs = Pairs.of(told)

    assert (list(pairs), len(pairs), pairs[1], pairs[1:]) == (
        *(told, 3),
        *(told[1], told[1:]),
    )


def random_records(chance: random.Random) -> Sequence[Record]:
    """Make up an enumeration, sometimes with something unreadable."""
    people = [f"p{number}" for number in range(6)]
    groups = [f"g{number}" for number in range(4)]
    there = chance.sample(people, chance.randint(3, 6))
    listed = chance.sample(groups, chance.randint(2, 4))
    records: list[Record] = [
        Person(
            id=one,
            name=chance.choice(["x", "y"]),
            is_active=chance.random() > 0.1,
        )
        for one in there
    ]
    records += [Group(id=one, name=one) for one in listed]
    records += {
        Edge(chance.choice(groups), chance.choice(there))
        for _ in range(chance.randint(0, 9))
    }
    if chance.random() < 0.4:
        records += [
            Edge(chance.choice(groups), chance.choice(groups), is_group=True)
            for _ in range(chance.randint(1, 4))
        ]
    if chance.random() < 0.3:
        kind = chance.choice(["person", "member", "group"])
        ids = ["", *(groups if kind == "group" else people)]
        records.append(Problem(kind=kind, id=chance.choice(ids), text="broken"))
    chance.shuffle(records)
    return records


def test_equals_the_plainest_comparison_on_random_enumerations() -> None:
    chance = random.Random(7)
    rows = MemoryRows()
    for _ in range(ROUNDS):
        records = random_records(chance)
        expected = what_changes(rows, records)
        plan = compare(rows, assemble(*records)).plan

        assert {one.id for one in plan.new_people} == expected["new_people"]
        assert {one.id for one in plan.changed_people} == expected["changed_people"]
        assert set(plan.gone_people) == expected["gone_people"]
        assert set(plan.gone_groups) == expected["gone_groups"]
        assert set(plan.added) == expected["added"]
        assert set(plan.removed) == expected["removed"]
        rows.apply(plan)
        assert compare(rows, assemble(*records)).plan.is_empty
        assert compare(rows, assemble(*records), is_full=True).plan.is_empty
