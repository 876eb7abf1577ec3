"""What a follower takes over, what it refuses, and what stays in force."""

import gc
import logging
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.snapshot import Snapshot, content_hash
from gateway.stream import (
    AccountEntry,
    DeviceEntry,
    Follower,
    PersonEntry,
    SessionEntry,
    SignedRoot,
    SourceGoneError,
)
from tests.gateway.sources import (
    KEY,
    MemorySource,
    make_chunk,
    make_policy,
    make_root,
    make_route,
)

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ADA = PersonEntry("ada", "ada-ext", "ada@example.com", None, True)


@pytest.fixture
def source() -> MemorySource:
    found = MemorySource(persons={"ada": ADA})
    policies = [make_policy("staff")]
    found.publish(
        3, make_chunk(routes=[make_route("wiki", "staff")], policies=policies)
    )
    return found


def follow(source: MemorySource, **values: Any) -> Follower:
    taken: list[Snapshot] = []
    defaults: dict[str, Any] = {"keys": [KEY.public_key()], "on_snapshot": taken.append}
    return Follower(source, **defaults | values)


class TestPoll:
    def test_takes_over_the_newest_deployment_whole(self, source: MemorySource) -> None:
        follower = follow(source)

        follower.poll()

        assert follower.snapshot is not None
        assert follower.snapshot.number == 3
        assert follower.snapshot.routes["wiki"].policies == ("staff@1",)
        assert follower.snapshot.policies["staff@1"].name == "staff"
        assert source.reports == [(3, "")]

    def test_fetches_only_the_chunks_that_changed(self, source: MemorySource) -> None:
        below = make_chunk("below", routes=[make_route("shop", "staff")])
        plain = make_route("wiki", "staff")
        source.publish(
            4, make_chunk(routes=[plain], policies=[make_policy("staff")]), below
        )
        follower = follow(source)
        follower.poll()
        before = follower.snapshot
        source.fetched.clear()
        newer = make_policy("staff", version=2)

        source.publish(5, make_chunk(routes=[plain], policies=[newer]), below)
        follower.poll()

        assert len(source.fetched) == 1
        assert follower.snapshot is not None
        assert before is not None
        assert follower.snapshot.routes["shop"].policies == ("staff@2",)
        assert before.routes["shop"].policies == ("staff@1",)

    def test_keeps_the_very_object_of_a_route_that_did_not_change(
        self, source: MemorySource
    ) -> None:
        follower = follow(source)
        follower.poll()
        before = follower.snapshot
        other = make_route("shop", "staff")
        plain = make_route("wiki", "staff")

        source.publish(
            4, make_chunk(routes=[plain, other], policies=[make_policy("staff")])
        )
        follower.poll()

        assert before is not None
        assert follower.snapshot is not None
        assert follower.snapshot.routes["wiki"] is before.routes["wiki"]

    def test_leaves_out_policies_that_decide_over_nothing(
        self, source: MemorySource
    ) -> None:
        source.publish(4, make_chunk(policies=[make_policy("staff")]))
        follower = follow(source)

        follower.poll()

        assert follower.snapshot is not None
        assert not follower.snapshot.policies

    def test_makes_no_fresh_age_of_a_failed_poll(self, source: MemorySource) -> None:
        follower = follow(source)
        assert follower.age() == math.inf
        source.is_gone = True

        with pytest.raises(SourceGoneError):
            follower.poll()

        assert follower.age() == math.inf
        source.is_gone = False
        follower.poll()
        assert follower.age() < 60


def truncated(root: SignedRoot) -> SignedRoot:
    return SignedRoot(root.data[:-9], root.signature)


def bit_flipped(root: SignedRoot) -> SignedRoot:
    return SignedRoot(bytes([root.data[0] ^ 1]) + root.data[1:], root.signature)


def of_other_kind(number: int, **values: Any) -> SignedRoot:
    return make_root(number, {"root": make_chunk()}, **values)


class TestRefusal:
    @pytest.fixture(autouse=True)
    def quiet(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.CRITICAL)

    @pytest.mark.parametrize(
        "root",
        [
            truncated(of_other_kind(4)),
            bit_flipped(of_other_kind(4)),
            SignedRoot(of_other_kind(4).data, of_other_kind(5).signature),
            of_other_kind(4, key=Ed25519PrivateKey.from_private_bytes(b"x" * 32)),
            of_other_kind(4, format=2),
            of_other_kind(4, ceilings=[]),
            of_other_kind(4, namespaces={"root": "0" * 64}),
            of_other_kind(4, namespaces="none"),
            of_other_kind(4, certificates="0" * 64),
            make_root(4, {"other": make_chunk()}),
            make_root(4, {"root": make_chunk(routes=[make_route("a", "absent")])}),
            make_root(4, {"root": make_chunk(routes=[make_route("a", gate=1)])}),
            make_root(4, {"root": make_chunk(routes=[make_route("a")] * 2)}),
            make_root(4, {"root": make_chunk(routes=None)}),
            make_root(4, {"root": b"{"}),
        ],
        ids=range(15),
    )
    def test_keeps_the_last_good_snapshot(
        self, source: MemorySource, root: SignedRoot
    ) -> None:
        follower = follow(source)
        follower.poll()
        good = follower.snapshot
        for chunk in (
            make_chunk(),
            make_chunk(routes=[make_route("a", "absent")]),
            make_chunk(routes=[make_route("a", gate=1)]),
            make_chunk(routes=[make_route("a")] * 2),
            make_chunk(routes=None),
            b"{",
        ):
            source.held[content_hash(chunk)] = chunk

        source.roots[4] = root
        follower.poll()

        assert follower.snapshot is good
        assert follower.problem
        assert source.reports[-1] == (3, follower.problem)

    def test_refuses_a_chunk_that_was_changed(self, source: MemorySource) -> None:
        follower = follow(source)
        follower.poll()
        chunk = make_chunk(routes=[make_route("shop")])
        source.publish(4, chunk)
        source.held[content_hash(chunk)] = chunk.replace(b"shop", b"shut")

        follower.poll()

        assert follower.snapshot is not None
        assert follower.snapshot.number == 3
        assert "hash" in follower.problem

    def test_refuses_to_go_back_to_an_older_one(self, source: MemorySource) -> None:
        follower = follow(source)
        follower.poll()
        source.publish(2, make_chunk())
        del source.roots[3]

        follower.poll()

        assert follower.snapshot is not None
        assert follower.snapshot.number == 3
        assert "not newer" in follower.problem

    def test_refuses_an_old_one_that_goes_by_a_new_number(
        self, source: MemorySource
    ) -> None:
        follower = follow(source)
        follower.poll()
        source.roots[9] = source.roots[3]

        follower.poll()

        assert "not newer" in follower.problem

    def test_refuses_what_the_engine_can_not_use(self, source: MemorySource) -> None:
        def compile_all(snapshot: Snapshot) -> None:
            if snapshot.number == 4:
                raise ValueError("a policy is not understood")

        follower = follow(source, on_snapshot=compile_all)
        follower.poll()
        source.publish(4, make_chunk())

        follower.poll()

        assert follower.snapshot is not None
        assert follower.snapshot.number == 3
        assert follower.problem == "a policy is not understood"

    def test_takes_over_the_next_good_one(self, source: MemorySource) -> None:
        follower = follow(source)
        follower.poll()
        source.roots[4] = truncated(of_other_kind(4))
        follower.poll()

        source.publish(5, make_chunk())
        follower.poll()

        assert follower.snapshot is not None
        assert follower.snapshot.number == 5
        assert follower.problem == ""


class TestPeople:
    def test_follows_somebody_who_is_deactivated(self, source: MemorySource) -> None:
        changed: list[frozenset[str] | None] = []
        follower = follow(source, on_people=changed.append)
        follower.poll()
        assert follower.people.person("ada") == ADA
        source.persons["ada"] = ADA._replace(is_active=False)
        source.announce("people", "ada")

        follower.poll()

        assert follower.people.person("ada") is None
        assert changed == [None, frozenset({"ada"})]

    def test_reads_the_few_people_that_a_directory_names(
        self, source: MemorySource
    ) -> None:
        follower = follow(source)
        follower.poll()
        ben = PersonEntry("ben", "ben-ext", "", "corp", True)
        source.persons |= {"ben": ben, "cyd": ben._replace(id="cyd")}

        source.announce("directory", "corp", person_ids=("ben",))
        follower.poll()

        assert follower.people.person("ben") == ben
        assert follower.people.person("cyd") is None

    def test_reads_a_whole_directory_and_drops_who_is_gone(
        self, source: MemorySource
    ) -> None:
        ben = PersonEntry("ben", "ben-ext", "", "corp", True)
        source.persons["ben"] = ben
        follower = follow(source)
        follower.poll()
        del source.persons["ben"]
        source.persons["cyd"] = ben._replace(id="cyd")

        source.announce("directory", "corp")
        follower.poll()

        assert follower.people.person("ben") is None
        assert follower.people.person("cyd") is not None

    def test_follows_a_device_that_is_taken_away(self, source: MemorySource) -> None:
        key = DeviceEntry("key", "any", "cred", "enr", None, None)
        source.owned = [("ada", key)]
        follower = follow(source)
        follower.poll()
        assert follower.people.devices["ada"] == (key,)

        source.owned = []
        source.announce("devices", "key")
        follower.poll()

        assert "ada" not in follower.people.devices

    def test_follows_a_session_that_is_revoked(self, source: MemorySource) -> None:
        ends_at = NOW + timedelta(hours=1)
        session = SessionEntry("hash", "one", "ada", "wiki.example.com", ends_at)
        source.session_list = [session]
        follower = follow(source)
        follower.poll()
        host = "wiki.example.com"
        people = follower.people
        assert people.session("hash", host=host, now=NOW) == session
        assert people.session("hash", host="shop.example.com", now=NOW) is None
        assert people.session("hash", host=host, now=ends_at) is None

        source.session_list = []
        source.announce("sessions", "one")
        follower.poll()

        assert people.session("hash", host=host, now=NOW) is None

    def test_forgets_a_token_that_was_replaced(self, source: MemorySource) -> None:
        robot = AccountEntry("old", "robot", "Robot", "root", "ada", None)
        source.account_list = [robot]
        follower = follow(source)
        follower.poll()
        assert follower.people.account("old", now=NOW) == robot

        source.account_list = [robot._replace(key="new")]
        source.announce("accounts", "robot")
        follower.poll()

        assert follower.people.account("old", now=NOW) is None
        assert follower.people.account("new", now=NOW) is not None

    def test_does_not_count_an_account_whose_owner_is_deactivated(
        self, source: MemorySource
    ) -> None:
        source.persons["ada"] = ADA._replace(is_active=False)
        source.account_list = [AccountEntry("k", "robot", "Robot", "root", "ada", None)]
        follower = follow(source)

        follower.poll()

        assert follower.people.account("k", now=NOW) is None

    def test_reads_everything_when_the_source_went_back(
        self, source: MemorySource
    ) -> None:
        source.announce("people", "ada")
        follower = follow(source)
        follower.poll()
        source.log.clear()
        source.persons = {}

        follower.poll()

        assert follower.people.person("ada") is None


class TestThread:
    def test_follows_until_it_is_stopped(self, source: MemorySource) -> None:
        follower = follow(source, interval=0.001)

        follower.start()

        assert follower.wait(60)
        follower.stop()
        assert follower.snapshot is not None

    def test_goes_on_after_a_fault(self, source: MemorySource) -> None:
        source.is_gone = True
        follower = follow(source, interval=0.001)

        follower.start()
        source.is_gone = False

        assert follower.wait(60)
        follower.stop()


class TestMemory:
    def test_looks_for_no_garbage_while_it_reads_everything(
        self, source: MemorySource
    ) -> None:
        seen: list[bool] = []
        follower = follow(source, on_snapshot=lambda _: seen.append(gc.isenabled()))

        follower.poll()
        source.publish(4, make_chunk(routes=[make_route("blog")]))
        follower.poll()

        assert seen == [False, True]
        assert gc.isenabled()
