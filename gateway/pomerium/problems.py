"""What is in the way of a configuration that Core would accept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What Core would refuse, and with it everything else.

    Attributes:
        subject: what it is about, as people call it: `route Wiki`.
        subject_id: the id of the route or certificate.
        text: what is wrong.
        remedy: what to do.
    """

    subject: str
    subject_id: str
    text: str
    remedy: str


class UnfitError(Exception):
    """One thing that Core would refuse; `remedy` says what to do."""

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(text)
        self.remedy = remedy
