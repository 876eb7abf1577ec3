"""The registered device that a session was used with."""

from __future__ import annotations

from typing import Any

import pytest

from policies.language import Mode, SourceState
from policies.language.facts import Device, Facts, Session

from .deciding import ANONYMOUS, answer, decide_on, find
from .reading import codes_of, problems_of


def with_device(kind: str = "any", **device: Any) -> Facts:
    return Facts(session=Session(id="s1"), devices={kind: Device(**device)})


APPROVED = with_device(credential_id="c1", enrollment_id="e1", approved_by="ben")
PENDING = with_device(credential_id="c1", enrollment_id="e1")
NONE = Facts(session=Session(id="s1"))
OK = (True, "device-ok")
UNAUTHORIZED = (False, "device-unauthorized")
UNAUTHENTICATED = (False, "device-unauthenticated")


@pytest.mark.parametrize(
    ("data", "facts", "expected"),
    [
        ("{type: any}", PENDING, OK),
        ("{type: any}", NONE, UNAUTHENTICATED),
        ("{type: enclave_only}", PENDING, UNAUTHENTICATED),
        ("{type: any}", ANONYMOUS, (False, "user-unauthenticated")),
        ("{is: c1}", PENDING, OK),
        ("{is: c2}", PENDING, UNAUTHORIZED),
        ("{is: c1}", with_device("enclave_only", credential_id="c1"), UNAUTHENTICATED),
        ("{is: ''}", NONE, UNAUTHENTICATED),
        ("{approved: true}", APPROVED, OK),
        ("{approved: true}", PENDING, UNAUTHORIZED),
        ("{approved: true}", with_device(credential_id="c1"), UNAUTHENTICATED),
        ("{approved: true}", ANONYMOUS, (False, "user-unauthenticated")),
        ("{approved: false}", APPROVED, UNAUTHORIZED),
        ("{approved: false}", ANONYMOUS, OK),
        ("{approved: null}", PENDING, OK),
        ("{approved: 0}", PENDING, OK),
        ("{approved: ''}", PENDING, OK),
        ("{approved: 'false'}", PENDING, UNAUTHORIZED),
        ("{approved: []}", PENDING, UNAUTHORIZED),
        ("{}", ANONYMOUS, OK),
    ],
)
def test_a_device_is_matched_by_type_id_and_approval(
    data: str, facts: Facts, expected: tuple[bool, str]
) -> None:
    assert answer(f"device: {data}", facts) == expected


def test_the_device_type_is_told_with_every_answer() -> None:
    facts = [NONE, APPROVED, ANONYMOUS]

    found = [find("device: {type: secure_key}", one).finding.data for one in facts]

    assert found == [{"device_type": "secure_key"}] * 3


def test_the_largest_type_is_told_whatever_the_order() -> None:
    either = ["device: {type: any}", "device: {type: enclave_only}"]
    for order in (either, either[::-1]):
        decision = decide_on(f"allow: {{or: [{', '.join(order)}]}}", NONE)

        assert decision.allow_data == {"device_type": "enclave_only"}
        assert decision.outcome == "device-enrollment"


def test_a_device_is_undecided_while_the_registry_is_missing() -> None:
    facts = Facts(session=Session(id="s1"), device_registry=SourceState.UNLOADED)

    assert answer("device: {}", facts) == (None, "device-data-unavailable")
    assert answer("device: {}", facts, Mode.CORE_INTENDED) == OK
    anonymous = Facts(device_registry=SourceState.UNLOADED)
    assert answer("device: {type: any}", anonymous)[1] == "user-unauthenticated"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("c1", "not-a-mapping"),
        ("null", "not-a-mapping"),
        ("{is: 5}", "not-a-text"),
        ("{type: [any]}", "not-a-text"),
        ("{aproved: true}", "unknown-matcher-operator"),
    ],
)
def test_what_is_no_device_is_refused(data: str, code: str) -> None:
    assert codes_of(f"allow: {{or: [device: {data}]}}") == [code]


def test_only_true_and_false_can_be_saved_as_approval() -> None:
    for data in ("'false'", "0", "null", "[]", "yes"):
        text = f"allow: {{or: [device: {{approved: {data}}}]}}"
        (problem,) = problems_of(text, saving=True)
        assert problem.code == "not-a-boolean"
        counts_as_true = "count as true" in problem.message
        assert counts_as_true is (data == "'false'")
    assert codes_of("allow: {or: [device: {}]}", saving=True) == ["empty-matcher"]
