"""From what `allow` and `deny` are, to the verdict that a route puts together.

Core reads every malformed value as false, which opens a `deny`. Ours refuses: a
malformed `deny` counts as a deny, and so does everything that went wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from policies.language import Mode, Reason, Result, Verdict

if TYPE_CHECKING:
    from .evaluation import Answer

_MOST: Final = 3
_VALUE, _REASONS, _DATA = 0, 1, 2
_ABSENT: Final = object()


class RegoReason(StrEnum):
    """Why a policy in Rego refuses that has not come to a decision."""

    BUDGET_EXCEEDED = "policy-budget-exceeded"
    CRASHED = "policy-crashed"
    CONFLICT = "policy-conflict"
    ERROR = "policy-error"
    MALFORMED = "policy-malformed"
    QUARANTINED = "policy-quarantined"
    QUOTA_EXCEEDED = "policy-quota-exceeded"


_ERRORS: Final = {
    "cpu": RegoReason.BUDGET_EXCEEDED,
    "memory": RegoReason.BUDGET_EXCEEDED,
    "late": RegoReason.BUDGET_EXCEEDED,
    "crash": RegoReason.CRASHED,
    "conflict": RegoReason.CONFLICT,
    "quota": RegoReason.QUOTA_EXCEEDED,
    "quarantined": RegoReason.QUARANTINED,
}
# Types whose records come from the directory.
_DIRECTORY: Final = "pomerium.io/Directory"


def refusal(reason: str) -> Verdict:
    """Return the verdict of a policy that refuses for one reason."""
    return Verdict(Result(False), Result(True, frozenset({reason})))


def verdict_of(
    answer: Answer, *, mode: Mode = Mode.POSTERN, missing: Collection[str] = ()
) -> Verdict:
    """Return what an answer says. `missing` names the record types without data."""
    # Where data is missing, an evaluation may well end with an error.
    is_missing = bool(missing) and mode is Mode.POSTERN
    if answer.error and not (is_missing and answer.error == "failed"):
        return refusal(_ERRORS.get(answer.error, RegoReason.ERROR))
    if is_missing:
        is_directory = any(kind.startswith(_DIRECTORY) for kind in missing)
        return refusal(
            Reason.DIRECTORY_DATA_UNAVAILABLE
            if is_directory
            else Reason.RECORD_DATA_UNAVAILABLE
        )
    allow = read_result(answer.values.get("allow", _ABSENT))
    denying = answer.values.get("deny", _ABSENT)
    deny = read_result(denying)
    is_empty_set = denying == [] and answer.kinds.get("deny") == "Set"
    if mode is Mode.POSTERN and not is_well_formed(denying) and not is_empty_set:
        deny = Result(True, frozenset({RegoReason.MALFORMED}))
    return Verdict(allow, deny)


def is_well_formed(value: Any) -> bool:
    """Return whether a value is undefined, or true or false in one of the forms."""
    if value is _ABSENT or isinstance(value, bool):
        return True
    return (
        isinstance(value, list)
        and 1 <= len(value) <= _MOST
        and isinstance(value[_VALUE], bool)
    )


def malformed(answer: Answer) -> list[str]:
    """Return which of `allow` and `deny` are defined and have no meaning."""
    return [
        name
        for name, value in answer.values.items()
        if not is_well_formed(value)
        and not (value == [] and answer.kinds.get(name) == "Set")
    ]


def read_result(value: Any) -> Result:
    """Read a value as Core does: what has no meaning is false."""
    if isinstance(value, bool):
        return Result(value)
    if not isinstance(value, list) or not 1 <= len(value) <= _MOST:
        return Result(False)
    first = value[_VALUE]
    reasons = value[_REASONS] if len(value) > _REASONS else None
    data = value[_DATA] if len(value) > _DATA else None
    return Result(
        first is True,
        frozenset(map(_printed, reasons)) if isinstance(reasons, list) else frozenset(),
        dict(data) if isinstance(data, Mapping) else {},
    )


def _printed(value: Any) -> str:
    """Return a value as Go prints it, which is how Core shows reasons."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{' '.join(map(_printed, value))}]"
    if isinstance(value, Mapping):
        pairs = (f"{key}:{_printed(value[key])}" for key in sorted(value))
        return f"map[{' '.join(pairs)}]"
    return str(value)
