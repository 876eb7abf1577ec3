"""What would have to be otherwise for a refused request to be allowed.

Works on the tree of an explanation: each criterion is taken as a fact that could turn
out the other way, equal criteria together. How a change is worded, and whether the
person asking may see it, is up to others.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

from .criteria.constant import Constant
from .decision import CERTIFICATE_REASONS, Outcome, Result, decide
from .evaluator import merge_and, merge_or
from .grammar import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .composition import PartResult
    from .engine import Explanation
    from .evaluator import CriterionResult, OperatorResult

# More than a few conditions at once help nobody, and their number would explode.
MAX_CRITERIA: Final = 4
_MAX_WAYS: Final = 50

_Key = tuple[str, str]
_Way = frozenset[_Key]
_NOTHING_TO_DO: Final[_Way] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """Criteria that, all of them turning out the other way, would get one in."""

    criteria: tuple[CriterionResult, ...]


def smallest_changes(explanation: Explanation, *, most: int = 5) -> tuple[Change, ...]:
    """Return the smallest sets of criteria that stand between a refusal and access.

    Empty if the request was not refused, or if nothing that a policy asks for would
    help. No set contains another. Signing in and registering a device are outcomes of
    their own and say themselves what to do.
    """
    if explanation.decision.outcome is not Outcome.DENY:
        return ()
    parts = explanation.parts
    known = {_key(entry): entry for block in _blocks(parts) for entry in block.criteria}
    order = {key: place for place, key in enumerate(known)}
    ways: set[_Way] = {_NOTHING_TO_DO}
    for need in _needs(parts):
        joined = {one | other for one, other in product(ways, need)}
        ways = _minimal(way for way in joined if len(way) <= MAX_CRITERIA)
    helpful = _minimal(_helpful(parts, ways))
    found = [sorted(way, key=order.__getitem__) for way in helpful]
    found.sort(key=lambda way: (len(way), [order[key] for key in way]))
    return tuple(Change(tuple(known[key] for key in way)) for way in found[:most])


def _helpful(parts: tuple[PartResult, ...], ways: set[_Way]) -> Iterator[_Way]:
    """Yield the ways that help, with the certificate where its reason alone refuses.

    The reasons on client certificates refuse even where no deny rule applies.
    """
    certificates = frozenset(
        _key(entry)
        for block in _blocks(parts)
        for entry in block.criteria
        if entry.reason in CERTIFICATE_REASONS
    )
    for way in ways:
        for whole in (way, way | certificates):
            if _is_allowed(parts, whole):
                yield whole
                break


def _key(entry: CriterionResult) -> _Key:
    return entry.name, repr(entry.compiled.condition)


def _blocks(
    parts: Iterable[PartResult], action: Action | None = None
) -> Iterator[OperatorResult]:
    for part in parts:
        for rule in part.tree.rules if part.tree else ():
            if action is None or rule.action is action:
                yield from rule.operators


def _needs(parts: tuple[PartResult, ...]) -> Iterator[set[_Way]]:
    """Yield what must be reached, each as the ways to reach it: to be granted access,
    to satisfy each ceiling, and to avoid each deny rule.
    """
    granting = [part for part in parts if not part.is_enforced]
    yield _ways_to_some(granting)
    for part in parts:
        if part.ceiling is not None:
            yield _ways_to_some([part])
        if part.tree is None and part.deny.value:
            yield set()
    for block in _blocks(parts, Action.DENY):
        yield _ways_to(block, wanted=False)


def _ways_to_some(parts: list[PartResult]) -> set[_Way]:
    """Return the ways to make one of several allow rules apply."""
    if any(part.allow.value for part in parts):
        return {_NOTHING_TO_DO}
    ways = (_ways_to(block, wanted=True) for block in _blocks(parts, Action.ALLOW))
    return _minimal(way for some in ways for way in some)


def _ways_to(block: OperatorResult, *, wanted: bool) -> set[_Way]:
    """Return the ways to give an operator a value."""
    if block.result.value is wanted:
        return {_NOTHING_TO_DO}
    turning = [entry for entry in block.criteria if entry.result.value is not wanted]
    fixed = any(isinstance(entry.compiled.condition, Constant) for entry in turning)
    if block.operator.needs_all is wanted:
        # Every one of them has to turn; a constant never does.
        return set() if fixed else {frozenset(map(_key, turning))}
    return {
        frozenset((_key(entry),))
        for entry in turning
        if not isinstance(entry.compiled.condition, Constant)
    }


def _minimal(ways: Iterable[_Way]) -> set[_Way]:
    """Return the ways that contain no other, the smallest first if there are many."""
    kept: list[_Way] = []
    for way in sorted(ways, key=lambda way: (len(way), sorted(way))):
        if len(kept) == _MAX_WAYS:
            break
        if not any(smaller <= way for smaller in kept):
            kept.append(way)
    return set(kept)


def _is_allowed(parts: tuple[PartResult, ...], turned: _Way) -> bool:
    """Return whether the request is allowed once some criteria turn out otherwise."""
    granting, denying = [], []
    for part in parts:
        allowed = _joined(part, Action.ALLOW, turned)
        denying.append(_joined(part, Action.DENY, turned))
        if part.ceiling is not None:
            denying.append(Result(not allowed.value, allowed.reasons))
        if not part.is_enforced:
            granting.append(allowed)
    decision = decide(merge_or(granting), merge_or(denying))
    return decision.outcome is Outcome.ALLOW


def _joined(part: PartResult, action: Action, turned: _Way) -> Result:
    if part.tree is None:
        return part.allow if action is Action.ALLOW else part.deny
    return merge_or(_turned(block, turned) for block in _blocks([part], action))


def _turned(block: OperatorResult, turned: _Way) -> Result:
    """Return the result of an operator; what has turned gives no reason."""
    results = [
        Result(not entry.result.value) if _key(entry) in turned else entry.result
        for entry in block.criteria
    ]
    return (merge_and if block.operator.needs_all else merge_or)(results)
