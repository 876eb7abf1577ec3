"""Runs that read a server of LDAP: written whole, or not at all; and what is spared."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from directory import services
from directory.models import Directory, KeptAnswers, RunState
from directory.services import syncing
from directory.services.kept import Lists
from namespaces.selectors import get_root
from tests.directory.providers.fakes.ldap import (
    FAULTS,
    GROUPS,
    PEOPLE,
    FakeActiveDirectory,
    guid,
    person_dn,
)
from tests.directory.providers.fakes.server import SMALL, Company
from tests.directory.sync.running import Clock, ask, connect, rows, run
from tests.factories import NOW, grant, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keeper(db: None) -> None:
    """Somebody is admin of the root, or nobody could be taken away."""
    grant("admin", get_root(), user=make_user("keeper"))


def test_fills_an_empty_directory() -> None:
    with FakeActiveDirectory() as fake:
        ended = run(connect(fake))

    assert ended.state == RunState.APPLIED, ended.failure
    assert {one for one, *_ in rows()["people"]} - {"keeper"} == set(SMALL.people)
    assert rows()["memberships"] == {
        (one, group) for group, members in SMALL.members.items() for one in members
    }


@pytest.mark.parametrize("fault", [one for one in FAULTS if one != "time-out"])
def test_changes_nothing_when_a_page_fails(fault: str) -> None:
    with FakeActiveDirectory() as fake:
        directory = connect(fake)
        run(directory)
        before = rows()
        fake.pages = 0
        fake.faults = dict.fromkeys(range(5, 99), fault)
        ended = run(directory)

    assert ended.state == RunState.FAILED
    assert ended.failed_page.startswith("groups, page")
    assert rows() == before


def memberships(company: Company) -> set[tuple[str, str]]:
    """Return who is in which group."""
    return {(one, group) for group, some in company.members.items() for one in some}


def read_members(fake: FakeActiveDirectory) -> list[str]:
    """Return below what members were searched, and forget it."""
    found = [base for base, attribute in fake.asked if attribute == "member"]
    fake.asked.clear()
    return found


class TestIncremental:
    def test_reads_members_only_of_groups_with_another_version(self) -> None:
        with FakeActiveDirectory() as fake:
            fake.page_size = 50
            directory = connect(fake)
            run(directory)
            assert len(read_members(fake)) > 1  # in pages, and long lists in parts
            assert run(directory).state == RunState.UNCHANGED
            assert read_members(fake) == []
            fake.company = replace(SMALL, members={**SMALL.members, "g2": ("u4",)})
            fake.versions = {"g2": 2000}
            ended = run(directory)

        assert ended.state == RunState.APPLIED
        assert read_members(fake) == [GROUPS]
        assert rows()["memberships"] == memberships(fake.company)
        assert any("members of 2 groups" in line["text"] for line in ended.log)

    def test_reads_everything_of_another_domain_controller(self) -> None:
        with FakeActiveDirectory() as fake:
            directory = connect(fake)
            run(directory)
            fake.company = replace(SMALL, members={**SMALL.members, "g2": ("u4",)})
            fake.invocation = b"another-server"  # whose numbers mean something else
            ended = run(directory)

        assert ended.state == RunState.APPLIED
        assert rows()["memberships"] == memberships(fake.company)

    def test_keeps_nothing_where_the_server_does_not_say_which_it_is(self) -> None:
        with FakeActiveDirectory() as fake:
            fake.invocation = b""
            directory = connect(fake)
            run(directory)
            fake.company = replace(SMALL, members={**SMALL.members, "g2": ("u4",)})
            run(directory)

        assert rows()["memberships"] == memberships(fake.company)

    def test_gives_nothing_to_who_takes_the_name_of_another(self) -> None:
        with FakeActiveDirectory() as fake:
            directory = connect(fake)
            run(directory)
            taken: dict[str, Any] = {"objectGUID": [guid("new")]}
            fake.changes = {
                person_dn("u3"): {**taken, "sAMAccountName": [b"newcomer"]},
            }
            # The domain controller has forgotten u3, and no group has changed by it.
            members = {
                group: tuple(one for one in some if one != "u3")
                for group, some in SMALL.members.items()
            }
            fake.company = replace(SMALL, members=members)
            ended = run(directory)

        assert ended.state == RunState.APPLIED
        assert "newcomer" not in {one for one, _ in rows()["memberships"]}
        assert rows()["memberships"] == memberships(fake.company)

    def test_reads_everything_always_where_that_is_asked_for(self) -> None:
        with FakeActiveDirectory() as fake:
            fake.more = {"members": "all"}
            directory = connect(fake)
            run(directory)
            fake.company = replace(SMALL, members={**SMALL.members, "g2": ("u4",)})
            run(directory)

        assert rows()["memberships"] == memberships(fake.company)

    def test_reads_everything_once_a_day(self) -> None:
        clock = Clock()
        with FakeActiveDirectory() as fake:
            directory = connect(fake)
            run(directory, clock)
            fake.company = replace(SMALL, members={**SMALL.members, "g2": ("u4",)})
            clock.now += timedelta(hours=25)
            ended = run(directory, clock)

        assert ended.state == RunState.APPLIED
        assert rows()["memberships"] == memberships(fake.company)

    def test_leaves_as_it_was_a_group_that_is_gone_when_it_is_asked_for(self) -> None:
        with FakeActiveDirectory() as fake:
            directory = connect(fake)
            run(directory)
            fake.vanishing = {"g2"}
            Directory.objects.update(compared_at=None)
            ended = run(directory)

        assert ended.counts["problems"] == 1
        assert ended.problems[0]["id"] == "g2"
        assert rows()["memberships"] == memberships(SMALL)


class _Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


class TestCutOffRun:
    def test_asks_for_no_list_again_that_was_whole(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(syncing, "SHOW_EVERY", 0.0)
        with FakeActiveDirectory() as fake:
            directory = connect(fake)
            asked = ask(directory)
            show = syncing._Worker.show
            killed_at: list[str] = []

            def dies(worker: Any, batch: Any, assembly: Any) -> None:
                show(worker, batch, assembly)
                if batch.page == "groups, page 2":
                    killed_at.append(batch.page)
                    raise _Killed

            with monkeypatch.context() as patched:
                patched.setattr(syncing._Worker, "show", dies)
                with pytest.raises(_Killed):
                    services.run_sync(asked.pk, clock=Clock(), sleep=Clock().sleep)
            before = [base for base, _ in fake.asked]
            clock = Clock(NOW + timedelta(minutes=5))
            services.run_sync(asked.pk, clock=clock, sleep=clock.sleep)
            after = [base for base, _ in fake.asked][len(before) :]
            asked.refresh_from_db()

        assert before.count(PEOPLE) == 3
        assert PEOPLE not in after
        assert GROUPS in after
        assert asked.state == RunState.APPLIED, asked.failure
        assert {one for one, *_ in rows()["people"]} == {"keeper", *SMALL.people}
        assert rows()["memberships"] == memberships(SMALL)
        assert any("3 pages were read before" in line["text"] for line in asked.log)
        assert not KeptAnswers.objects.exists()

    def test_tells_the_list_that_was_whole_and_no_other(self) -> None:
        with FakeActiveDirectory() as fake:
            asked = ask(connect(fake))
        first = Lists(asked, now=NOW)
        first.begin("people")
        first.put("people", "cut off")
        first.begin("people")
        first.put("people", "one")
        first.keep(now=NOW)
        first.put("people", "two")
        first.begin("groups")
        first.put("groups", "other")
        first.end("people")
        first.keep(now=NOW)

        again = Lists(asked, now=NOW)

        assert list(again.find("people") or ()) == ["one", "two"]
        assert list(again.find("people") or ()) == ["one", "two"]
        assert again.find("groups") is None
        assert Lists(asked, now=NOW + timedelta(hours=2)).find("people") is None
