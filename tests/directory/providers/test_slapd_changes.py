"""What is read of Debian's slapd after changes, beside what a reading in full tells."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from directory.providers import BY_CODE
from directory.providers.base import Kept, Limits
from directory.providers.ldap_transport import ldap3
from directory.providers.records import Batch, Edge
from tests.directory.providers.reading import Memory, told
from tests.directory.providers.slapd import (
    BASE,
    PATIENCE,
    SLAPD,
    Slapd,
    Tree,
    group_dn,
    person_dn,
    running_slapd,
)

pytestmark = pytest.mark.skipif(SLAPD is None, reason="slapd is not installed")
PROVIDER = BY_CODE["ldap"]
PEOPLE = [f"u{number}" for number in range(12)]
GROUPS = [f"g{number}" for number in range(6)]
TREE = Tree(
    people=PEOPLE,
    members={one: PEOPLE[number : number + 4] for number, one in enumerate(GROUPS)},
    inside={"g0": ["g1"]},
)
Change = Callable[[Any], object]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with running_slapd(tmp_path_factory.mktemp("slapd"), TREE) as found:
        yield found


def read(
    server: Slapd,
    kept: Kept | None = None,
    options: Mapping[str, str] = MappingProxyType({}),
) -> list[Batch]:
    """Return all pages."""
    assert PROVIDER.fetch is not None
    given = PROVIDER.with_defaults(server.options(**options))
    limits = Limits(tries=1)
    return list(PROVIDER.fetch(given, limits=limits, sleep=lambda _: None, kept=kept))


def facts(batches: list[Batch]) -> tuple[set[Any], set[Any], set[Any]]:
    """Return what batches tell, without order."""
    people, groups, edges = told(batches)
    known = {one.id for one in people} | {one.id for one in groups}
    return (
        {(one.id, one.name) for one in people},
        {(one.id, one.name) for one in groups},
        {one for one in edges if one.member_id in known},
    )


def pages(batches: list[Batch]) -> list[str]:
    """Return the pages of members that were asked for."""
    found = [one.page for one in batches if one.page.startswith("members")]
    return [one for one in found if "as before" not in one]


def modified(server: Slapd, change: Change) -> None:
    """Change something in the server."""
    with server.writing() as connection:
        assert change(connection), connection.result


def test_reads_no_members_where_nothing_has_changed(server: Slapd) -> None:
    kept = Memory()
    first = read(server, kept)
    again = read(server, kept)

    assert pages(first) == ["members, page 1"]
    assert pages(again) == []
    assert facts(again) == facts(first) == facts(read(server))


def test_reads_members_of_the_group_that_has_changed(server: Slapd) -> None:
    kept = Memory()
    read(server, kept)
    leaver = {"member": [(ldap3.MODIFY_DELETE, [person_dn("u4")])]}
    modified(server, lambda to: to.modify(group_dn("g3"), leaver))
    again = read(server, kept)

    assert pages(again) == ["members, page 1"]
    assert sum("as before" in one.page for one in again) == len(GROUPS) - 1
    assert Edge("g3", "u4") not in facts(again)[2]
    assert facts(again) == facts(read(server))


def settled(server: Slapd, kept: Kept, ids: dict[str, str]) -> list[Batch] | None:
    """Read until it is what a reading in full tells; None when it does not get there.

    The server puts names of members right behind us, after a rename or a deletion.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        again = read(server, kept, ids)
        if facts(again) == facts(read(server, None, ids)):
            return again
    return None


def changes(chance: random.Random) -> Change:
    """Return a change that somebody may make: of a group, or of a member."""
    group, person = chance.choice(GROUPS), chance.choice(PEOPLE)
    value = {"member": [(ldap3.MODIFY_ADD, [person_dn(person)])]}
    leaver = {"member": [(ldap3.MODIFY_DELETE, [person_dn(person)])]}
    entry = {"uid": person, "cn": f"New {person}", "sn": "x"}
    made = ("inetOrgPerson",)
    return chance.choice(
        (
            lambda to: to.modify(group_dn(group), value),
            lambda to: to.modify(group_dn(group), leaver),
            lambda to: to.delete(person_dn(person)),
            lambda to: to.add(person_dn(person), made, entry),
            lambda to: to.modify_dn(person_dn(person), f"uid={person}x"),
            lambda to: to.modify_dn(f"uid={person}x,ou=people,{BASE}", f"uid={person}"),
            lambda to: to.delete(group_dn(group)),
            lambda to: to.add(
                group_dn(group), ("groupOfNames",), {"member": [person_dn(person)]}
            ),
            lambda to: to.modify_dn(group_dn(group), f"cn={group}x"),
            lambda to: to.modify_dn(f"cn={group}x,ou=groups,{BASE}", f"cn={group}"),
        )
    )


@pytest.mark.parametrize("count", [30, pytest.param(2_000, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("ids", [{}, {"person_id": "", "group_id": ""}], ids=str)
def test_tells_after_any_change_what_a_reading_in_full_tells(
    tmp_path: Path, count: int, ids: dict[str, str]
) -> None:
    chance, kept, spared, done = random.Random(count), Memory(), 0, 0
    with running_slapd(tmp_path, TREE) as server:
        read(server, kept, ids)
        for number in range(count):
            with server.writing() as connection:
                # What can't be done is refused, and then nothing has changed.
                done += bool(changes(chance)(connection))
            again = settled(server, kept, ids)
            assert again is not None, number
            spared += sum("as before" in one.page for one in again)

    assert done > count / 4
    assert spared > count
