"""Sets of reasons as integers, and the decisions that two of them stand for.

A result is a signed integer: above zero it holds, below zero it doesn't, and its bits
are the reasons. Bit 0 is none of them, so that a result without reasons has a sign too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.language.decision import Decision, Result, decide
from policies.language.grammar import Action
from policies.language.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from policies.language.criteria.registry import Finding

NO_REASON: Final = 1
# Those of everyday criteria come first: small integers are quick.
_EVERYDAY: Final = ("user", "email", "domain", "groups", "claim", "http", "accept")
_ORDER: Final = sorted(
    Reason, key=lambda reason: not reason.value.startswith(_EVERYDAY)
)
_BITS: Final = {reason: 2 << number for number, reason in enumerate(_ORDER)}
# So many pairs differ only in an installation that makes them up; then begin again.
MAX_DECISIONS: Final = 10_000


def bits_of(reason: Reason) -> int:
    """Return the bit of a reason."""
    return _BITS[reason]


def signing(action: Action, *, inverts: bool) -> Callable[[Finding], int]:
    """Return what tells the signed result of a finding, in its place in a policy."""

    def sign(found: Finding) -> int:
        # Not known counts for a deny rule and against an allow rule.
        holds = found.value is not inverts
        if found.value is None:
            holds = action is Action.DENY
        bits = bits_of(found.reason)
        return bits if holds else -bits

    return sign


def reasons_of(bits: int) -> Iterable[str]:
    """Iterate over the reasons of a set."""
    return (reason for reason, bit in _BITS.items() if bits & bit)


class Decisions(dict[tuple[int, int], Decision]):
    """The decision of each pair of signed results: what allows, and what denies."""

    __slots__ = ()

    def __missing__(self, pair: tuple[int, int]) -> Decision:
        if len(self) >= MAX_DECISIONS:
            self.clear()
        allowed, denied = (
            Result(signed > 0, frozenset(reasons_of(abs(signed)))) for signed in pair
        )
        found = self[pair] = decide(allowed, denied)
        return found
