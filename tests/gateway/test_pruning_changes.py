"""Old changes of people go, and whoever was away since reads everybody anew."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.core import outbox
from console.core.models import OutboxEntry
from gateway import selectors, services
from gateway.models import Cluster
from gateway.stream import Follower, PersonEntry, SourceGoneError
from gateway.tasks import prune_changes
from tests.factories import NOW, make_policy, make_route
from tests.gateway.deciding import Deciding
from tests.gateway.pomerium.clusters import make_cluster
from tests.gateway.sources import KEY, MemorySource
from tests.people import Cast, actor_of

OLD = NOW - timedelta(days=8)
ADA = PersonEntry("ada", "ada-ext", "ada@example.com", None, True)


def add(*ids: str, at: datetime, topic: str = "people") -> list[int]:
    """Write entries down, and return their numbers."""
    known = outbox.newest_id()
    outbox.announce(topic, ids, now=at)
    rows = OutboxEntry.objects.filter(id__gt=known).order_by("id")
    return list(rows.values_list("id", flat=True))


def kept(ids: list[int]) -> list[int]:
    rows = OutboxEntry.objects.filter(id__in=ids).order_by("id")
    return list(rows.values_list("id", flat=True))


def is_whole_after(entry_id: int) -> bool:
    """Answer whether nothing is gone of what somebody has not read yet."""
    newest = outbox.newest_id()
    found = outbox.list_entries(after=entry_id, up_to=newest).count()
    return outbox.is_whole(found, after=entry_id, up_to=newest)


def follow(source: MemorySource, **values: Any) -> Follower:
    """Return a follower of changes of people alone."""
    return Follower(
        source, keys=[KEY.public_key()], on_snapshot=lambda _: None, **values
    )


class TestPruning:
    def test_deletes_what_is_old_about_people_alone(self, db: None) -> None:
        old = add("a", "b", at=OLD)
        routes = add("r", at=OLD, topic="routes")
        young = add("c", at=NOW)

        assert services.prune_changes(now=NOW) == 2

        assert kept([*old, *routes, *young]) == [*routes, *young]

    def test_goes_no_further_than_the_first_that_is_young(self, db: None) -> None:
        old = add("a", at=OLD)
        young = add("b", at=NOW)
        late = add("c", at=OLD)  # by a clock that was behind
        last = add("d", at=NOW)

        services.prune_changes(now=NOW)

        assert kept([*old, *young, *late, *last]) == [*young, *late, *last]

    def test_leaves_the_last_one_about_people_however_old(self, db: None) -> None:
        ids = add("a", "b", at=OLD)
        newer = add("r", at=NOW, topic="routes")

        services.prune_changes(now=NOW)

        assert kept([*ids, *newer]) == [ids[1], *newer]
        assert outbox.newest_id() == newer[0]

    def test_is_done_by_a_job(self, db: None) -> None:
        ids = add("a", "b", at=timezone.now() - timedelta(days=8))

        prune_changes()

        assert kept(ids) == [ids[1]]


class TestWhoIsBehind:
    def test_sees_whether_anything_after_them_is_gone(self, db: None) -> None:
        ids = [*add("a", "b", "c", at=OLD), *add("d", "e", at=NOW)]
        assert all(is_whole_after(one) for one in ids)

        services.prune_changes(now=NOW)

        # Of the third it doesn't matter that it is gone: they have read it.
        assert [is_whole_after(one) for one in ids] == [False, False, True, True, True]

    def test_takes_a_writer_who_changed_their_mind_for_no_loss(self, db: None) -> None:
        first, second, _ = add("a", "b", "c", at=NOW)

        OutboxEntry.objects.filter(pk=second).delete()

        assert is_whole_after(first)

    def test_an_authorizer_that_slept_through_it_knows_who_was_signed_out(
        self, cast: Cast
    ) -> None:
        policy = make_policy(source=f"allow:\n  or:\n    - email: {cast.ada.email}\n")
        wiki = make_route("wiki", policy, namespace=cast.web)
        deciding = Deciding()
        cookie = deciding.sign_in(cast.ada, wiki.host)
        assert deciding.ask(wiki, cookie=cookie) == 200
        asleep_since = deciding.running.follower.position
        services.revoke_sessions_of(cast.ada.pk, actor=actor_of(cast.root), now=NOW)
        add(str(cast.ben.pk), at=NOW + timedelta(days=9))
        services.prune_changes(now=NOW + timedelta(days=9))
        assert not outbox.list_entries(
            after=asleep_since, up_to=outbox.newest_id()
        ).filter(topic="sessions")

        deciding.running.follower.poll()

        assert deciding.ask(wiki, cookie=cookie) == 302

    def test_a_core_that_was_told_long_ago_is_looked_at(self, db: None) -> None:
        row = make_cluster("https://core.example.com:5443")
        told, *_ = add("a", "b", at=OLD)
        add("x", at=NOW, topic="sessions")  # of which a Core is told nothing
        seen = {"asked_at": None, "checked_at": NOW, "change": told, "deployment": 0}
        Cluster.objects.filter(pk=row.pk).update(**seen)
        row.refresh_from_db()

        services.prune_changes(now=NOW)

        assert selectors.is_cluster_due(row, now=NOW)


class TestFollower:
    def test_reads_everything_when_changes_were_forgotten_meanwhile(self) -> None:
        source = MemorySource(persons={"ada": ADA})
        changed: list[frozenset[str] | None] = []
        follower = follow(source, on_people=changed.append)
        follower.poll()
        source.persons = {}
        source.announce("people", "ada")
        source.announce("people", "ben")
        source.forgotten = 1

        follower.poll()

        assert follower.people.person("ada") is None
        assert follower.position == 2
        assert changed == [None, None]

    def test_counts_as_behind_until_everything_was_read(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = MemorySource(persons={"ada": ADA})
        follower = follow(source)
        follower.poll()
        succeeded_at = follower._succeeded_at
        source.announce("people", "ada")
        source.forgotten = 1

        def fail(_: Any) -> Any:
            raise SourceGoneError("gone while it was read")

        monkeypatch.setattr(source, "sessions", fail)
        with pytest.raises(SourceGoneError):
            follower.poll()

        assert follower.position == 0
        assert follower._succeeded_at == succeeded_at
