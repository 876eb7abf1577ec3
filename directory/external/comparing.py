"""What a reading would change, and why somebody should look at it first."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from directory.external.fields import DATE, TEXT
from directory.external.records import Record

COMPARED_ALIKE = frozenset({TEXT, DATE})
FEW = 10  # records: a change of fewer is nobody's accident worth a person's time


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """What a reading would write: `put` replaces what has the same key."""

    put: tuple[Record, ...] = ()
    gone: tuple[str, ...] = ()
    new: int = field(default=0)

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not self.put and not self.gone

    def counts(self) -> dict[str, int]:
        """Return how much of what."""
        changed = len(self.put) - self.new
        return {"new": self.new, "changed": changed, "gone": len(self.gone)}

    def as_json(self) -> dict[str, Any]:
        """Return it as a run keeps it while it is held."""
        put = [[one.key, one.network, one.text] for one in self.put]
        return {"put": put, "gone": list(self.gone), "new": self.new}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "RecordPlan":
        """Return what `as_json` made."""
        put = tuple(Record(*one) for one in kept["put"])
        return cls(put, tuple(kept["gone"]), kept["new"])


def digest_of(record: Record) -> str:
    """Return what is another text for another record."""
    text = f"{record.network}\n{record.text}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def compare(known: Mapping[str, str], records: Mapping[str, Record]) -> RecordPlan:
    """Compare the digests that are known by key with records that came."""
    put = [one for one in records.values() if known.get(one.key) != digest_of(one)]
    return RecordPlan(
        tuple(put),
        tuple(sorted(known.keys() - records.keys())),
        sum(one.key not in known for one in put),
    )


def find_reasons(
    known: Collection[str],
    plan: RecordPlan,
    *,
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    brake_percent: int,
) -> list[str]:
    """Say why a reading should be held: much is gone, or fields are not what they were.

    A field that policies compare as a number and that is a text now makes their
    criteria fail without a word, those of denials as well.
    """
    if not known:
        return []
    reasons = []
    gone, total = len(plan.gone), len(known)
    if gone == total or (gone > FEW and gone * 100 > total * brake_percent):
        reasons.append(f"{gone:,} of {total:,} records are gone")
    types = {one["name"]: one for one in after}
    for one in before:
        name, now = one["name"], types.get(one["name"])
        if now is None and one["count"] * 2 > total and gone < total:
            reasons.append(f"no record has the field `{name}` any more")
        elif now is not None and _differ(one["type"], now["type"]):
            was, is_now = one["type"], now["type"]
            reasons.append(f"the field `{name}` was {was}, and is {is_now} now")
    return reasons


def _differ(was: str, now: str) -> bool:
    return was != now and not {was, now} <= COMPARED_ALIKE
