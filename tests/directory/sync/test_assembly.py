"""From a provider's records to a snapshot: ids, duplicates, nesting. Pure."""

import random
from typing import Any

import pytest

from directory.providers.records import Edge, Group, Person, Record
from directory.sync.assembled import Assembled
from directory.sync.assembly import Assembly, Closure
from tests.directory.sync.reference import closure


def assemble(*records: Record, **more: Any) -> Assembled:
    assembly = Assembly(**more)
    assembly.add(records)
    return assembly.finish()


def people_of(assembled: Assembled) -> dict[str, str]:
    records = (assembled.record(number) for number in assembled.present())
    return {one.id: one.display_name for one in records}


def groups_of(assembled: Assembled) -> dict[str, set[str]]:
    return {
        assembled.ids[number]: {assembled.group_ids[one] for one in groups}
        for number, groups in assembled.edges.of(assembled.present())
    }


class TestIds:
    def test_takes_a_person_who_stands_twice_alike_once(self) -> None:
        ada = Person(id="a", email="ada@example.com")

        found = assemble(ada, ada)

        assert list(people_of(found)) == ["a"]
        assert found.problems == ()

    def test_reports_a_person_who_stands_twice_with_different_data(self) -> None:
        found = assemble(Person(id="a", name="Ada"), Person(id="a", name="Eve"))

        assert people_of(found) == {"a": "Ada"}
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

        assert groups_of(found) == {"x": set(), "y": {"x"}}

    def test_leaves_out_ids_that_another_directory_has(self) -> None:
        found = assemble(
            Group(id="g", name="Group"),
            Person(id="a"),
            Person(id="b"),
            Edge("g", "b"),
            taken_people=frozenset({"a"}),
            taken_groups=frozenset({"g"}),
        )

        assert groups_of(found) == {"b": set()}
        assert {one.id for one in found.problems} == {"a", "g"}

    def test_takes_a_membership_s_word_for_somebody_whom_no_list_holds(self) -> None:
        found = assemble(
            Group(id="g", name="Group"),
            Person(id="a", name="From outside", is_hint=True),
            Edge("g", "a"),
            Person(id="b", name="Hint", is_hint=True),
            Person(id="b", name="Listed"),
        )

        assert people_of(found) == {"a": "From outside", "b": "Listed"}
        assert found.problems == ()

    def test_leaves_out_those_who_are_locked_out(self) -> None:
        found = assemble(Person(id="a", is_active=False), Person(id="b"))

        assert list(people_of(found)) == ["b"]

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

    @pytest.mark.parametrize(
        "graphs", [2_000, pytest.param(100_000, marks=pytest.mark.nightly)]
    )
    def test_equals_a_reference_closure_on_random_graphs(self, graphs: int) -> None:
        chance = random.Random(7)
        for _ in range(graphs):
            size = chance.randint(1, 8)
            names = list(range(size))
            edges = [
                (chance.choice(names), chance.choice(names))
                for _ in range(chance.randint(0, 2 * size))
            ]
            above: dict[int, set[int]] = {}
            for child, parent in edges:
                above.setdefault(child, set()).add(parent)
            start = set(chance.sample(names, chance.randint(0, size)))

            assert Closure(above).of(start) == closure(start, edges)
