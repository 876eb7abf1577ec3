"""LDAP against a server that does what Active Directory does, and fails on demand."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from directory.credential_kinds import KIND_BY_CODE
from directory.exceptions import (
    CredentialRefusedError,
    DestinationRefusedError,
    PageFailedError,
)
from directory.providers import BY_CODE
from directory.providers.base import Limits
from directory.providers.ldap_client import check_filter
from directory.providers.records import Batch, Edge, Person, Problem
from tests.directory.providers.fakes.ldap import (
    FAULTS,
    FakeActiveDirectory,
    group_dn,
    person_dn,
)
from tests.directory.providers.fakes.server import SMALL
from tests.directory.providers.reading import told

PROVIDER = BY_CODE["ldap"]
QUICK = Limits(read_seconds=0.2, connect_seconds=5, tries=2)


def read(fake: FakeActiveDirectory, **more: Any) -> list[Batch]:
    """Return every page of a fake; waits are not waited."""
    options = PROVIDER.with_defaults(fake.options | more.pop("options", {}))
    quick: dict[str, Any] = {"limits": Limits(), "sleep": lambda _: None}
    assert PROVIDER.fetch is not None
    return list(PROVIDER.fetch(options, **quick | more))


def test_finds_in_a_service_account_what_it_needs() -> None:
    shape = KIND_BY_CODE["ldap"]
    own = {one.name for one in PROVIDER.options}
    with FakeActiveDirectory() as fake:
        needed = set(fake.options) - own

    assert needed <= {one.name for one in (*shape.settings, *shape.secrets)}


class TestEnumeration:
    def test_tells_people_groups_and_who_is_in_which(self) -> None:
        with FakeActiveDirectory() as fake:
            people, groups, edges = told(read(fake))

        assert {(one.id, one.name, one.email) for one in people} == {
            (one, name, f"{one}@example.com") for one, name in SMALL.people.items()
        }
        assert {one.id for one in groups} == set(SMALL.groups)
        assert {(one.group_id, one.member_id) for one in edges} == {
            (group, one) for group, members in SMALL.members.items() for one in members
        }

    def test_reads_long_lists_of_members_in_parts(self) -> None:
        people = {f"u{number:03}": "Somebody" for number in range(201)}
        company = replace(
            SMALL, people=people, groups={"g1": "All"}, members={"g1": tuple(people)}
        )
        with FakeActiveDirectory(company) as fake:
            fake.page_size, fake.most_values = 100, 15
            _, _, edges = told(read(fake))

        assert [one.member_id for one in edges] == list(people)

    def test_tells_which_group_is_in_which(self) -> None:
        with FakeActiveDirectory(replace(SMALL, inside={"g1": "g3"})) as fake:
            _, _, edges = told(read(fake))

        assert Edge("g3", "g1", is_group=True) in edges

    def test_counts_the_first_group_that_lists_nobody(self) -> None:
        with FakeActiveDirectory() as fake:
            fake.changes = {group_dn("g2"): {"primaryGroupToken": [b"513"]}}
            _, _, edges = told(read(fake))

        assert {one.member_id for one in edges if one.group_id == "g2"} == set(
            SMALL.people
        )

    def test_takes_disabled_accounts_for_locked_out(self) -> None:
        with FakeActiveDirectory() as fake:
            fake.changes = {person_dn("u2"): {"userAccountControl": [b"514"]}}
            people, _, _ = told(read(fake))

        assert [one.id for one in people if not one.is_active] == ["u2"]

    def test_identifies_by_guid_unless_told_otherwise(self) -> None:
        with FakeActiveDirectory() as fake:
            people, groups, edges = told(
                read(fake, options={"person_id": "", "group_id": "dn"})
            )

        assert people[0].id == "ffff3175-ffff-ffff-ffff-ffffffffffff"
        assert groups[0].id == group_dn("g1")
        assert Edge(group_dn("g1"), people[0].id) in edges

    def test_reports_an_unreadable_entry_and_goes_on(self) -> None:
        with FakeActiveDirectory() as fake:
            fake.changes = {
                person_dn("u2"): {"mail": [b"\xff\xfe"]},
                person_dn("u3"): {"sAMAccountName": []},
            }
            batches = read(fake)

        records = [record for batch in batches for record in batch.records]
        problems = [one for one in records if isinstance(one, Problem)]
        assert [(one.kind, one.id) for one in problems] == [
            ("person", "u2"),
            ("person", ""),
        ]
        assert "Doe" in problems[1].text
        assert sum(isinstance(one, Person) for one in records) == 3


class TestFaults:
    def test_fails_at_every_page_with_every_fault_and_names_it(self) -> None:
        with FakeActiveDirectory() as fake:
            batches = read(fake)
            pages = [batch.page for batch in batches]
            for fault, (number, page) in product(FAULTS, enumerate(pages, 1)):
                if fault == "time-out" and number % 4 != 1:
                    continue  # waiting takes long
                fake.pages = 0
                fake.faults = {number: fault}
                with pytest.raises(PageFailedError) as caught:
                    read(fake, limits=replace(QUICK, tries=1))
                assert caught.value.page.startswith(page), fault
                assert caught.value.page in str(caught.value)

    def test_goes_on_after_a_fault_that_passes(self) -> None:
        waits: list[float] = []
        for number, fault in enumerate(("reset", "truncated", "empty", "busy"), 2):
            with FakeActiveDirectory() as fake:
                fake.faults = {number: fault}
                people, _, edges = told(read(fake, sleep=waits.append))

            assert {one.id for one in people} == set(SMALL.people)
            assert len(set(edges)) == 8
        assert waits == [1.0] * 4

    def test_stops_at_once_when_the_account_is_refused(self) -> None:
        with FakeActiveDirectory() as fake:
            fake.faults = {3: "refused"}
            with pytest.raises(CredentialRefusedError):
                read(fake)

        assert fake.pages == 3

    def test_refuses_a_wrong_password(self) -> None:
        with FakeActiveDirectory() as fake, pytest.raises(CredentialRefusedError):
            read(fake, options={"bind_password": "another"})

        assert fake.pages == 0

    def test_takes_a_cut_list_for_none(self) -> None:
        with FakeActiveDirectory() as fake:
            fake.faults = {1: "size limit"}
            with pytest.raises(PageFailedError, match="sizeLimitExceeded"):
                read(fake)

    def test_refuses_a_list_of_which_nobody_says_where_it_ends(self) -> None:
        with FakeActiveDirectory() as fake:
            fake.omits_control = True
            with pytest.raises(PageFailedError, match="whether there is more"):
                read(fake)

    def test_refuses_pages_that_are_too_large(self) -> None:
        with FakeActiveDirectory() as fake, pytest.raises(PageFailedError):
            read(fake, limits=replace(QUICK, page_bytes=100))


class TestConnection:
    def test_does_not_connect_to_this_machine_unless_it_is_listed(
        self, settings: Any
    ) -> None:
        settings.UPSTREAM_ALLOWLIST = []
        with FakeActiveDirectory() as fake, pytest.raises(DestinationRefusedError):
            read(fake)

    def test_sends_no_password_unencrypted(self) -> None:
        with FakeActiveDirectory() as fake, pytest.raises(CredentialRefusedError):
            read(fake, options={"url": "ldap://ldap.example.com"})

    def test_says_when_starttls_is_not_to_be_had(self) -> None:
        with FakeActiveDirectory() as fake, pytest.raises(PageFailedError):
            read(fake, options={"start_tls": "yes"}, limits=QUICK)

        assert fake.pages == 0

    def test_names_an_address_that_is_none(self) -> None:
        with (
            FakeActiveDirectory() as fake,
            pytest.raises(PageFailedError, match="has no address"),
        ):
            read(fake, options={"url": "ldaps://nowhere.invalid"})


@pytest.mark.parametrize(
    "text",
    ["(uid=*)", "(&(objectClass=person)(!(cn=a*b)))", r"(cn=O\28x\29)", "(a:dn:=b)"],
)
def test_takes_a_filter(text: str) -> None:
    assert check_filter(text) == ""


@pytest.mark.parametrize(
    "text", ["uid=*", "(uid=*", "(&)(", "()", "(uid=*))(|(uid=*)", "x", "((", "(&(a=b)"]
)
def test_refuses_what_is_no_filter(text: str) -> None:
    assert "filter" in check_filter(text)
