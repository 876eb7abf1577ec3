"""Trying a policy: the answer to a request that was thought up. Writes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from console.core.actor import Actor
from namespaces import access
from namespaces.permissions import Permission
from policies import language, selectors
from policies.language import Explanation, PolicyLanguageError
from policies.language.evaluator import CriterionResult, OperatorResult, RuleResult
from policies.selectors import Attempt
from policies.services import rules


@dataclass(frozen=True, slots=True)
class TriedCriterion:
    """One criterion: whether it held, why, and what it looked at.

    `holds` is None when the data that it needs is missing.
    """

    name: str
    line: int
    holds: bool | None
    reason: str
    fact: str
    seen: Any


@dataclass(frozen=True, slots=True)
class TriedOperator:
    operator: str
    line: int
    holds: bool
    criteria: tuple[TriedCriterion, ...]


@dataclass(frozen=True, slots=True)
class TriedRule:
    action: str
    line: int
    holds: bool
    operators: tuple[TriedOperator, ...]


@dataclass(frozen=True, slots=True)
class TriedPolicy:
    """One policy's part in an answer; `id` is None for a route's own rules."""

    id: str | None
    allows: bool
    denies: bool
    is_enforced: bool
    rules: tuple[TriedRule, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """The answer to an attempt, with each rule's part in it.

    `outcome` is allow, deny, login or device-enrollment; `reasons` are those that
    made it so.
    """

    attempt: Attempt
    outcome: str
    status: int
    reasons: tuple[str, ...]
    policies: tuple[TriedPolicy, ...]

    @property
    def is_allowed(self) -> bool:
        return self.outcome == language.Outcome.ALLOW.value


def try_policy(
    attempt: Attempt,
    *,
    actor: Actor,
    now: datetime,
    policy_id: UUID | str | None = None,
    namespace_id: UUID | str | None = None,
    source: str | None = None,
) -> Trial:
    """Answer an attempt by one policy alone, as saved or as drafted.

    With `source` the draft is tried: in the place of the policy, or of a new one in
    `namespace_id`. Needs the right to try policies where it lives.

    Raises:
        PolicyNotFoundError, NamespaceNotFoundError, PermissionDeniedError
        PolicyTextError: the draft has problems.
        ValidationFailedError: the person or the device isn't there.
    """
    if policy_id is not None:
        policy, _ = rules.load(policy_id, Permission.POLICY_TRY, actor=actor)
        source = policy.source if source is None else source
    else:
        access.check_can(actor, Permission.POLICY_TRY, namespace_id or UUID(int=0))
    facts = selectors.facts_for(attempt, actor=actor, now=now)
    try:
        program = selectors.compile_source(source or "")
    except PolicyLanguageError as error:
        raise rules.text_error(error, source or "") from error
    return trial_of(attempt, language.explain(program, facts))


def trial_of(attempt: Attempt, explanation: Explanation) -> Trial:
    """Return what the language explains in the form that pages and the API show."""
    decision = explanation.decision
    if decision.is_allowed:
        reasons = decision.allow_reasons
    elif decision.deny:
        reasons = decision.deny_reasons
    else:
        reasons = decision.allow_reasons | decision.deny_reasons
    return Trial(
        attempt=attempt,
        outcome=decision.outcome.value,
        status=decision.status,
        reasons=tuple(sorted(reasons)),
        policies=tuple(
            TriedPolicy(
                id=part.part.id,
                allows=part.allow.value,
                denies=part.deny.value,
                is_enforced=part.is_enforced,
                rules=tuple(map(_rule, part.tree.rules)) if part.tree else (),
            )
            for part in explanation.parts
        ),
    )


def _rule(rule: RuleResult) -> TriedRule:
    return TriedRule(
        action=rule.action.value,
        line=rule.span.line,
        holds=rule.result.value,
        operators=tuple(map(_operator, rule.operators)),
    )


def _operator(block: OperatorResult) -> TriedOperator:
    return TriedOperator(
        operator=block.operator.value,
        line=block.span.line,
        holds=block.result.value,
        criteria=tuple(map(_criterion, block.criteria)),
    )


def _criterion(found: CriterionResult) -> TriedCriterion:
    return TriedCriterion(
        name=found.name,
        line=found.span.line,
        holds=found.value,
        reason=str(found.reason),
        fact=found.fact,
        seen=_plain(found.seen),
    )


def _plain(seen: Any) -> Any:
    """Return what a criterion looked at as JSON."""
    if seen is None or isinstance(seen, bool | int | float | str):
        return seen
    if isinstance(seen, dict):
        return {str(key): _plain(value) for key, value in seen.items()}
    if isinstance(seen, set | frozenset):
        return sorted(map(str, seen))
    if isinstance(seen, list | tuple):
        return [_plain(value) for value in seen]
    return str(seen)
