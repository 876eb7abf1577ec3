"""External data: the record that belongs to a request, and its fields."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from policies.language import Mode, SourceState
from policies.language.certificates import read_certificate
from policies.language.facts import ClientCertificate, Facts, Person, Request, Session
from policies.language.records import ForeignKey, RecordTable, stored_key

from .deciding import ANONYMOUS, answer
from .keys import client_certificate, pem
from .reading import codes_of

RECORD = {
    "title": "Engineer",
    "score": 5,
    "ratio": 0.5,
    "active": True,
    "teams": ["web", "data"],
    "only": ["web"],
    "empty": None,
}


def on(record: dict[str, Any] | None) -> Facts:
    records = {} if record is None else {"hr": {"u1": record}}
    return Facts(session=Session(id="s1", user_id="u1"), records=RecordTable(records))


@pytest.mark.parametrize(
    ("data", "holds"),
    [
        ("field: title, is: Engineer", True),
        ("field: title, is: engineer", False),
        ("field: title, not: Engineer", False),
        ("field: title, not: Manager", True),
        ("field: title, in: [Engineer, Manager]", True),
        ("field: title, not_in: [Engineer]", False),
        ("field: title, starts_with: Eng", True),
        ("field: title, ends_with: Eng", False),
        ("field: title, contains: gin", True),
        ("field: teams, has: web", True),
        ("field: teams, exclude: web", False),
        ("field: teams, is: web", False),
        ("field: only, is: web", True),
        ("field: only, is: [web]", True),
        ("field: active, is: true", True),
        ("field: active, is: 1", False),
        ("field: empty, is: null", True),
        ("field: score, is: 5", True),
        ("field: score, '=': 5.0", True),
        ("field: score, '=': 4", False),
        ("field: score, '>': 4", True),
        ("field: score, '>': 5", False),
        ("field: score, '>=': 5", True),
        ("field: score, '<': 5", False),
        ("field: score, '<=': 5", True),
        ("field: score, '>': 1, '<': 9", True),
        ("field: ratio, '<': 1", True),
        ("field: title, '>': 1", False),
        ("field: active, '>=': 0", False),
        ("field: nope, is: x", False),
        ("field: nope, not: x", False),
        ("field: nope, exclude: x", False),
        ("exists: true", True),
        ("exists: false", False),
        ("field: title, exists: true", True),
        ("field: nope, exists: true", False),
        ("field: nope, exists: false", True),
        ("field: title, exists: true, is: Manager", False),
    ],
)
def test_fields_are_compared_by_type_and_value(data: str, holds: bool) -> None:
    reason = "record-ok" if holds else "record-unauthorized"

    assert answer(f"record: {{type: hr, {data}}}", on(RECORD)) == (holds, reason)


def test_without_a_record_only_its_absence_holds() -> None:
    for facts in (on(None), ANONYMOUS):
        assert answer("record: {type: hr, exists: false}", facts)[0] is True
        assert answer("record: {type: hr, exists: true}", facts)[0] is False
        assert answer("record: {type: hr, field: x, not: y}", facts)[0] is False


def test_a_record_of_a_missing_source_is_undecided() -> None:
    table = RecordTable({"hr": {"u1": RECORD}}, states={"hr": SourceState.STALE})
    facts = Facts(session=Session(id="s1", user_id="u1"), records=table)
    criterion = "record: {type: hr, exists: true}"

    assert answer(criterion, facts) == (None, "record-data-unavailable")
    assert answer(criterion, facts, Mode.CORE_INTENDED) == (True, "record-ok")


LEAF = pem(client_certificate())


def test_a_record_is_found_by_the_foreign_key_of_its_source() -> None:
    certificate = read_certificate(LEAF)
    assert certificate is not None
    table = RecordTable(
        {
            "by-user": {"u1": {"x": 1}},
            "by-email": {"ada@example.com": {"x": 1}},
            "by-ip": {"192.0.2.7": {"x": 1}},
            "by-certificate": {certificate.fingerprint: {"x": 1}},
        },
        {
            "by-email": ForeignKey.USER_EMAIL,
            "by-ip": ForeignKey.REQUEST_IP,
            "by-certificate": ForeignKey.CERTIFICATE_FINGERPRINT,
        },
    )
    facts = Facts(
        session=Session(id="s1", user_id="u1"),
        person=Person(email="ada@example.com"),
        request=Request(ip="192.0.2.7"),
        certificate=ClientCertificate(presented=True, leaf=LEAF),
        records=table,
    )

    for kind in table.records:
        criterion = f"record: {{type: {kind}, exists: true}}"
        assert answer(criterion, facts)[0] is True
        assert answer(criterion, Facts(records=table))[0] is False


@pytest.mark.parametrize(
    ("ip", "name"),
    [
        ("10.1.2.3", "exact"),
        ("10.1.2.4", "narrow"),
        ("10.9.9.9", "wide"),
        ("::ffff:10.9.9.9", "wide"),
        ("192.0.2.1", None),
        ("nonsense", None),
    ],
)
def test_the_longest_prefix_wins(ip: str, name: str | None) -> None:
    records: dict[str, dict[str, Any]] = {
        "10.1.2.3": {"name": "exact"},
        "a": {"name": "wide", "$index": {"cidr": "10.0.0.0/8"}},
        "b": {"name": "narrow", "$index": {"cidr": "10.1.2.0/24"}},
        "c": {"name": "wider", "$index": {"cidr": "10.0.0.0/7"}},
        "d": {"name": "broken", "$index": {"cidr": "nonsense"}},
        "e": {"name": "odd", "$index": "nonsense"},
    }
    table = RecordTable({"geo": records}, {"geo": ForeignKey.REQUEST_IP})

    found = table.find("geo", Facts(request=Request(ip=ip)))

    assert (None if found is None else found["name"]) == name


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("x", "not-a-mapping"),
        ("null", "not-a-mapping"),
        ("{}", "key-missing"),
        ("{type: hr}", "key-missing"),
        ("{type: hr, field: x}", "operator-missing"),
        ("{field: x, is: y}", "key-missing"),
        ("{type: 5, exists: true}", "not-a-text"),
        ("{type: '', exists: true}", "not-a-text"),
        ("{type: hr, field: [x], is: y}", "not-a-text"),
        ("{type: hr, exists: 'true'}", "not-a-boolean"),
        ("{type: hr, field: x, '>=': '5'}", "not-a-number"),
        ("{type: hr, field: x, '>=': true}", "not-a-number"),
        ("{type: hr, field: x, in: y}", "not-a-list"),
        ("{type: hr, field: x, starts_with: 5}", "not-a-text"),
        ("{type: hr, field: x, '==': 5}", "unknown-matcher-operator"),
    ],
)
def test_what_can_not_be_compared_is_refused(data: str, code: str) -> None:
    assert code in codes_of(f"allow: {{or: [record: {data}]}}")


def test_the_key_of_a_kept_record_is_that_of_the_request() -> None:
    certificate = client_certificate()
    facts = Facts(
        session=Session(id="s", user_id="eve"),
        person=Person(email="Eve.Él@Example.COM"),
        request=Request(ip="10.1.2.3"),
        certificate=ClientCertificate(leaf=pem(certificate)),
    )

    keys = {one: stored_key(one, facts) for one in (*ForeignKey, "device.id")}

    assert keys == {
        "user.id": "eve",
        "user.email": "eve.Él@example.com",
        "request.ip": "10.1.2.3",
        "request.client_certificate.fingerprint": certificate.fingerprint(
            hashes.SHA256()
        ).hex(),
        "device.id": "",
    }
    assert not any(stored_key(one, Facts()) for one in ForeignKey)
