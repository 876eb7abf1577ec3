"""LDAP against Debian's slapd; skipped where that is not installed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directory.exceptions import CredentialRefusedError, PageFailedError
from directory.providers import BY_CODE
from directory.providers.base import Limits
from directory.providers.records import Batch, Edge
from directory.sync.assembly import Assembly
from tests.directory.providers.reading import told
from tests.directory.providers.slapd import (
    BASE,
    SLAPD,
    Slapd,
    Tree,
    running_slapd,
)

pytestmark = pytest.mark.skipif(SLAPD is None, reason="slapd is not installed")
PROVIDER = BY_CODE["ldap"]
PEOPLE = [f"u{number:05}" for number in range(1205)]
SMALL = Tree(
    people=PEOPLE,
    members={"all": PEOPLE, "one": ["u00001"], "two": [], "three": ["u00003"]},
    # Round in a circle: three holds one, one holds two, two holds three.
    inside={"one": ["two"], "two": ["three"], "three": ["one"]},
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """A server with more people than it gives without pages."""
    with running_slapd(tmp_path_factory.mktemp("slapd"), SMALL) as found:
        yield found


def read(server: Slapd, **options: str) -> list[Batch]:
    """Return all pages."""
    assert PROVIDER.fetch is not None
    given = PROVIDER.with_defaults(server.options(**options))
    return list(PROVIDER.fetch(given, limits=Limits(tries=1), sleep=lambda _: None))


def memberships(batches: list[Batch]) -> dict[str, set[str]]:
    """Return everybody's groups, those above their own included."""
    assembly = Assembly()
    for batch in batches:
        assembly.add(batch.records)
    found = assembly.finish()
    assert found.problems == ()
    return {
        found.ids[person]: {found.group_ids[group] for group in groups}
        for person, groups in found.edges.of(found.present())
    }


def test_reads_everybody_past_the_size_limit_over_starttls(server: Slapd) -> None:
    batches = read(server)
    people, groups, edges = told(batches)

    assert [one.id for one in people] == PEOPLE
    assert people[0].email == "u00000@example.com"
    assert {one.id for one in groups} == set(SMALL.members)
    assert Edge("one", "two", is_group=True) in edges
    assert [batch.page for batch in batches][:3] == [
        f"people, page {number}" for number in (1, 2, 3)
    ]


def test_counts_groups_in_groups_round_in_a_circle(server: Slapd) -> None:
    found = memberships(read(server))

    assert found["u00001"] == found["u00003"] == {"all", "one", "two", "three"}
    assert found["u00002"] == {"all"}


def test_reads_over_ldaps(server: Slapd) -> None:
    url = f"ldaps://localhost:{server.tls_port}"

    assert len(told(read(server, url=url))[0]) == len(PEOPLE)


def test_identifies_by_the_id_of_the_entry_unless_told_otherwise(server: Slapd) -> None:
    people, _, edges = told(read(server, person_id="", group_id=""))

    assert all(len(one.id) == 36 for one in people)
    assert {one.member_id for one in edges if not one.is_group} == {
        one.id for one in people
    }


def test_reads_only_whom_the_filter_names(server: Slapd) -> None:
    people, _, _ = told(read(server, people_filter="(uid=u0001*)"))

    assert [one.id for one in people] == PEOPLE[10:20]


@pytest.mark.parametrize(
    "scheme", ["ldap", "ldaps"], ids=["over StartTLS", "over LDAPS"]
)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_refuses_a_certificate_of_nobody_known_or_for_another_name(
    server: Slapd, scheme: str, host: str
) -> None:
    port = server.port if scheme == "ldap" else server.tls_port
    # The right authority speaks for `localhost`, not for the address.
    ca = "" if host == "localhost" else server.ca

    with pytest.raises(PageFailedError, match="certificate is not trusted"):
        read(server, url=f"{scheme}://{host}:{port}", ca_certificate=ca)


def test_refuses_a_wrong_password(server: Slapd) -> None:
    with pytest.raises(CredentialRefusedError):
        read(server, bind_password="another")  # a wrong one


@pytest.mark.parametrize("unit", ["hidden", "none"])
def test_fails_where_there_is_nothing_to_be_seen(server: Slapd, unit: str) -> None:
    with pytest.raises((PageFailedError, CredentialRefusedError), match="people"):
        read(server, people_base=f"ou={unit},{BASE}")


@pytest.mark.nightly
def test_reads_ten_thousand_people_in_a_thousand_nested_groups(
    tmp_path: Path, record_property: Any
) -> None:
    people = [f"u{number:05}" for number in range(10_000)]
    groups = [f"g{number:04}" for number in range(1000)]
    tree = Tree(
        people=people,
        members={
            group: people[number * 10 : number * 10 + 10]
            for number, group in enumerate(groups)
        },
        # Fifty deep: each group of a chain holds the next one.
        inside={
            group: [groups[number + 1]]
            for number, group in enumerate(groups)
            if number % 50 != 49
        },
    )
    with running_slapd(tmp_path, tree) as server:
        found = memberships(read(server))

    assert len(found) == len(people)
    for number, group in enumerate(groups):
        first = number - number % 50
        wanted = frozenset(groups[first : number + 1])
        assert all(found[one] == wanted for one in people[number * 10 :][:10]), group
