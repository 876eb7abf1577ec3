"""What enforcement knows of a person is what Try says, for people of all kinds."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from console.core.actor import system
from devices.models import DeviceCredential, DeviceEnrollment, DeviceType, Status
from directory import services as directory_services
from directory.models import (
    Directory,
    ExternalDataSource,
    ExternalRecord,
    Group,
    User,
)
from directory.sync.snapshot import GroupRecord, PersonRecord, Snapshot
from gateway import selectors, services
from gateway.stream import Follower
from namespaces import services as namespace_services
from policies import selectors as policy_selectors
from policies.language import Facts
from policies.selectors import Attempt
from tests.factories import (
    NOW,
    make_directory,
    make_group,
    make_service_account,
    make_user,
)
from tests.gateway.following import follow
from tests.people import Cast, actor_of

AGES = (None, timedelta(hours=1), timedelta(hours=23), timedelta(hours=25))
RECORD_TYPES = ("example.com/User", "example.com/Mail", "example.com/Network")
KEYS = ("user.id", "user.email", "request.ip")
ADDRESSES = ("10.1.2.3", "10.1.9.9", "192.0.2.7", "2001:db8::7", "nonsense", "")


def make_devices(person: User, types: list[DeviceType], dice: random.Random) -> None:
    for number in range(dice.randrange(4)):
        at = NOW - timedelta(days=dice.randrange(3), seconds=number)
        credential = DeviceCredential.objects.create(
            user=person,
            device_type=dice.choice(types),
            external_id=str(uuid4()),
            public_key=b"",
            created_at=at,
            modified_at=at,
        )
        status = dice.choice([*Status.values, None])
        if status is None:
            continue
        is_approved = status in {Status.APPROVED, Status.SUSPENDED}
        DeviceEnrollment.objects.create(
            credential=credential,
            status=status,
            enrolled_at=at,
            approved_at=at if is_approved else None,
            approved_by=dice.choice([person, None]) if is_approved else None,
            expires_at=dice.choice([None, NOW, NOW + timedelta(days=1)]),
            created_at=at,
            modified_at=at,
        )


def make_people(dice: random.Random, count: int) -> list[User]:
    directories: list[Directory | None] = [None]
    for _ in range(dice.randrange(3)):
        age = dice.choice(AGES)
        complete_at = None if age is None else NOW - age
        directories.append(make_directory(complete_at=complete_at))
    groups: list[Group] = []
    for directory in directories[1:]:
        for _ in range(3):
            active = dice.random() < 0.7
            groups.append(make_group(directory=directory, is_active=active))
    types = list(DeviceType.objects.all())
    people = []
    for _ in range(count):
        person = make_user(
            directory=dice.choice(directories),
            claims=dice.choice([{}, {"department": ["é", "x"]}, {"a": {"b": True}}]),
        )
        for group in dice.sample(groups, dice.randrange(len(groups) + 1)):
            group.memberships.create(user=person)
        make_devices(person, types, dice)
        people.append(person)
    return people


def make_records(people: Iterable[User], dice: random.Random) -> None:
    for record_type, key in zip(RECORD_TYPES, KEYS, strict=True):
        age = dice.choice(AGES)
        if dice.random() < 0.2:
            continue
        source = ExternalDataSource.objects.create(
            record_type=record_type,
            foreign_key=key,
            complete_at=None if age is None else NOW - age,
            created_at=NOW,
            modified_at=NOW,
        )
        records: dict[str, Any] = {"192.0.2.7": {"$index": {"cidr": "10.0.0.0/8"}}}
        if key == "request.ip":
            for net in ("10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32", "no network"):
                records[net] = {"$index": {"cidr": net}, "name": net}
        for person in people:
            if dice.random() < 0.5:
                value = {"user.id": person.external_id, "user.email": person.email}
                records[value.get(key, person.email)] = {"level": dice.randrange(9)}
        ExternalRecord.objects.bulk_create(
            ExternalRecord(
                source=source,
                record_id=pk,
                network=data.get("$index", {}).get("cidr", "") if "/" in pk else "",
                data=data,
            )
            for pk, data in records.items()
        )


def plain(facts: Facts) -> Any:
    """Return facts as what can be compared: groups as a set, records looked up."""
    records = {
        one: (facts.records.state(one), facts.records.find(one, facts))
        for one in (*RECORD_TYPES, "example.com/Unknown")
    }
    user = facts.directory_user
    known = user and replace(user, group_ids=frozenset(user.group_ids))
    bare = replace(facts, directory_user=known, records=None, now=None)  # type: ignore[arg-type]
    return (
        replace(bare, devices=dict(bare.devices)),
        dict((bare.person and bare.person.claims) or {}),
        records,
    )


def compare(follower: Follower, person: User, dice: random.Random) -> None:
    used = dice.choice([None, *DeviceCredential.objects.filter(user=person)])
    attempt = Attempt(
        at=NOW,
        person_id=person.pk,
        device_id=used.pk if used else None,
        host="wiki.example.com",
        path="/a%20b?c=d",
        address=dice.choice(ADDRESSES),
    )
    tried = policy_selectors.facts_for(attempt, actor=system("test"), now=NOW)

    enforced = follower.people.facts(
        now=NOW,
        request=tried.request,
        person_id=str(person.pk),
        session_id=tried.session.id if tried.session else "",
        device_ids=[str(used.pk)] if used else [],
    )

    assert plain(enforced) == plain(tried)


def check(seed: int, count: int) -> None:
    dice = random.Random(seed)
    people = make_people(dice, count)
    make_records(people, dice)
    follower = follow()
    for person in people:
        compare(follower, person, dice)


@pytest.mark.parametrize("seed", range(6))
def test_facts_of_the_stream_are_those_of_try(cast: Cast, seed: int) -> None:
    check(seed, count=12)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 140))
def test_facts_of_the_stream_are_those_of_try_at_length(cast: Cast, seed: int) -> None:
    check(seed, count=60)


def test_nobody_is_told_the_same(cast: Cast) -> None:
    follower = follow()
    attempt = Attempt(at=NOW, host="wiki.example.com", address="10.1.2.3")
    tried = policy_selectors.facts_for(attempt, actor=system("test"), now=NOW)

    enforced = follower.people.facts(now=NOW, request=tried.request)

    assert plain(enforced) == plain(tried)


def test_somebody_deactivated_is_nobody(cast: Cast) -> None:
    User.objects.filter(pk=cast.ben.pk).update(is_active=False)
    follower = follow()
    request = policy_selectors.plain_request("wiki", "/", now=NOW).request

    facts = follower.people.facts(
        now=NOW, request=request, person_id=str(cast.ben.pk), session_id="s"
    )

    assert facts.session is None
    assert facts.person is None


def test_a_token_that_is_revoked_is_gone_at_the_next_poll(cast: Cast) -> None:
    robot, _ = make_service_account("robot")
    follower = follow()
    assert [one.name for one in follower.people.accounts.values()] == ["robot"]

    namespace_services.revoke_api_account(
        robot.pk, version=robot.version, actor=actor_of(cast.root), now=NOW
    )
    follower.poll()

    assert not follower.people.accounts


def test_somebody_who_leaves_a_group_is_followed(cast: Cast) -> None:
    ben = PersonRecord(id="ben-ext", group_ids=frozenset({"devs"}))
    devs = GroupRecord(id="devs", name="Devs")
    load(Snapshot(people=(ben,), groups=(devs,)))
    follower = follow()
    person = User.objects.get(external_id="ben-ext")
    assert follower.people.people[str(person.pk)].group_ids == ("devs",)

    load(Snapshot(people=(replace(ben, group_ids=frozenset()),), groups=(devs,)))
    follower.poll()
    assert follower.people.people[str(person.pk)].group_ids == ()

    load(Snapshot(people=(), groups=(devs,)))
    follower.poll()
    assert follower.people.person(str(person.pk)) is None


def test_a_new_name_of_a_group_is_followed(cast: Cast) -> None:
    ben = PersonRecord(id="ben-ext", group_ids=frozenset({"devs"}))
    devs = GroupRecord(id="devs", name="Devs")
    load(Snapshot(people=(ben,), groups=(devs,)))
    follower = follow()
    person = str(User.objects.get(external_id="ben-ext").pk)
    before = follower.people.people[person].groups

    load(Snapshot(people=(ben,), groups=(replace(devs, name="Developers"),)))
    follower.poll()

    assert before == (("devs", "Devs"),)
    assert follower.people.people[person].groups == (("devs", "Developers"),)


def load(snapshot: Snapshot) -> None:
    directory_services.load_snapshot(
        snapshot, name="corp", provider="demo", actor=system("test"), now=NOW
    )


def test_the_database_tells_what_time_it_is(db: None) -> None:
    services.deploy_changes(now=NOW)

    told = selectors.DatabaseSource(lambda *_: None).head().now

    assert told is not None
    assert abs(told - timezone.now()) < timedelta(minutes=1)
