"""A run from one end to the other, and everything that must not change rows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from console.core.exceptions import ConflictError, ConsoleError
from console.core.models import AuditEvent, OutboxEntry
from directory import selectors, services
from directory.models import Directory, Group, Membership, RunState, User
from namespaces.selectors import get_root
from tests.directory.providers.fakes import FAKES
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.providers.fakes.server import FAULTS, SMALL, Company, Fake, Reply
from tests.directory.sync.running import TEST, Clock, connect, rows, run
from tests.factories import (
    NOW,
    grant,
    make_directory,
    make_group,
    make_policy,
    make_user,
)
from tests.people import Cast, actor_of

pytestmark = pytest.mark.django_db

EMPTY: dict[str, tuple[str, ...]] = dict.fromkeys(SMALL.groups, ())
KEEPER = {"keeper"}
MANY = Company(
    people={f"u{number}": f"Person {number}" for number in range(40)},
    groups={"g1": "Engineering", "g2": "Sales"},
    members={
        "g1": tuple(f"u{number}" for number in range(30)),
        "g2": tuple(f"u{number}" for number in range(30, 40)),
    },
)


@pytest.fixture(autouse=True)
def _keeper(db: None) -> None:
    """Somebody is admin of the root, or nobody could be taken away."""
    grant("admin", get_root(), user=make_user("keeper"))


class TestRun:
    @pytest.mark.parametrize("kind", FAKES, ids=lambda kind: kind.code)
    def test_fills_an_empty_directory_from_every_provider(
        self, kind: type[Fake]
    ) -> None:
        if kind.code == "auth0":
            return  # a domain of Auth0's is always https: read in test_providers
        with kind() as fake:
            ended = run(connect(fake))

        assert ended.state == RunState.APPLIED, ended.failure
        assert {one for one, *_ in rows()["people"]} - KEEPER == set(SMALL.people)
        assert rows()["memberships"] == {
            (one, group) for group, members in SMALL.members.items() for one in members
        }
        assert ended.counts["new_people"] == 5
        assert ended.log

    def test_says_so_when_nothing_changed_and_counts_as_fresh(self) -> None:
        clock = Clock()
        with FakeOkta() as fake:
            directory = connect(fake)
            run(directory, clock)
            before, events = rows(), AuditEvent.objects.count()
            clock.now += timedelta(hours=1)
            ended = run(directory, clock)

        directory.refresh_from_db()
        assert ended.state == RunState.UNCHANGED
        assert rows() == before
        assert directory.complete_at == clock.now
        assert AuditEvent.objects.count() == events + 1  # that it was asked for

    def test_compares_in_full_once_a_day_and_finds_what_drifted(self) -> None:
        clock = Clock()
        with FakeOkta() as fake:
            directory = connect(fake)
            run(directory, clock)
            told = rows()
            u3 = directory.users.get(external_id="u3")
            directory.users.filter(external_id="u1").update(email="drifted@example.com")
            Membership.objects.filter(user=u3).delete()
            clock.now += timedelta(hours=23)
            assert run(directory, clock).state == RunState.UNCHANGED
            clock.now += timedelta(hours=1)
            ended = run(directory, clock)

        assert ended.state == RunState.APPLIED
        assert (ended.counts["changed_people"], ended.counts["added"]) == (1, 2)
        assert rows() == told
        assert any("row by row" in line["text"] for line in ended.log)

    def test_looks_again_at_who_signed_in_since(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            run(directory)
            directory.users.filter(external_id="u1").update(
                claims={"role": "x"}, subject="u1", issuer="i", sync_digest=None
            )
            ended = run(directory)

        u1 = directory.users.get(external_id="u1")
        assert ended.state == RunState.UNCHANGED
        assert u1.claims == {"role": "x"}
        assert u1.sync_digest is not None

    def test_deactivates_who_is_gone_and_takes_their_memberships(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            run(directory)
            people = {one: name for one, name in SMALL.people.items() if one != "u3"}
            members = {"g1": ("u1", "u2"), "g2": (), "g3": ("u1", "u2", "u4", "u5")}
            fake.company = replace(SMALL, people=people, members=members)
            ended = run(directory)

        assert ended.state == RunState.APPLIED
        assert not User.objects.get(external_id="u3").is_active
        assert ("u3", "g2") not in rows()["memberships"]
        assert OutboxEntry.objects.filter(topic="directory").count() == 2

    def test_takes_somebody_back_who_returns(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            run(directory)
            before = rows()
            people = {one: name for one, name in SMALL.people.items() if one != "u1"}
            members = {"g1": ("u2",), "g2": ("u3",), "g3": ("u2", "u3", "u4", "u5")}
            fake.company = replace(SMALL, people=people, members=members)
            assert run(directory).state == RunState.APPLIED
            fake.company = SMALL
            run(directory)

        assert rows() == before

    def test_leaves_everything_as_it_is_in_a_dry_run(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            ended = run(directory, is_dry_run=True)

        assert ended.state == RunState.PREVIEWED
        assert ended.counts["new_people"] == 5
        assert ended.plan is not None
        assert not User.objects.filter(directory=directory).exists()

    def test_keeps_only_groups_in_use_when_asked_to(self) -> None:
        make_policy(source="allow:\n  and:\n    - groups:\n        has: g2\n")
        with FakeOkta() as fake:
            run(connect(fake, only_used_groups=True))

        assert {one for one, *_ in rows()["groups"]} == {"g2"}
        assert {one for one, *_ in rows()["people"]} - KEEPER == set(SMALL.people)

    def test_reports_a_malformed_person_keeps_them_and_goes_on(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            run(directory)
            broken = {"id": "u2", "status": "ACTIVE", "profile": {"email": 7}}
            fake.replies = {fake.pages + 1: Reply([broken])}
            fake.company = replace(SMALL, people={**SMALL.people, "u6": "New"})
            ended = run(directory)

        # The page was the last of the people, so everybody else is gone from it.
        assert any(one["id"] == "u2" for one in ended.problems)
        assert User.objects.get(external_id="u2").is_active
        assert ("u2", "g1") in rows()["memberships"]

    def test_attaches_nothing_to_a_person_or_group_of_another_directory(self) -> None:
        other = make_directory()
        theirs = make_user("u1", directory=other)
        group = make_group("g1", theirs, directory=other, external_id="g1")
        with FakeOkta() as fake:
            directory = connect(fake)
            ended = run(directory)

        assert User.objects.get(external_id="u1").directory == other
        assert list(group.memberships.values_list("user_id", flat=True)) == [theirs.pk]
        strays = {one["id"] for one in ended.problems if one["kind"] == "stray"}
        assert {"u1", "g1"} <= strays


class TestFailure:
    @pytest.mark.parametrize("fault", [one for one in FAULTS if one != "time-out"])
    def test_deletes_nothing_whichever_page_fails(self, fault: str) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            run(directory)
            before, pages = rows(), list(fake.order)
            directory.refresh_from_db()
            complete_at = directory.complete_at
            for page in pages:
                fake.begin_anew()
                fake.faults = {page: fault}
                ended = run(directory)

                assert ended.state == RunState.FAILED
                assert ended.failed_page
                assert ended.failed_page in ended.failure
                assert rows() == before
        directory.refresh_from_db()
        assert directory.complete_at == complete_at
        assert directory.lease_until is None

    def test_stops_without_a_storm_when_the_secret_was_rotated(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            run(directory)
            before = rows()
            for _ in range(3):
                fake.begin_anew()
                fake.replies = {3: Reply({}, 401)}
                ended = run(directory)
                assert fake.pages == 3

        assert "credential" in ended.failure
        assert rows() == before
        events = AuditEvent.objects.filter(action="directory.sync-failed")
        assert events.count() == 1  # one alert, not three

    def test_leaves_the_reason_of_an_expired_account(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            account = directory.account
            assert account is not None
            account.expires_at = NOW
            account.save()
            ended = run(directory)

        assert "expired" in ended.failure
        assert fake.seen == []

    def test_keeps_the_last_admin(self, cast: Cast) -> None:
        with FakeOkta(MANY) as fake:
            directory = connect(fake)
            run(directory)
            grant("admin", cast.everything, group=Group.objects.get(external_id="g2"))
            User.objects.filter(directory=None).update(is_active=False)
            # Root's binding stays, but Root can't sign in; g2 holds the admins now.
            members = {"g1": MANY.members["g1"], "g2": ()}
            fake.company = replace(MANY, members=members)
            ended = run(directory)

        assert ended.state in {RunState.HELD, RunState.FAILED}
        assert Group.objects.get(external_id="g2").memberships.count() == 10


class TestBrake:
    def test_holds_an_empty_answer(self) -> None:
        with FakeOkta(MANY) as fake:
            directory = connect(fake, brake_percent=20)
            run(directory)
            before = rows()
            fake.company = Company({}, {}, {})
            ended = run(directory)

        assert ended.state == RunState.HELD
        assert "40 people are gone, of 40" in ended.reasons
        assert rows() == before

    def test_holds_a_used_group_that_is_emptied(self) -> None:
        make_policy(source="allow:\n  and:\n    - groups:\n        has: g2\n")
        with FakeOkta(MANY) as fake:
            directory = connect(fake)
            run(directory)
            members = {"g1": MANY.members["g1"], "g2": ()}
            fake.company = replace(MANY, members=members)
            ended = run(directory)

        assert ended.state == RunState.HELD
        assert ended.reasons == ["the group `Sales`, which is in use, is empty now"]

    def test_holds_the_growth_of_a_group_that_lets_people_in(self) -> None:
        make_policy(source="allow:\n  and:\n    - groups:\n        has: g2\n")
        with FakeOkta(MANY) as fake:
            directory = connect(fake)
            run(directory)
            grown = (*MANY.members["g2"], *(f"u{number}" for number in range(11)))
            fake.company = replace(MANY, members={**MANY.members, "g2": grown})
            ended = run(directory)

        assert ended.state == RunState.HELD
        assert any("11 new members" in one for one in ended.reasons)

    def test_lets_few_changes_pass(self) -> None:
        with FakeOkta(MANY) as fake:
            directory = connect(fake, brake_percent=20)
            run(directory)
            fake.company = replace(MANY, people={**MANY.people, "u99": "New One"})
            ended = run(directory)

        assert ended.state == RunState.APPLIED

    @pytest.mark.parametrize(
        ("gone", "state"), [(1, RunState.APPLIED), (2, RunState.HELD)]
    )
    def test_has_no_floor(self, gone: int, state: str) -> None:
        people = {f"u{number}": f"Person {number}" for number in range(5)}
        with FakeOkta(Company(people, {}, {})) as fake:
            directory = connect(fake, brake_percent=20)
            run(directory)
            left = dict(list(people.items())[gone:])
            fake.company = Company(left, {}, {})
            ended = run(directory)

        assert ended.state == state

    def test_writes_what_was_looked_at_once_it_is_released(self) -> None:
        with FakeOkta(MANY) as fake:
            directory = connect(fake, brake_percent=20)
            run(directory)
            fake.company = SMALL
            held = run(directory)
            fake.company = Company({}, {}, {})
        services.release_run(held.pk, actor=TEST, now=NOW)

        active = {one for one, _, _, is_active in rows()["people"] if is_active}
        assert active - KEEPER == set(SMALL.people)
        held.refresh_from_db()
        assert held.state == RunState.APPLIED
        assert held.plan is None

    def test_refuses_to_release_what_a_newer_run_overtook(self) -> None:
        with FakeOkta(MANY) as fake:
            directory = connect(fake, brake_percent=20)
            run(directory)
            fake.company = SMALL
            held = run(directory)
            fake.company = MANY
            run(directory)

        with pytest.raises(ConflictError):
            services.release_run(held.pk, actor=TEST, now=NOW)

    def test_leaves_everything_when_it_is_discarded(self) -> None:
        with FakeOkta(MANY) as fake:
            directory = connect(fake, brake_percent=20)
            run(directory)
            before = rows()
            fake.company = SMALL
            held = run(directory)
        services.discard_run(held.pk, actor=TEST, now=NOW)

        held.refresh_from_db()
        assert held.state == RunState.DISCARDED
        assert rows() == before

    def test_is_for_admins_of_the_root_to_decide(self, cast: Cast) -> None:
        with FakeOkta(MANY) as fake:
            directory = connect(fake, brake_percent=20)
            run(directory)
            fake.company = SMALL
            held = run(directory)

        for decide in (services.release_run, services.discard_run):
            with pytest.raises(ConsoleError):
                decide(held.pk, actor=actor_of(cast.ada), now=NOW)
        services.discard_run(held.pk, actor=actor_of(cast.root), now=NOW)


def test_only_admins_of_the_root_see_and_start_runs(cast: Cast) -> None:
    with FakeOkta() as fake:
        directory = connect(fake)

    seen = selectors.list_read_directories(actor_of(cast.root))
    assert set(seen) == set(Directory.objects.all())
    for person in (cast.ada, cast.ben, cast.cyd):
        assert not selectors.list_read_directories(actor_of(person)).exists()
        with pytest.raises(ConsoleError):
            services.start_sync(directory.pk, actor=actor_of(person), now=NOW)
