"""Reasons and booleans become an answer in Core's order."""

from __future__ import annotations

import pytest

from policies.language import Result, decide
from policies.language.decision import Trace


def result(value: bool, *reasons: str) -> Result:
    return Result(value, frozenset(reasons))


YES, NO = result(True, "accept"), result(False)


@pytest.mark.parametrize(
    ("allowed", "denied", "outcome", "status"),
    [
        (YES, NO, "allow", 200),
        (NO, NO, "deny", 403),
        (YES, result(True, "email-ok"), "deny", 403),
        (result(False, "email-unauthorized"), NO, "deny", 403),
        (YES, result(False, "client-certificate-required"), "deny", 495),
        (YES, result(True, "invalid-client-certificate"), "deny", 495),
        (
            result(True, "user-unauthenticated"),
            result(False, "client-certificate-required"),
            "deny",
            495,
        ),
        (result(True, "client-certificate-required"), NO, "allow", 200),
        (result(True, "user-unauthenticated"), NO, "login", 302),
        (YES, result(True, "user-unauthenticated", "email-ok"), "login", 302),
        (
            result(False, "user-unauthenticated", "device-unauthenticated"),
            NO,
            "login",
            302,
        ),
        (
            YES,
            result(True, "device-unauthenticated"),
            "device-enrollment",
            302,
        ),
        (result(True, "device-unauthenticated"), NO, "device-enrollment", 302),
        (
            YES,
            result(False, "client-certificate-required", "device-unauthenticated"),
            "device-enrollment",
            302,
        ),
        (YES, result(True, "device-unauthorized"), "deny", 450),
        (result(False, "device-unauthorized", "x"), NO, "deny", 450),
        (NO, result(True, "route-not-found"), "deny", 404),
    ],
)
def test_the_first_that_applies_decides(
    allowed: Result, denied: Result, outcome: str, status: int
) -> None:
    decision = decide(allowed, denied)

    assert (decision.outcome, decision.status) == (outcome, status)
    assert decision.is_allowed is (outcome == "allow")


def test_a_decision_tells_what_led_to_it() -> None:
    allowed = Result(True, frozenset({"device-ok"}), {"device_type": "any"})
    denied = Result(False, frozenset({"x"}), {"a": "b"})

    decision = decide(allowed, denied, [Trace("p1", allowed, denied)])

    assert (decision.allow, decision.deny) == (True, False)
    assert decision.allow_reasons == {"device-ok"}
    assert decision.deny_reasons == {"x"}
    assert decision.allow_data == {"device_type": "any"}
    assert decision.deny_data == {"a": "b"}
    assert [trace.id for trace in decision.traces] == ["p1"]
