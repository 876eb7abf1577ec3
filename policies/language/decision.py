"""From reasons and booleans to the answer, in the order in which Core looks at them.

How the booleans come about is in `evaluator`; what is sent to the client is up to the
gateway.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from .facts import NOTHING
from .reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Outcome(StrEnum):
    ALLOW = "allow"
    DENY = "deny"
    LOGIN = "login"
    DEVICE_ENROLLMENT = "device-enrollment"


@dataclass(frozen=True, slots=True)
class Result:
    """A value with the reasons for it, and the data that goes with them."""

    value: bool
    reasons: frozenset[str] = frozenset()
    data: Mapping[str, str] = NOTHING


@dataclass(frozen=True, slots=True)
class Trace:
    """What one policy of a route said; `id` is None for the route's own rules."""

    id: str | None
    allow: Result
    deny: Result


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to a request, with everything that led to it.

    `status` is what a browser gets; `traces` has one entry for each policy.
    """

    outcome: Outcome
    status: int
    allowed: Result
    denied: Result
    traces: tuple[Trace, ...] = ()

    @property
    def allow(self) -> bool:
        return self.allowed.value

    @property
    def deny(self) -> bool:
        return self.denied.value

    @property
    def allow_reasons(self) -> frozenset[str]:
        return self.allowed.reasons

    @property
    def deny_reasons(self) -> frozenset[str]:
        return self.denied.reasons

    @property
    def allow_data(self) -> Mapping[str, str]:
        return self.allowed.data

    @property
    def deny_data(self) -> Mapping[str, str]:
        return self.denied.data

    @property
    def is_allowed(self) -> bool:
        return self.outcome is Outcome.ALLOW


OK: Final = 200
FOUND: Final = 302
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
DEVICE_UNAUTHORIZED: Final = 450
INVALID_CLIENT_CERTIFICATE: Final = 495

CERTIFICATE_REASONS: Final = frozenset(
    {Reason.CLIENT_CERTIFICATE_REQUIRED, Reason.INVALID_CLIENT_CERTIFICATE}
)


def decide(allowed: Result, denied: Result, traces: Iterable[Trace] = ()) -> Decision:
    """Turn the two results into an outcome.

    The booleans come late: a reason that asks for a certificate, for signing in or for
    a device counts first, even if its rule did not apply.
    """
    outcome, status = _outcome(allowed, denied)
    return Decision(outcome, status, allowed, denied, tuple(traces))


def _outcome(allowed: Result, denied: Result) -> tuple[Outcome, int]:
    if denied.reasons & CERTIFICATE_REASONS:
        return _refusal(denied.reasons)
    either = allowed.reasons | denied.reasons
    if Reason.USER_UNAUTHENTICATED in either:
        return Outcome.LOGIN, FOUND
    if Reason.DEVICE_UNAUTHENTICATED in either:
        return Outcome.DEVICE_ENROLLMENT, FOUND
    if denied.value:
        return _refusal(denied.reasons)
    if allowed.value:
        return Outcome.ALLOW, OK
    return _refusal(allowed.reasons)


def _refusal(reasons: frozenset[str]) -> tuple[Outcome, int]:
    if Reason.DEVICE_UNAUTHENTICATED in reasons:
        return Outcome.DEVICE_ENROLLMENT, FOUND
    if Reason.DEVICE_UNAUTHORIZED in reasons:
        return Outcome.DENY, DEVICE_UNAUTHORIZED
    if Reason.ROUTE_NOT_FOUND in reasons:
        return Outcome.DENY, NOT_FOUND
    if reasons & CERTIFICATE_REASONS:
        return Outcome.DENY, INVALID_CLIENT_CERTIFICATE
    return Outcome.DENY, FORBIDDEN
