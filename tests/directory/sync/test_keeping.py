"""A run that was cut off goes on, and a run reads no more than it has to."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from directory import services
from directory.models import Directory, KeptAnswers, KeptMembers, RunState, SyncRun
from directory.services import syncing
from namespaces.selectors import get_root
from tests.directory.providers.fakes.entra import FakeEntra
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.providers.fakes.scim import FakeScim
from tests.directory.providers.fakes.server import FAULTS, SMALL, Fake, Reply
from tests.directory.sync.running import Clock, ask, connect, rows, run
from tests.factories import NOW, grant, make_user

pytestmark = pytest.mark.django_db

LATER = {"g1": ("u1", "u2", "u3"), "g2": (), "g3": ("u1", "u2", "u4", "u5")}
LONG_AGO = "2020-01-01T00:00:00.000Z"


@pytest.fixture(autouse=True)
def _keeper(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody is admin of the root; and every page is kept at once."""
    grant("admin", get_root(), user=make_user("keeper"))
    monkeypatch.setattr(syncing, "SHOW_EVERY", 0.0)


class _Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


class _DyingClock(Clock):
    """Tells the time so many times, and then the worker is gone."""

    left = 0

    def __call__(self) -> datetime:
        self.left -= 1
        if self.left < 0:
            raise _Killed
        return self.now


def cut_off(directory: Directory, after: int) -> SyncRun:
    """Begin a run whose worker dies after having looked at the clock so often."""
    clock = _DyingClock()
    clock.left = after
    asked = ask(directory)
    with pytest.raises(_Killed):
        services.run_sync(asked.pk, clock=clock, sleep=clock.sleep)
    return asked


def go_on(asked: SyncRun, *, after: timedelta = timedelta(minutes=5)) -> SyncRun:
    """Let another worker take the run, when the lease is over."""
    clock = Clock(NOW + after)
    services.run_sync(asked.pk, clock=clock, sleep=clock.sleep)
    asked.refresh_from_db()
    return asked


def asked_of(fake: Fake) -> list[str]:
    """Return what pages a fake was asked for."""
    return [
        f"{one.path} {sorted(one.query.items())}"
        for one in fake.seen
        if "token" not in one.path
    ]


class TestCutOffRun:
    @pytest.mark.parametrize("kind", [FakeOkta, FakeEntra])
    def test_asks_for_no_page_again_that_it_had_read(self, kind: type[Fake]) -> None:
        with kind() as fake:
            directory = connect(fake)
            asked = cut_off(directory, after=13)
            before = asked_of(fake)
            ended = go_on(asked)
            every = asked_of(fake)

        assert 3 < len(before) < len(set(every))
        assert ended.state == RunState.APPLIED, ended.failure
        assert {one for one, *_ in rows()["people"]} == {"keeper", *SMALL.people}
        # The last page came, but was not kept any more.
        assert every.count(before[-1]) <= 2
        assert all(every.count(one) == 1 for one in before[:-1])
        assert any("before it was cut off" in one["text"] for one in ended.log)
        assert not KeptAnswers.objects.exists()

    def test_begins_anew_when_it_is_long_ago(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            asked = cut_off(directory, after=7)
            before = asked_of(fake)
            ended = go_on(asked, after=timedelta(hours=2))
            every = asked_of(fake)

        assert ended.state == RunState.APPLIED
        assert all(every.count(one) == 2 for one in before)

    def test_keeps_what_was_read_sealed_and_no_longer_than_it_runs(self) -> None:
        with FakeOkta() as fake:
            directory = connect(fake)
            cut_off(directory, after=7)
            kept = " ".join(KeptAnswers.objects.values_list("sealed", flat=True))
            fake.begin_anew()
            fake.replies = {1: Reply({}, 401)}
            SyncRun.objects.update(state=RunState.QUEUED)
            ended = go_on(SyncRun.objects.get())

        assert kept
        assert "example" not in kept
        assert ended.state == RunState.FAILED
        assert not KeptAnswers.objects.exists()


@pytest.fixture
def okta() -> Iterator[FakeOkta]:
    fake = FakeOkta()
    fake.updated = dict.fromkeys(SMALL.groups, LONG_AGO)
    with fake:
        yield fake


@pytest.fixture
def entra() -> Iterator[FakeEntra]:
    fake = FakeEntra()
    with fake:
        yield fake


@pytest.fixture
def scim() -> Iterator[FakeScim]:
    fake = FakeScim()
    fake.members = "changed"
    fake.updated = dict.fromkeys(SMALL.groups, LONG_AGO)
    with fake:
        yield fake


def in_groups(members: Mapping[str, tuple[str, ...]]) -> set[tuple[str, str]]:
    """Return who is in which group."""
    return {(one, group) for group, some in members.items() for one in some}


def groups_read(fake: Fake) -> set[str]:
    """Return the groups whose members were asked for."""
    paths = [one.path.split("/") for one in fake.seen if "/groups/" in one.path.lower()]
    return {one[4] if one[1] in {"api", "scim"} else one[3] for one in paths} - {
        "delta"
    }


class TestIncremental:
    def test_okta_reads_members_only_of_groups_that_changed(
        self, okta: FakeOkta
    ) -> None:
        directory, clock = connect(okta), Clock()
        run(directory, clock)
        assert groups_read(okta) == set(SMALL.groups)
        okta.begin_anew()
        okta.company = replace(SMALL, members=LATER)
        moment = (clock.now + timedelta(minutes=1)).isoformat()
        okta.updated = {**okta.updated, "g1": moment, "g2": moment}
        clock.now += timedelta(minutes=2)
        ended = run(directory, clock)
        read = groups_read(okta)
        okta.begin_anew()
        clock.now += timedelta(minutes=20)
        run(directory, clock)
        again = groups_read(okta)
        okta.begin_anew()
        run(directory, clock)

        assert ended.state == RunState.APPLIED
        assert read == {"g1", "g2"}
        # Read a minute after the change, so it is looked at once more; then no more.
        assert again == {"g1", "g2"}
        assert groups_read(okta) == set()
        assert rows()["memberships"] >= {("u3", "g1"), ("u3", "g3")}
        assert ("u3", "g2") not in rows()["memberships"]

    def test_scim_reads_only_groups_that_changed_where_that_is_asked_for(
        self, scim: FakeScim
    ) -> None:
        directory = connect(scim)
        run(directory)
        assert groups_read(scim) == set(SMALL.groups)
        assert rows()["memberships"] == in_groups(SMALL.members)
        scim.begin_anew()
        scim.company = replace(SMALL, members=LATER)
        scim.updated = {**scim.updated, "g1": NOW.isoformat(), "g2": NOW.isoformat()}
        run(directory)

        assert groups_read(scim) == {"g1", "g2"}
        assert {one.path for one in scim.seen} >= {"/scim/v2/Users", "/scim/v2/Groups"}
        # That another group has changed is not told, so it is not seen for a day.
        told = {**LATER, "g3": SMALL.members["g3"]}
        assert rows()["memberships"] == in_groups(told)

    def test_scim_reads_all_groups_in_pages_unless_asked_otherwise(
        self, scim: FakeScim
    ) -> None:
        scim.members = ""
        directory = connect(scim)
        run(directory)
        scim.begin_anew()
        scim.company = replace(SMALL, members=LATER)
        run(directory)

        assert groups_read(scim) == set()
        assert rows()["memberships"] == in_groups(LATER)

    def test_believes_no_provider_that_did_not_tell_of_a_change(
        self, scim: FakeScim
    ) -> None:
        directory, clock = connect(scim), Clock()
        run(directory, clock)
        # Somebody comes in, and the server's `lastModified` stands still.
        scim.company = replace(SMALL, members={**SMALL.members, "g2": ("u3", "u4")})
        clock.now += timedelta(hours=25)
        found = run(directory, clock)
        scim.company = SMALL
        scim.begin_anew()
        later = run(directory, clock)

        assert rows()["memberships"] == in_groups(SMALL.members)
        assert all(
            any("read always" in line["text"] for line in one.log)
            for one in (found, later)
        )
        assert groups_read(scim) == set(SMALL.groups)

    def test_does_not_mind_that_somebody_was_deleted(self, scim: FakeScim) -> None:
        directory, clock = connect(scim), Clock()
        run(directory, clock)
        people = {one: name for one, name in SMALL.people.items() if one != "u5"}
        members = {**SMALL.members, "g3": ("u1", "u2", "u3", "u4")}
        scim.company = replace(SMALL, people=people, members=members)
        clock.now += timedelta(hours=25)
        run(directory, clock)
        scim.begin_anew()
        run(directory, clock)

        assert groups_read(scim) == set()

    def test_entra_asks_what_changed_and_reads_only_that(
        self, entra: FakeEntra
    ) -> None:
        directory = connect(entra)
        run(directory)
        assert groups_read(entra) == set(SMALL.groups)
        entra.begin_anew()
        entra.company = replace(SMALL, members=LATER)
        ended = run(directory)

        told = rows()["memberships"]
        assert ended.state == RunState.APPLIED
        assert groups_read(entra) == set(SMALL.groups)  # all three have changed
        assert told == {(one, group) for group in LATER for one in LATER[group]}
        entra.begin_anew()
        entra.company = replace(SMALL, members={**LATER, "g2": ("u5",)})
        assert run(directory).state == RunState.APPLIED
        assert groups_read(entra) == {"g2"}
        assert ("u5", "g2") in rows()["memberships"]
        entra.begin_anew()
        assert run(directory).state == RunState.UNCHANGED
        assert groups_read(entra) == set()

    def test_reads_everything_once_the_link_has_expired(self, entra: FakeEntra) -> None:
        directory = connect(entra)
        run(directory)
        entra.told.clear()  # after seven days Graph knows the link no more
        entra.begin_anew()
        ended = run(directory)

        assert ended.state == RunState.UNCHANGED
        assert groups_read(entra) == set(SMALL.groups)
        entra.begin_anew()
        run(directory)
        assert groups_read(entra) == set()

    def test_reads_everything_of_another_tenant(self, entra: FakeEntra) -> None:
        directory = connect(entra)
        run(directory)
        entra.begin_anew()
        directory.refresh_from_db()
        Directory.objects.update(kept={**directory.kept, "bound": "another tenant"})
        ended = run(directory)

        assert ended.state == RunState.UNCHANGED
        assert groups_read(entra) == set(SMALL.groups)

    @pytest.mark.parametrize("kind", [FakeOkta, FakeEntra])
    def test_reads_everything_once_a_day_whatever_is_said_to_have_changed(
        self, kind: type[Fake]
    ) -> None:
        clock = Clock(datetime(2026, 3, 1, tzinfo=UTC))
        with kind() as fake:
            if isinstance(fake, FakeOkta):
                fake.updated = dict.fromkeys(SMALL.groups, LONG_AGO)
            directory = connect(fake)
            run(directory, clock)
            KeptMembers.objects.update(members={"people": [], "groups": []})
            clock.now += timedelta(hours=25)
            ended = run(directory, clock)

        assert ended.state == RunState.UNCHANGED
        assert any("row by row" in line["text"] for line in ended.log)
        assert not KeptMembers.objects.filter(members__people=[]).exists()

    def test_forgets_groups_that_are_gone(self, entra: FakeEntra) -> None:
        directory = connect(entra)
        run(directory)
        groups = {one: name for one, name in SMALL.groups.items() if one != "g3"}
        members = {one: SMALL.members[one] for one in groups}
        entra.company = replace(SMALL, groups=groups, members=members)
        run(directory)

        kept = set(KeptMembers.objects.values_list("group_id", flat=True))
        assert kept == set(groups)

    @pytest.mark.parametrize("fault", [one for one in FAULTS if one != "time-out"])
    def test_deletes_nothing_when_the_changes_can_not_be_read(
        self, entra: FakeEntra, fault: str
    ) -> None:
        directory = connect(entra)
        run(directory)
        before = rows()
        entra.begin_anew()
        entra.company = replace(SMALL, members=LATER)
        entra.failing = [fault] * 3
        ended = run(directory)

        assert ended.state == RunState.FAILED
        assert ended.failed_page == "changes of groups, page 1"
        assert rows() == before
        entra.failing = []
        assert run(directory).state == RunState.APPLIED
        assert rows()["memberships"] == {
            (one, group) for group in LATER for one in LATER[group]
        }

    def test_refuses_a_link_to_another_place(self, entra: FakeEntra) -> None:
        directory = connect(entra)
        run(directory)
        directory.refresh_from_db()
        link = {"since": "https://evil.example.com/v1.0/groups/delta?$deltatoken=1"}
        Directory.objects.update(kept={**directory.kept, **link})
        entra.begin_anew()
        ended = run(directory)

        assert ended.state == RunState.FAILED
        assert "evil.example.com" in ended.failure
        assert entra.seen == []


def test_what_could_not_be_read_is_not_kept(okta: FakeOkta) -> None:
    directory = connect(okta)
    broken: dict[str, Any] = {"id": "", "status": "ACTIVE", "profile": {}}
    pages = 3 + 2  # of people and groups, before the members of the first group
    okta.replies = {pages + 1: Reply([broken])}
    ended = run(directory)

    assert ended.counts["problems"] == 1
    assert KeptMembers.objects.count() == 2
