"""What Core's own input and records become: each part where it belongs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policies.language.conformance import (
    CREDENTIAL,
    DEFAULT_NOW,
    DIRECTORY_USER,
    ENROLLMENT,
    SERVICE_ACCOUNT,
    SESSION,
    USER,
    Records,
    facts_from_core,
)
from policies.language.facts import (
    ClientCertificate,
    Device,
    DirectoryUser,
    Facts,
    Mcp,
    Person,
    Request,
    Session,
    Ssh,
)

HTTP = {
    "method": "PUT",
    "path": "/a b",
    "raw_path": "/a%20b",
    "raw_query": "c=d",
    "host": "e.example:8443",
    "hostname": "e.example",
    "url": "https://e.example:8443/a%20b?c=d",
    "headers": {"X-F": "g"},
    "ip": "192.0.2.1",
    "body": "h",
    "client_certificate": {"presented": True, "leaf": "PEM"},
}
INPUT: dict[str, Any] = {
    "http": HTTP,
    "session": {"id": "s1"},
    "is_valid_client_certificate": True,
    "ssh": {"username": "root", "publickey": "ssh-ed25519 AAAA"},
    "mcp": {"method": "tools/call", "tool_call": {"name": "list"}},
}
USED = [
    {"type_id": "yubikey", "Credential": {"Id": "c1"}},
    {"type_id": "yubikey", "Credential": {"Id": "c2"}},
    {"type_id": "phone", "Credential": {"Id": "gone"}},
    {"type_id": None, "Credential": {"Id": "c1"}},
    {"type_id": "none", "Credential": None},
]
RECORDS: Records = {
    SESSION: {
        "s1": {
            "id": "s1",
            "user_id": "u1",
            "claims": {"a": ["b"]},
            "device_credentials": USED,
        },
        "s2": {"id": "s2", "user_id": "u2", "device_credentials": USED[1:2]},
        "as-s2": {"id": "as-s2", "user_id": "u1", "impersonate_session_id": "s2"},
        "as-none": {"id": "as-none", "impersonate_session_id": "gone"},
    },
    SERVICE_ACCOUNT: {"a1": {"id": "a1", "user_id": "u2"}},
    USER: {
        "u1": {"id": "u1", "email": "ada@example.com", "claims": {"c": ["d"]}},
        "u2": {},
    },
    DIRECTORY_USER: {
        "u1": {"email": "ada@directory.example", "group_ids": ["g1", "g2"]},
        "u2": {},
    },
    CREDENTIAL: {
        "c1": {"id": "c1", "enrollment_id": "e1"},
        "c2": {"id": "c2", "enrollment_id": "e2"},
    },
    ENROLLMENT: {"e1": {"id": "e1", "approved_by": "root"}, "e2": {}},
}


def facts_of(session_id: str, *, now: datetime = DEFAULT_NOW) -> Facts:
    return facts_from_core({"session": {"id": session_id}}, RECORDS, now=now)


def test_every_part_is_where_it_belongs() -> None:
    facts = facts_from_core(INPUT, RECORDS)

    assert facts.now == DEFAULT_NOW
    assert facts.core_input is INPUT
    assert facts.request == Request(
        method="PUT",
        path="/a b",
        raw_path="/a%20b",
        query="c=d",
        host="e.example:8443",
        hostname="e.example",
        url="https://e.example:8443/a%20b?c=d",
        headers={"X-F": "g"},
        ip="192.0.2.1",
        body="h",
    )
    assert facts.session == Session(id="s1", user_id="u1", claims={"a": ["b"]})
    assert facts.person == Person(id="u1", email="ada@example.com", claims={"c": ["d"]})
    assert facts.directory_user == DirectoryUser(
        email="ada@directory.example", group_ids=("g1", "g2")
    )
    assert facts.certificate == ClientCertificate(
        presented=True, leaf="PEM", is_valid=True
    )
    assert facts.ssh == Ssh(username="root", publickey="ssh-ed25519 AAAA")
    assert facts.mcp == Mcp(method="tools/call", tool="list")


def test_the_first_credential_of_each_type_counts() -> None:
    devices = facts_from_core(INPUT, RECORDS).devices

    assert devices == {
        "yubikey": Device(credential_id="c1", enrollment_id="e1", approved_by="root"),
        "phone": Device(credential_id="", enrollment_id="", approved_by=None),
    }


def test_what_is_not_there_is_empty() -> None:
    facts = facts_from_core({}, {})

    assert facts.request == Request(
        method=None,
        path=None,
        raw_path="",
        query="",
        host="",
        hostname="",
        url="",
        headers={},
        ip="",
        body="",
    )
    assert (facts.session, facts.person, facts.directory_user) == (None, None, None)
    assert facts.devices == {}
    assert facts.certificate == ClientCertificate(
        presented=None, leaf="", is_valid=False
    )
    assert facts.ssh == Ssh(username=None, publickey=None)
    assert facts.mcp == Mcp(method=None, tool=None)


def test_records_without_anything_in_them_are_there() -> None:
    facts = facts_of("s2")

    assert facts.session == Session(id="s2", user_id="u2", claims={})
    assert facts.person == Person(id="", email="", claims={})
    assert facts.directory_user == DirectoryUser(email="", group_ids=())
    assert facts.devices["yubikey"].enrollment_id == ""


@pytest.mark.parametrize("part", ["http", "session", "ssh", "mcp"])
def test_a_part_that_is_no_mapping_is_none(part: str) -> None:
    facts = facts_from_core({part: ["x"]}, RECORDS)

    assert replace(facts, core_input={}) == replace(
        facts_from_core({}, RECORDS), core_input={}
    )


def test_an_account_acts_by_itself() -> None:
    facts = facts_of("a1")

    assert facts.session == Session(id="a1", user_id="u2", is_service_account=True)


def test_whoever_impersonates_is_the_other_with_their_devices() -> None:
    facts = facts_of("as-s2")

    assert facts.session is not None
    assert facts.session.user_id == "u2"
    assert facts.devices["yubikey"].credential_id == "c2"


def test_whoever_impersonates_nobody_is_nobody() -> None:
    facts = facts_of("as-none")

    assert facts.session is None
    assert facts.devices == {}


def test_an_id_that_is_no_text_finds_nothing() -> None:
    assert facts_from_core({"session": {"id": 7}}, RECORDS).session is None


@pytest.mark.parametrize(
    ("later", "is_there"),
    [
        (timedelta(), True),
        (timedelta(microseconds=-1), True),
        (timedelta(microseconds=1), False),
        (timedelta(seconds=1), False),
    ],
)
def test_a_record_is_there_until_it_has_expired(
    later: timedelta, is_there: bool
) -> None:
    expiry = datetime(2026, 1, 1, 0, 0, 0, 500, tzinfo=UTC)
    seconds = int(expiry.timestamp())
    record = {"id": "s", "expires_at": {"seconds": seconds, "nanos": 500_000}}
    asked = {"session": {"id": "s"}}

    facts = facts_from_core(asked, {SESSION: {"s": record}}, now=expiry + later)

    assert (facts.session is not None) is is_there


def test_an_expiry_is_at_the_beginning_of_time_if_nothing_else_is_said() -> None:
    records = {SESSION: {"s": {"id": "s", "expires_at": {}}}}

    assert facts_from_core({"session": {"id": "s"}}, records).session is None
    before = datetime(1970, 1, 1, tzinfo=UTC)
    found = facts_from_core({"session": {"id": "s"}}, records, now=before)
    assert found.session is not None
