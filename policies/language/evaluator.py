"""Programs and facts to decisions, with the tree of everything that was looked at.

One walk serves deciding and explaining, so that the two can't disagree. Missing data is
settled where it is met, after an inversion: in an allow rule it can't help, in a deny
rule it applies. The operators only ever join, so this equals carrying a third value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .decision import Result
from .facts import NOTHING
from .grammar import Action, Operator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .compiler import CompiledCriterion, CompiledOperator, CompiledRule, Program
    from .criteria import Finding
    from .errors import Span
    from .facts import Facts
    from .modes import Mode
    from .reasons import Reason

    Find = Callable[[CompiledCriterion], Finding]


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One criterion: what it found, and what it adds to its operator."""

    compiled: CompiledCriterion
    finding: Finding
    result: Result

    @property
    def name(self) -> str:
        return self.compiled.node.key

    @property
    def span(self) -> Span:
        return self.compiled.node.span

    @property
    def value(self) -> bool | None:
        """The value before `not` and `nor`; None when the data is missing."""
        return self.finding.value

    @property
    def reason(self) -> Reason:
        return self.finding.reason

    @property
    def fact(self) -> str:
        return self.compiled.criterion.fact

    @property
    def seen(self) -> Any:
        return self.finding.seen


@dataclass(frozen=True, slots=True)
class OperatorResult:
    compiled: CompiledOperator
    result: Result
    criteria: tuple[CriterionResult, ...]

    @property
    def operator(self) -> Operator:
        return self.compiled.operator

    @property
    def span(self) -> Span:
        return self.compiled.node.span


@dataclass(frozen=True, slots=True)
class RuleResult:
    compiled: CompiledRule
    result: Result
    operators: tuple[OperatorResult, ...]

    @property
    def action(self) -> Action:
        return self.compiled.action

    @property
    def span(self) -> Span:
        return self.compiled.node.span


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """A whole policy: its two results, and each rule's part in them."""

    allow: Result
    deny: Result
    rules: tuple[RuleResult, ...]


def evaluate_program(program: Program, facts: Facts, mode: Mode) -> PolicyResult:
    """Evaluate one policy. Pure, and never raises."""
    return policy_result(
        program, lambda entry: entry.condition_for(mode).find(facts, mode)
    )


def policy_result(program: Program, find: Find) -> PolicyResult:
    """Put together what a policy says from what its criteria find.

    They are asked once each, in the order in which they are written.
    """
    rules = tuple(_rule(rule, find) for rule in program.rules)
    return PolicyResult(
        allow=_alternatives(rules, Action.ALLOW),
        deny=_alternatives(rules, Action.DENY),
        rules=rules,
    )


def _alternatives(rules: tuple[RuleResult, ...], action: Action) -> Result:
    """Join the operators of all rules of an action: each of them is enough."""
    return merge_or(
        block.result
        for rule in rules
        if rule.action is action
        for block in rule.operators
    )


def _rule(rule: CompiledRule, find: Find) -> RuleResult:
    blocks = tuple(_operator(block, find, rule.action) for block in rule.operators)
    return RuleResult(rule, merge_or(block.result for block in blocks), blocks)


def _operator(block: CompiledOperator, find: Find, action: Action) -> OperatorResult:
    inverts = block.operator.inverts
    criteria = tuple(
        _criterion(entry, find(entry), action, inverts=inverts)
        for entry in block.criteria
    )
    merge = merge_and if block.operator.needs_all else merge_or
    return OperatorResult(block, merge(entry.result for entry in criteria), criteria)


def _criterion(
    entry: CompiledCriterion, finding: Finding, action: Action, *, inverts: bool
) -> CriterionResult:
    if finding.value is None:
        value = action is Action.DENY
    else:
        value = finding.value is not inverts
    result = Result(value, frozenset((finding.reason,)), finding.data)
    return CriterionResult(entry, finding, result)


def merge_and(results: Iterable[Result]) -> Result:
    """Join results all of which must hold: false for the reasons of the false ones."""
    return _join(tuple(results), decisive=False)


def merge_or(results: Iterable[Result]) -> Result:
    """Join alternatives: true for the reasons of the true ones; none is false."""
    return _join(tuple(results), decisive=True)


def _join(results: tuple[Result, ...], *, decisive: bool) -> Result:
    """Join results: those of the decisive value, if any, decide and give reasons."""
    deciding = tuple(result for result in results if result.value is decisive)
    value = decisive if deciding else not decisive
    counted = deciding or results
    reasons: frozenset[str] = frozenset().union(*(result.reasons for result in counted))
    return Result(value, reasons, _join_data(counted))


def _join_data(results: tuple[Result, ...]) -> Mapping[str, str]:
    """Join data; where keys clash the largest value wins, whatever the order."""
    joined: dict[str, str] = {}
    for result in results:
        for key, value in result.data.items():
            joined[key] = max(value, joined.get(key, value))
    return joined or NOTHING
