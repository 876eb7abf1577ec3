"""From a provider's records to a snapshot: ids, duplicates, nesting. Pure."""

import random
from typing import Any

import pytest

from directory.providers.records import Edge, Group, Person, Problem, Record
from directory.sync.assembly import Assembled, Assembly, Closure
from directory.sync.diff import Known, KnownGroup, KnownPerson, Plan, make_plan

GRAPHS = 2_000


def assemble(*records: Record, **more: Any) -> Assembled:
    assembly = Assembly(**more)
    assembly.add(records)
    return assembly.finish()


def groups_of(assembled: Assembled) -> dict[str, frozenset[str]]:
    return {one.id: one.group_ids for one in assembled.snapshot.people}


class TestIds:
    def test_takes_a_person_who_stands_twice_alike_once(self) -> None:
        ada = Person(id="a", email="ada@example.com")

        found = assemble(ada, ada)

        assert [one.id for one in found.snapshot.people] == ["a"]
        assert found.problems == ()

    def test_reports_a_person_who_stands_twice_with_different_data(self) -> None:
        found = assemble(Person(id="a", name="Ada"), Person(id="a", name="Eve"))

        assert [one.display_name for one in found.snapshot.people] == ["Ada"]
        assert [one.id for one in found.problems] == ["a"]

    def test_tells_ids_apart_that_differ_by_case(self) -> None:
        found = assemble(
            Group(id="G", name="Upper"),
            Group(id="g", name="Lower"),
            Person(id="a"),
            Person(id="A"),
            Edge("G", "a"),
            Edge("g", "A"),
        )

        assert groups_of(found) == {"a": {"G"}, "A": {"g"}}

    def test_tells_a_person_and_a_group_of_one_id_apart(self) -> None:
        found = assemble(
            Group(id="x", name="Group"), Person(id="x"), Person(id="y"), Edge("x", "y")
        )

        assert groups_of(found) == {"x": frozenset(), "y": {"x"}}

    def test_leaves_out_ids_that_another_directory_has(self) -> None:
        found = assemble(
            Group(id="g", name="Group"),
            Person(id="a"),
            Person(id="b"),
            Edge("g", "b"),
            taken_people=frozenset({"a"}),
            taken_groups=frozenset({"g"}),
        )

        assert groups_of(found) == {"b": frozenset()}
        assert {one.id for one in found.problems} == {"a", "g"}

    def test_takes_a_membership_s_word_for_somebody_whom_no_list_holds(self) -> None:
        found = assemble(
            Group(id="g", name="Group"),
            Person(id="a", name="From outside", is_hint=True),
            Edge("g", "a"),
            Person(id="b", name="Hint", is_hint=True),
            Person(id="b", name="Listed"),
        )

        names = {one.id: one.display_name for one in found.snapshot.people}
        assert names == {"a": "From outside", "b": "Listed"}
        assert found.problems == ()

    def test_leaves_out_those_who_are_locked_out(self) -> None:
        found = assemble(Person(id="a", is_active=False), Person(id="b"))

        assert [one.id for one in found.snapshot.people] == ["b"]

    def test_reports_members_who_are_nobody(self) -> None:
        found = assemble(Group(id="g", name="Group"), Edge("g", "ghost"))

        assert [(one.kind, one.id) for one in found.problems] == [("stray", "ghost")]


class TestNesting:
    def test_ends_on_a_circle(self) -> None:
        found = assemble(
            Group(id="g1", name="1"),
            Group(id="g2", name="2", parent_ids=("g1",)),
            Edge("g2", "g1", is_group=True),
            Person(id="a"),
            Edge("g1", "a"),
        )

        assert groups_of(found) == {"a": {"g1", "g2"}}

    def test_goes_as_deep_as_groups_do(self) -> None:
        depth = 5_000
        groups = [
            Group(id=f"g{number}", name="", parent_ids=(f"g{number + 1}",))
            for number in range(depth)
        ]
        found = assemble(
            *groups, Group(id=f"g{depth}", name=""), Person(id="a"), Edge("g0", "a")
        )

        assert len(groups_of(found)["a"]) == depth + 1

    def test_equals_a_reference_closure_on_random_graphs(self) -> None:
        chance = random.Random(7)
        for _ in range(GRAPHS):
            size = chance.randint(1, 8)
            names = [f"g{number}" for number in range(size)]
            edges = [
                (chance.choice(names), chance.choice(names))
                for _ in range(chance.randint(0, 2 * size))
            ]
            above: dict[str, set[str]] = {}
            for child, parent in edges:
                above.setdefault(child, set()).add(parent)
            start = set(chance.sample(names, chance.randint(0, size)))

            assert Closure(above).of(start) == reference(start, edges)


def reference(start: set[str], edges: list[tuple[str, str]]) -> set[str]:
    """Add parents until nothing is added any more."""
    found = set(start)
    while True:
        more = {parent for child, parent in edges if child in found} - found
        if not more:
            return found
        found |= more


KNOWN = Known(
    people={
        "a": KnownPerson("a@example.com", "Ada", {}, True),
        "b": KnownPerson("b@example.com", "Ben", {}, True),
    },
    groups={"g": KnownGroup("Group", "", True)},
    memberships={"a": frozenset({"g"}), "b": frozenset({"g"})},
)


class TestUnreadable:
    @pytest.mark.parametrize("kind", ["person", "member"])
    def test_takes_nothing_from_those_who_could_not_be_read(self, kind: str) -> None:
        found = assemble(
            Group(id="g", name="Group"), Problem(kind=kind, id="a", text="broken")
        )

        plan = make_plan(KNOWN, found)

        assert plan.gone_people == ("b",)
        assert plan.removed == (("b", "g"),)

    def test_takes_nobody_away_when_an_id_could_not_be_read(self) -> None:
        found = assemble(
            Group(id="g", name="Group"), Problem(kind="person", text="no id")
        )

        assert make_plan(KNOWN, found).is_empty

    def test_keeps_a_group_that_could_not_be_read_and_its_members(self) -> None:
        found = assemble(
            Person(id="a", email="a@example.com", name="Ada"),
            Person(id="b", email="b@example.com", name="Ben"),
            Problem(kind="group", id="g", text="broken"),
        )

        assert make_plan(KNOWN, found).is_empty


def test_a_plan_comes_back_from_storage_as_it_was() -> None:
    found = assemble(
        Group(id="g", name="Renamed"),
        Group(id="h", name="New"),
        Person(id="a", name="Ada", claims={"team": ["x"]}),
        Edge("h", "a"),
    )
    plan = make_plan(KNOWN, found)

    stored = Plan.from_json(plan.as_json())

    assert stored.counts() == plan.counts()
    assert set(stored.added) == set(plan.added) == {("a", "h")}
    assert stored.names == {"g": "Group"}
    assert stored.changed_people[0].claims == {"team": ["x"]}
