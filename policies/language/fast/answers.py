"""The answer of a quick decision: the outcome and the status, without the reasons.

Reasons are owed on refusal only, and `explain` gives them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from policies.language.decision import FORBIDDEN, OK, Outcome


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """One of a handful of shared objects, so that `is` compares them."""

    outcome: Outcome
    status: int

    @property
    def is_allowed(self) -> bool:
        return self.outcome is Outcome.ALLOW


@cache
def answer_of(outcome: Outcome, status: int) -> Answer:
    """Return the shared answer of an outcome and a status."""
    return Answer(outcome, status)


ALLOWED: Final = answer_of(Outcome.ALLOW, OK)
REFUSED: Final = answer_of(Outcome.DENY, FORBIDDEN)
