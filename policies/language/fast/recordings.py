"""What a quick decision found, and the tree that is made of it when it is read."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from policies.language.composition import part_results
from policies.language.criteria.registry import Finding
from policies.language.evaluator import policy_result
from policies.language.modes import Mode

if TYPE_CHECKING:
    from policies.language.compiler import CompiledCriterion
    from policies.language.composition import PartResult, RouteProgram
    from policies.language.decision import Decision
    from policies.language.facts import Facts

    from .forms import Kind

    Values = tuple[bool | Finding, ...]


class Recording(tuple[Any, ...]):
    """An explanation: the decision with its reasons, and what each criterion found.

    The tree is put together when it is first read, from what was recorded; only the
    facts that are shown with it are then looked up again, and facts never change. It is
    a tuple because Python makes nothing else as quickly: decision, plan, facts, values.
    """

    @property
    def decision(self) -> Decision:
        """The answer with the reasons of both sides; traces are with the parts."""
        found: Decision = self[0]
        return found

    @cached_property
    def parts(self) -> tuple[PartResult, ...]:
        """What each policy said, with its tree."""
        _, plan, facts, values = self
        found: tuple[PartResult, ...] = plan.parts(facts, values)
        return found


class Plan:
    """How to read what was recorded of a route: the kinds of its quick criteria.

    There is None for a criterion that was asked as the evaluator asks it.
    """

    __slots__ = ("kinds", "route")

    def __init__(self, route: RouteProgram, kinds: tuple[Kind | None, ...]) -> None:
        self.route = route
        self.kinds = kinds

    def parts(self, facts: Facts, values: Values) -> tuple[PartResult, ...]:
        """Return what each policy said, from what its criteria found."""
        recorded = iter(zip(self.kinds, values, strict=True))
        return part_results(
            self.route,
            lambda program: policy_result(
                program, lambda entry: _finding(entry, *next(recorded), facts)
            ),
        )


def _finding(
    entry: CompiledCriterion, kind: Kind | None, value: Any, facts: Facts
) -> Finding:
    if kind is None:
        found: Finding = value
        return found
    seen = entry.condition.find(facts, Mode.POSTERN).seen
    return Finding(value, kind.reason(holds=value), seen)
