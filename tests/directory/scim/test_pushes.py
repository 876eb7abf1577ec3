"""What becomes of pushes: runs write them whole, or hold them."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from console.core.models import AuditEvent, OutboxEntry
from directory import selectors, services
from directory.models import RunState, ScimResource, User
from namespaces.selectors import get_root
from tests.directory.scim.pushing import Pusher, make_pusher
from tests.directory.sync.running import TEST, Clock, rows
from tests.factories import NOW, grant, make_policy, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keeper(db: None) -> None:
    """Somebody is admin of the root, or nobody could be taken away."""
    grant("admin", get_root(), user=make_user("keeper"))


@pytest.fixture
def pusher() -> Pusher:
    """A directory to push to."""
    return make_pusher()


def fill(pusher: Pusher, count: int) -> tuple[list[str], str]:
    """Push people and a group of all of them; let it be read."""
    people = [pusher.add_person(f"p{number:02}") for number in range(count)]
    group = pusher.add_group("all", *people)
    assert pusher.run().state == RunState.APPLIED
    return people, group


class TestRuns:
    def test_writes_people_groups_and_memberships(self, pusher: Pusher) -> None:
        ada = pusher.add_person(
            "ada", displayName="Ada", emails=[{"value": "ada@example.com"}]
        )
        inner = pusher.add_group("Web", ada)
        pusher.add_group("Engineering", inner)

        ended = pusher.run()

        assert ended.state == RunState.APPLIED, ended.failure
        assert ended.trigger == "push"
        assert ("ada", "ada@example.com", "Ada", True) in rows()["people"]
        assert rows()["memberships"] == {("ada", "Web"), ("ada", "Engineering")}
        assert OutboxEntry.objects.filter(topic="directory").exists()
        pusher.directory.refresh_from_db()
        assert pusher.directory.complete_at == NOW
        assert pusher.directory.next_run_at is not None

    def test_asks_for_one_run_however_much_is_pushed(self, pusher: Pusher) -> None:
        for number in range(5):
            pusher.add_person(f"p{number}")

        assert pusher.directory.runs.count() == 1

    def test_changes_nothing_by_itself(self, pusher: Pusher) -> None:
        before = rows()
        pusher.add_person("ada")

        assert rows() == before

    def test_takes_away_who_is_switched_off_or_deleted(self, pusher: Pusher) -> None:
        people, _ = fill(pusher, 20)
        pusher.patch(
            f"/Users/{people[0]}", {"op": "replace", "path": "active", "value": False}
        )
        pusher.ask("DELETE", f"/Users/{people[1]}")

        ended = pusher.run()

        assert ended.state == RunState.APPLIED, ended.reasons
        gone = User.objects.filter(external_id__in=["p00", "p01"], is_active=False)
        assert gone.count() == 2
        assert len(rows()["memberships"]) == 18

    def test_identifies_as_the_directory_says(self) -> None:
        pusher = make_pusher(person_id="userName", group_id="displayName")
        one = pusher.add_person("Ada@Example.com", externalId="oid-1")
        pusher.add_group("Engineering", one)
        pusher.run()

        assert rows()["memberships"] == {("Ada@Example.com", "Engineering")}

    def test_keeps_no_password(self, pusher: Pusher) -> None:
        one = pusher.add_person("ada", password="canary-7431")  # none
        pusher.patch(
            f"/Users/{one}",
            {"op": "replace", "path": "password", "value": "canary-7431"},
        )

        assert "canary" not in str(ScimResource.objects.values())
        assert "canary" not in str(AuditEvent.objects.values())

    def test_reads_again_what_was_pushed_during_a_run(self, pusher: Pusher) -> None:
        pusher.add_person("ada")
        pusher.directory.runs.update(state=RunState.RUNNING, modified_at=NOW)
        pusher.add_person("ben")
        pusher.directory.refresh_from_db()
        due = pusher.directory.next_run_at
        assert due is not None
        services.start_due_syncs(now=due)
        assert pusher.directory.runs.count() == 1
        pusher.directory.runs.update(state=RunState.APPLIED)

        services.start_due_syncs(now=due)

        assert pusher.directory.runs.filter(state=RunState.QUEUED).count() == 1


class TestBrake:
    def test_fills_a_directory_in_slices_without_asking(self, pusher: Pusher) -> None:
        for number in range(3):
            for person in range(12):
                pusher.add_person(f"p{number}-{person}")
            assert pusher.run().state == RunState.APPLIED

    def test_holds_a_mass_removal_in_slices(self, pusher: Pusher) -> None:
        people, _ = fill(pusher, 20)
        clock = Clock()
        states = []
        for one in people[:5]:
            clock.now += timedelta(minutes=5)
            pusher.ask("DELETE", f"/Users/{one}")
            states.append(pusher.run(clock).state)

        assert states == [RunState.APPLIED] * 4 + [RunState.HELD]
        assert User.objects.get(external_id="p04").is_active

    def test_counts_anew_after_an_hour(self, pusher: Pusher) -> None:
        people, _ = fill(pusher, 20)
        clock = Clock()
        for one in people[:5]:
            clock.now += timedelta(minutes=20)
            pusher.ask("DELETE", f"/Users/{one}")
            assert pusher.run(clock).state == RunState.APPLIED

    def test_holds_everything_until_somebody_releases_it(self, pusher: Pusher) -> None:
        people, _ = fill(pusher, 20)
        for one in people[:10]:
            pusher.ask("DELETE", f"/Users/{one}")
        held = pusher.run()
        assert held.state == RunState.HELD
        assert "10 people are gone, of 20" in held.reasons
        assert len(rows()["memberships"]) == 20

        services.release_run(held.pk, actor=TEST, now=NOW)

        assert len(rows()["memberships"]) == 10
        pusher.ask("DELETE", f"/Users/{people[10]}")
        assert pusher.run().state == RunState.APPLIED

    def test_holds_a_group_that_lets_in_and_grows_one_by_one(
        self, pusher: Pusher
    ) -> None:
        people, _ = fill(pusher, 30)
        group = pusher.add_group("admins")
        pusher.run()
        make_policy(source="allow:\n  and:\n    - groups:\n        has: admins\n")
        states = []
        for one in people[:11]:
            added = {"op": "add", "path": "members", "value": [{"value": one}]}
            assert pusher.patch(f"/Groups/{group}", added).status in {200, 204}
            states.append(pusher.run().state)

        assert states == [RunState.APPLIED] * 10 + [RunState.HELD]


class TestAudit:
    def test_tells_of_every_object_and_who_pushed_it(self, pusher: Pusher) -> None:
        one = pusher.add_person("ada")
        group = pusher.add_group("Engineering", one)
        pusher.patch(
            f"/Groups/{group}", {"op": "remove", "path": f'members[value eq "{one}"]'}
        )
        pusher.ask("DELETE", f"/Users/{one}")

        events = AuditEvent.objects.filter(action__startswith="pushed-")
        found = list(events.order_by("sequence"))
        assert [event.action for event in found] == [
            "pushed-person.created",
            "pushed-group.created",
            "pushed-group.changed",
            "pushed-person.deleted",
        ]
        assert found[2].after is not None
        assert found[2].after["members_removed_first"] == ["ada"]
        assert {event.actor_label for event in found} == {"SCIM token Okta"}
        assert {event.token_label for event in found} == {pusher.token[:16]}


class TestSilence:
    def test_is_told_though_what_was_pushed_is_read_again(self, pusher: Pusher) -> None:
        fill(pusher, 3)
        later = self.read_again(pusher, days=8)

        troubles = selectors.list_troubles(TEST, now=later)

        assert [(one.pk, text) for one, text in troubles] == [
            (pusher.directory.pk, "nothing has been pushed to it for 8 days")
        ]

    def test_of_some_days_is_no_trouble(self, pusher: Pusher) -> None:
        fill(pusher, 3)

        later = self.read_again(pusher, days=6)

        assert selectors.list_troubles(TEST, now=later) == []

    def test_ends_with_a_push(self, pusher: Pusher) -> None:
        fill(pusher, 3)
        later = self.read_again(pusher, days=8)
        token = pusher.directory.scim_tokens.get()

        services.record_scim_token_use(token.pk, now=later)

        assert selectors.list_troubles(TEST, now=later) == []

    def test_counts_before_the_first_push_too(self, pusher: Pusher) -> None:
        later = NOW + timedelta(days=30)

        troubles = selectors.list_troubles(TEST, now=later)

        assert troubles == [
            (pusher.directory, "nothing has been pushed to it for 30 days")
        ]

    def test_is_shown_where_directories_are(
        self, pusher: Pusher, client: Client
    ) -> None:
        admin = make_user("root")
        grant("admin", get_root(), user=admin)
        client.force_login(admin)  # made at NOW, which is long ago

        pages = [
            client.get(url).content.decode()
            for url in ("/", "/directories/", f"/directories/{pusher.directory.pk}/")
        ]
        shown = client.get(f"/api/v1/directories/{pusher.directory.pk}/").json()

        assert shown["trouble"].startswith("nothing has been pushed to it for")
        for page in pages:
            assert "othing has been pushed to it for" in page

    def read_again(self, pusher: Pusher, *, days: int) -> datetime:
        """Have it read after days without a push; return when that is."""
        later = NOW + timedelta(days=days)
        token = pusher.directory.scim_tokens.get()
        token.last_used_at = NOW  # requests are served at the time of the clock
        token.save()
        assert pusher.run(Clock(now=later)).state == RunState.UNCHANGED
        return later
