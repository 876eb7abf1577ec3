"""Every provider reads everything, and stops at whatever is not as it should be."""

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
from directory.providers import BY_CODE, PROVIDERS, open_client
from directory.providers.base import Limits
from directory.providers.engine import enumerate_all
from directory.providers.records import Edge, Problem
from tests.directory.providers.fakes import FAKES, NESTING
from tests.directory.providers.fakes.auth0 import FakeAuth0
from tests.directory.providers.fakes.entra import FakeEntra
from tests.directory.providers.fakes.github import FakeGitHub
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.providers.fakes.server import FAULTS, SMALL, Fake, Reply
from tests.directory.providers.reading import QUICK, read, told

# Waiting takes long: one provider for each way of paging is waited for on every page,
# the others on their first one.
SLOW = frozenset({"entra", "github", "okta", "scim"})


def test_every_provider_over_http_has_a_fake() -> None:
    spoken = {one.code for one in PROVIDERS if one.fetch is None}

    assert spoken == {one.code for one in FAKES}


def test_every_provider_finds_in_a_service_account_what_it_needs() -> None:
    for kind in FAKES:
        shape = KIND_BY_CODE[kind.code]
        own = {one.name for one in BY_CODE[kind.code].options}
        with kind() as fake:
            needed = set(fake.options) - own

        assert needed <= {one.name for one in (*shape.settings, *shape.secrets)}


@pytest.mark.parametrize("kind", FAKES, ids=lambda kind: kind.code)
class TestEnumeration:
    def test_tells_people_groups_and_who_is_in_which(self, kind: type[Fake]) -> None:
        with kind() as fake:
            people, groups, edges = told(read(fake))

        assert {(one.id, one.name, one.email) for one in people} == {
            (one, name, f"{one}@example.com") for one, name in SMALL.people.items()
        }
        assert {one.id for one in groups} == set(SMALL.groups)
        assert {(one.group_id, one.member_id) for one in edges} == {
            (group, one) for group, members in SMALL.members.items() for one in members
        }

    def test_takes_pages_that_the_server_cuts_smaller(self, kind: type[Fake]) -> None:
        with kind() as fake:
            fake.page_size = 1
            people, groups, edges = told(read(fake))

        assert {one.id for one in people} == set(SMALL.people)
        assert {one.id for one in groups} == set(SMALL.groups)
        assert len(set(edges)) == 8

    def test_counts_pages_and_says_how_many_it_expects(self, kind: type[Fake]) -> None:
        with kind() as fake:
            batches = read(fake)

        assert [batch.number for batch in batches] == list(range(1, len(batches) + 1))
        assert batches[-1].expected in {0, len(batches)}
        assert len({batch.page for batch in batches}) == len(batches)

    def test_calls_pages_by_names_of_groups_and_not_by_ids(
        self, kind: type[Fake]
    ) -> None:
        with kind() as fake:
            pages = [batch.page for batch in read(fake)]

        by_id = [one for one in pages if " of g" in one]
        assert not by_id or kind.code == "cognito"  # whose names are the ids

    def test_tells_of_an_empty_company(self, kind: type[Fake]) -> None:
        with kind(replace(SMALL, people={}, groups={}, members={})) as fake:
            people, groups, edges = told(read(fake))

        assert (people, groups, edges) == ([], [], [])

    def test_fails_at_every_page_with_every_fault_and_names_it(
        self, kind: type[Fake]
    ) -> None:
        with kind() as fake:
            pages = [batch.page for batch in read(fake)]
            named = list(zip(fake.order, pages, strict=True))
            for fault, (key, page) in product(FAULTS, named):
                is_slow = fault == "time-out"
                if (
                    is_slow
                    and kind.code not in SLOW
                    and page not in pages[:: len(pages)]
                ):
                    continue
                fake.begin_anew()
                fake.faults = {key: fault}
                limits = Limits(read_seconds=0.1 if is_slow else 10, tries=2)
                with pytest.raises(PageFailedError) as caught:
                    read(fake, limits=limits)
                assert caught.value.page == page, fault
                assert page in str(caught.value)

    def test_goes_on_after_a_fault_that_passes(self, kind: type[Fake]) -> None:
        for fault in ("500", "time-out", "reset", "truncated"):
            with kind() as fake:
                fake.failing = [fault]
                people, _, edges = told(read(fake, limits=Limits(read_seconds=0.3)))

            assert {one.id for one in people} == set(SMALL.people)
            assert len(set(edges)) == 8

    @pytest.mark.parametrize("status", [401, 403])
    def test_stops_at_once_when_the_credential_is_refused(
        self, kind: type[Fake], status: int
    ) -> None:
        with kind() as fake:
            last = len(read(fake))
        with kind() as fake:
            fake.replies = {last: Reply({"error": "revoked"}, status)}
            with pytest.raises(CredentialRefusedError):
                read(fake)

        assert fake.pages == last

    def test_refuses_a_wrong_secret(self, kind: type[Fake]) -> None:
        provider = BY_CODE[kind.code]
        with kind() as fake:
            secrets = [one.name for one in KIND_BY_CODE[kind.code].secrets]
            options = provider.with_defaults(fake.options)
            options |= dict.fromkeys(secrets, "wrong: wrong")
            with (
                pytest.raises((CredentialRefusedError, PageFailedError)),
                open_client(provider, options, limits=QUICK) as client,
            ):
                list(enumerate_all(provider, options, client))

    def test_obeys_being_throttled(self, kind: type[Fake]) -> None:
        waits: list[float] = []
        with kind() as fake:
            throttled = Reply({"error": "slow down"}, 429, {"retry-after": "7"})
            fake.replies = {1: throttled, 2: throttled}
            people, _, _ = told(read(fake, sleep=waits.append))

        assert {one.id for one in people} == set(SMALL.people)
        assert [7 <= wait <= 9 for wait in waits] == [True, True]
        assert fake.most_in_flight == 1

    def test_refuses_a_redirect(self, kind: type[Fake]) -> None:
        with kind() as other, kind() as fake:
            fake.replies = {1: Reply({}, 302, {"location": other.url})}
            with pytest.raises(PageFailedError, match="redirects"):
                read(fake)

        assert other.seen == []

    def test_reports_an_unreadable_object_and_goes_on(self, kind: type[Fake]) -> None:
        people = {**SMALL.people, "x" * 300: "Too Long"}
        with kind(replace(SMALL, people=people, groups={}, members={})) as fake:
            batches = read(fake)

        records = [record for batch in batches for record in batch.records]
        problems = [one for one in records if isinstance(one, Problem)]
        if kind.code != "gitlab":  # which lists no people
            assert [one.kind for one in problems] == ["person"]
            assert len(records) == 6


@pytest.mark.parametrize(
    "kind", [one for one in FAKES if one.code in NESTING], ids=lambda kind: kind.code
)
def test_tells_which_group_is_in_which(kind: type[Fake]) -> None:
    with kind(replace(SMALL, inside={"g1": "g3"})) as fake:
        _, groups, edges = told(read(fake))

    nested = {(one.group_id, one.member_id) for one in edges if one.is_group}
    nested |= {(parent, one.id) for one in groups for parent in one.parent_ids}
    assert nested == {("g3", "g1")}
    assert Edge("g1", "u1") in edges


def reply_leading_to(code: str, elsewhere: str) -> Reply:
    """Return an empty page whose next page is elsewhere."""
    link = f"{elsewhere}/next"
    match code:
        case "entra":
            return Reply({"value": [], "@odata.nextLink": link})
        case "ping":
            links = {"next": {"href": link}}
            return Reply({"_embedded": {"users": []}, "_links": links})
    return Reply([], headers={"link": f'<{link}>; rel="next"'})


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://attacker.example",
        "http://127.0.0.1:1",
        "//attacker.example",
        "http://[",
    ],
)
@pytest.mark.parametrize("code", ["entra", "gitlab", "okta", "ping"])
def test_refuses_a_next_link_to_another_origin(code: str, elsewhere: str) -> None:
    kind = next(one for one in FAKES if one.code == code)
    with kind() as fake:
        fake.replies = {1: reply_leading_to(code, elsewhere)}
        with pytest.raises((DestinationRefusedError, PageFailedError)):
            read(fake)

    assert fake.pages == 1


@pytest.mark.parametrize("code", ["entra", "gitlab", "okta", "ping"])
def test_refuses_pages_that_lead_in_a_circle(code: str) -> None:
    kind = next(one for one in FAKES if one.code == code)
    with kind() as fake:
        fake.replies = {
            number: reply_leading_to(code, fake.url) for number in range(1, 9)
        }
        with pytest.raises(PageFailedError, match="circle"):
            read(fake)

    assert fake.pages == 2


def test_refuses_the_same_page_under_ever_new_cursors() -> None:
    body = [{"id": "u1", "status": "ACTIVE", "profile": {}}]
    with FakeOkta() as fake:
        fake.replies = {
            number: Reply(
                body, headers={"link": f'<{fake.url}/?after={number}>; rel="next"'}
            )
            for number in range(1, 9)
        }
        with pytest.raises(PageFailedError, match="same page"):
            read(fake)

    assert fake.pages == 2


def test_ends_at_the_page_cap() -> None:
    with FakeOkta() as fake, pytest.raises(PageFailedError, match="more than 3 pages"):
        read(fake, limits=Limits(requests=3))


def test_refuses_json_that_says_it_is_something_else() -> None:
    person = {"id": "u1", "status": "ACTIVE", "profile": {}}
    with FakeOkta() as fake:
        fake.replies = {1: Reply([person], headers={"content-type": "text/plain"})}
        with pytest.raises(PageFailedError, match=r"users, page 1.*not JSON"):
            read(fake)


def test_refuses_a_page_that_is_too_large() -> None:
    with FakeOkta() as fake, pytest.raises(PageFailedError, match="too large"):
        read(fake, limits=Limits(page_bytes=10))


def test_does_not_connect_to_this_machine_unless_it_is_listed(
    settings: Any,
) -> None:
    settings.UPSTREAM_ALLOWLIST = []
    with FakeOkta() as fake, pytest.raises(DestinationRefusedError):
        read(fake)

    assert fake.seen == []


def test_takes_data_behind_graphql_errors_for_none() -> None:
    data: dict[str, Any] = {
        "organization": {"membersWithRole": {"nodes": [], "pageInfo": {}}}
    }
    with FakeGitHub() as fake:
        errors = [{"type": "FORBIDDEN", "message": "SSO is required"}]
        fake.replies = {1: Reply({"data": data, "errors": errors})}
        with pytest.raises(PageFailedError, match="SSO is required"):
            read(fake)


def test_reads_past_the_depth_at_which_numbered_pages_end() -> None:
    people = {f"u{number:04}": f"Person {number}" for number in range(1205)}
    company = replace(SMALL, people=people, groups={}, members={})
    with FakeAuth0(company) as fake:
        read_people, _, _ = told(read(fake))

    assert {one.id for one in read_people} == set(people)


def test_names_unreadable_things_without_characters_that_no_database_takes() -> None:
    user = {"id": "bad\0id\n", "status": "ACTIVE", "profile": {}}
    group = {"id": "g1", "profile": {}, "name": "Odd\0Name"}
    with FakeOkta() as fake:
        fake.replies = {1: Reply([user]), 2: Reply([group])}
        batches = read(fake)

    problems = [one for one in batches[0].records if isinstance(one, Problem)]
    assert [one.id for one in problems] == ["bad id "]
    assert batches[2].page == "members of Odd Name, page 1"


def test_reads_the_address_of_a_guest_from_the_name_of_sign_in() -> None:
    name = "ada_partner.example#EXT#@acme.onmicrosoft.com"
    user = {"id": "u1", "displayName": "Ada", "mail": None, "userPrincipalName": name}
    with FakeEntra() as fake:
        fake.replies = {1: Reply({"value": [user]})}
        people, _, _ = told(read(fake))

    assert people[0].email == "ada@partner.example"
