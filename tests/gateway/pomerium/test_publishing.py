"""Publishing to a databroker: what is written, in which order, what faults leave."""

import base64
import threading
from typing import Any

import grpc
import pytest

from gateway.pomerium import schema
from gateway.pomerium.client import BrokerError, BrokerReplacedError
from gateway.pomerium.publishing import ForeignRecordsError, NotKeptError, publish
from gateway.pomerium.records import (
    ACCOUNT,
    CONFIG,
    DIRECTORY_GROUP,
    MAX_SHARD,
    Wanted,
    struct_of,
)
from gateway.pomerium.scripts import DIRECTORY_USER, SOURCE_TYPE
from gateway.pomerium.tokens import SecretError, read_secret
from tests.gateway.pomerium.broker import FakeBroker, connected
from tests.gateway.pomerium.wanting import (
    NOW,
    OWNER,
    STAFF,
    make_people,
    make_policy,
    make_records,
    make_route,
    make_snapshot,
    want,
    without,
)

EMPLOYEES = "hr/Employee"


def wanted_of_two() -> Wanted:
    """Return what is wanted of two routes in a namespace each."""
    policy = make_policy("staff", STAFF)
    routes = [make_route(name, policy, namespace_id=name) for name in ("mail", "wiki")]
    people = make_people(records=make_records({"user-0": {"level": 3}}))
    return want(make_snapshot(*routes, policies=(policy,)), people)


def foreign_record(kind: str, pk: str, type_url: str, value: bytes) -> Any:
    record = schema.Record(type=kind, id=pk)
    record.data.type_url, record.data.value = type_url, value
    return record


def test_an_empty_databroker_gets_everything_in_the_order_that_denies() -> None:
    wanted = wanted_of_two()

    with FakeBroker() as fake, connected(fake) as broker:
        outcome = publish(broker, wanted)

        order = [kind for put in fake.puts for kind in dict.fromkeys(put)]
        assert order[-2:] == [SOURCE_TYPE, CONFIG]
        assert fake.ids(DIRECTORY_USER) == {"user-0", "user-1"}
        assert fake.ids(DIRECTORY_GROUP) == {"staff"}
        assert fake.ids(EMPLOYEES) == {"user-0"}
        assert fake.ids(ACCOUNT) == {"robot"}
        assert fake.ids(CONFIG) == {f"{OWNER}/mail", f"{OWNER}/wiki"}
        assert outcome.written == len(fake.records)
        assert outcome.server_version == fake.server_version


def test_what_is_there_already_is_not_sent_again() -> None:
    with FakeBroker() as fake, connected(fake) as broker:
        publish(broker, wanted_of_two())
        fake.calls.clear()

        outcome = publish(broker, wanted_of_two())

        assert fake.puts == []
        assert (outcome.written, outcome.removed) == (0, 0)
        assert outcome.kept == len(fake.records)


def test_only_what_changed_is_sent_and_what_is_gone_is_removed() -> None:
    wanted = wanted_of_two()
    with FakeBroker() as fake, connected(fake) as broker:
        publish(broker, wanted)
        fake.calls.clear()
        fewer = without(wanted, "mail")
        del fewer.data[EMPLOYEES, "user-0"]

        outcome = publish(broker, fewer, former_types=[EMPLOYEES])

        # The record goes after the routes that may look at it.
        assert fake.puts == [[CONFIG], [EMPLOYEES]]
        assert fake.ids(CONFIG) == {f"{OWNER}/wiki"}
        assert fake.ids(EMPLOYEES) == set()
        assert (outcome.written, outcome.removed) == (0, 2)


def test_what_somebody_changed_or_removed_is_mended() -> None:
    wanted = wanted_of_two()
    with FakeBroker() as fake, connected(fake) as broker:
        publish(broker, wanted)
        held = fake.records[CONFIG, f"{OWNER}/wiki"]
        held.data.value = schema.Config(name="emptied").SerializeToString()
        del fake.records[DIRECTORY_USER, "user-1"]
        fake.store(
            foreign_record(
                CONFIG, f"{OWNER}/added", held.data.type_url, held.data.value
            )
        )

        outcome = publish(broker, wanted)

        assert (outcome.written, outcome.removed) == (2, 1)
        config = schema.Config.FromString(
            fake.records[CONFIG, f"{OWNER}/wiki"].data.value
        )
        assert [one.id for one in config.routes] == ["wiki"]


def test_records_of_others_stay_as_they_are() -> None:
    theirs = struct_of({"id": "theirs"}, "another").value
    others = [
        foreign_record(CONFIG, "ingress-controller", CONFIG, b"\n\x05other"),
        foreign_record(CONFIG, "unreadable", CONFIG, b"\xff\xff"),
        foreign_record(CONFIG, f"{OWNER}-two/x", CONFIG, b""),
        foreign_record(DIRECTORY_USER, "theirs", struct_of({}, OWNER).type_url, theirs),
        foreign_record(ACCOUNT, "own", ACCOUNT, b"\n\x03own"),
    ]
    with FakeBroker() as fake, connected(fake) as broker:
        for one in others:
            fake.store(one)
        before = dict(fake.records)

        publish(broker, wanted_of_two())
        publish(broker, Wanted(OWNER), former_types=[EMPLOYEES])

        assert fake.records == before


def test_nothing_is_written_where_somebody_else_wrote() -> None:
    type_url = struct_of({}, OWNER).type_url
    with FakeBroker() as fake, connected(fake) as broker:
        fake.store(foreign_record(DIRECTORY_USER, "user-0", type_url, b""))

        with pytest.raises(ForeignRecordsError, match="DirectoryUser `user-0`"):
            publish(broker, wanted_of_two())

        assert fake.puts == []


def test_a_route_that_somebody_else_publishes_is_a_conflict() -> None:
    theirs = schema.Config(routes=[schema.Route(id="wiki")]).SerializeToString()
    with FakeBroker() as fake, connected(fake) as broker:
        fake.store(foreign_record(CONFIG, "another-console", CONFIG, theirs))

        with pytest.raises(ForeignRecordsError, match="another-console"):
            publish(broker, wanted_of_two())

        assert fake.puts == []


def test_a_restart_with_an_empty_storage_is_noticed_and_all_is_sent_anew() -> None:
    wanted = wanted_of_two()
    with FakeBroker() as fake, connected(fake) as broker:
        publish(broker, wanted)
        changed = want(
            make_snapshot(make_route("wiki", namespace_id="wiki")), make_people(3)
        )
        restarts = iter([True])

        def restart(name: str, _: Any) -> None:
            if name == "Put" and next(restarts, False):
                fake.restart()

        fake.fault = restart

        publish(broker, changed, former_types=[EMPLOYEES])

        expected = {*changed.data, *changed.sources, *changed.configs}
        assert set(fake.records) == expected


def test_a_storage_that_changes_all_the_time_is_an_error() -> None:
    with FakeBroker() as fake, connected(fake) as broker:

        def restart(name: str, _: Any) -> None:
            if name == "Put":
                fake.restart()

        fake.fault = restart

        with pytest.raises(BrokerReplacedError):
            publish(broker, wanted_of_two())


def test_when_data_are_refused_no_route_is_sent() -> None:
    with FakeBroker() as fake, connected(fake) as broker:

        def refuse(name: str, context: Any) -> None:
            if name == "Put":
                context.abort(grpc.StatusCode.UNAVAILABLE, "leader lost")

        fake.fault = refuse

        with pytest.raises(BrokerError, match="can't be reached"):
            publish(broker, wanted_of_two())

        assert fake.ids(CONFIG) == set()


def test_half_of_the_writes_refused_is_mended_by_the_next_run() -> None:
    wanted = want(make_snapshot(make_route("wiki")), make_people(5000))
    with FakeBroker() as fake, connected(fake) as broker:
        seen: list[str] = []

        def refuse(name: str, context: Any) -> None:
            if name == "Put":
                seen.append(name)
                if len(seen) == 2:
                    context.abort(grpc.StatusCode.INTERNAL, "disk full")

        fake.fault = refuse
        with pytest.raises(BrokerError, match="INTERNAL"):
            publish(broker, wanted)
        assert fake.ids(CONFIG) == set()
        written = len(fake.records)

        outcome = publish(broker, wanted)

        assert 0 < written < outcome.written
        assert outcome.kept == written
        assert fake.ids(CONFIG) == {f"{OWNER}/root"}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (grpc.StatusCode.UNAVAILABLE, "can't be reached"),
        (grpc.StatusCode.UNIMPLEMENTED, "no databroker"),
        (grpc.StatusCode.UNAUTHENTICATED, "refuses the shared secret"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "too large"),
        (grpc.StatusCode.DATA_LOSS, "DATA_LOSS"),
    ],
)
@pytest.mark.parametrize("call", ["ServerInfo", "SyncLatest", "Put"])
def test_every_fault_of_every_call_is_said_in_words(
    call: str, code: grpc.StatusCode, words: str
) -> None:
    with FakeBroker() as fake, connected(fake) as broker:

        def fail(name: str, context: Any) -> None:
            if name == call:
                context.abort(code, "why")

        fake.fault = fail

        with pytest.raises(BrokerError, match=words):
            publish(broker, wanted_of_two())

        assert fake.ids(CONFIG) == set()


def test_a_databroker_that_never_answers_is_given_up() -> None:
    with FakeBroker() as fake, connected(fake, seconds=0.3) as broker:

        def hang(_: str, context: Any) -> None:
            is_given_up = threading.Event()
            context.add_callback(is_given_up.set)
            is_given_up.wait(60)

        fake.fault = hang

        with pytest.raises(BrokerError, match="in time"):
            publish(broker, wanted_of_two())


def test_another_secret_is_refused() -> None:
    with FakeBroker() as fake, connected(fake, key=b"x" * 32) as broker:
        with pytest.raises(BrokerError, match="refuses the shared secret"):
            publish(broker, wanted_of_two())

        assert fake.calls == []


def test_writes_that_are_not_kept_are_noticed() -> None:
    with FakeBroker() as fake, connected(fake) as broker:

        def forget(name: str, _: Any) -> None:
            if name == "SyncLatest":
                fake.records.pop((CONFIG, f"{OWNER}/wiki"), None)

        fake.fault = forget

        with pytest.raises(NotKeptError):
            publish(broker, wanted_of_two())


def test_routes_that_are_many_go_in_parts_that_core_takes_and_stay_in_them() -> None:
    policy = make_policy("staff", STAFF)
    routes = [make_route(f"r{n}", policy) for n in range(400)]
    wanted = want(make_snapshot(*routes, policies=(policy,)))
    fewer = want(make_snapshot(*routes[1:], policies=(policy,)))

    assert len(wanted.configs) > 1
    assert max(len(one.value) for one in wanted.configs.values()) < MAX_SHARD
    differing = {
        key for key, one in wanted.configs.items() if fewer.configs[key] != one
    }
    assert len(differing) == 1
    with FakeBroker() as fake, connected(fake) as broker:
        publish(broker, wanted)

        held = [
            one.id
            for (kind, _), record in fake.records.items()
            if kind == CONFIG
            for one in schema.Config.FromString(record.data.value).routes
        ]
    assert sorted(held) == sorted(one.id for one in routes)


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    with FakeBroker() as fake, connected(fake) as broker:
        publish(
            broker, wanted_of_two(), progress=lambda done, all: told.append((done, all))
        )

        total = len(fake.records)
    assert told[-1] == (total, total)


def test_a_secret_is_base64_of_32_bytes() -> None:
    assert read_secret(base64.b64encode(b"k" * 32).decode()) == b"k" * 32
    for text in ("", "not base64!", base64.b64encode(b"short").decode()):
        with pytest.raises(SecretError):
            read_secret(text)


def test_nothing_in_the_past_counts_as_loaded() -> None:
    people = make_people(records=make_records({}, complete_at=None))

    wanted = want(make_snapshot(make_route("wiki")), people)

    assert {pk for _, pk in wanted.sources} == {"directory"}
    assert (
        str(int(NOW.timestamp()) + 3600).encode()
        in next(iter(wanted.sources.values())).value
    )
