"""The answer to a request that was thought up, as pages and the API show it.

How it comes about is in `trying`, and for routes in `routes`.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from policies import language, selectors
from policies.language import Decision, Explanation, Names, Outcome, Reason
from policies.language.evaluator import CriterionResult, OperatorResult, RuleResult
from policies.language.facts import Device
from policies.language.sentences import OPERATOR_WORDS
from policies.language.wording import phrase
from policies.selectors import GROUPS, Attempt, RegoAnswer
from policies.services.tried_rego import TriedRego, tried_rego
from policies.translating import translated

MAX_SAID = 200
NO_ANSWERS: Mapping[str, RegoAnswer] = {}
INVALID_CERTIFICATE = 495  # refused before anything else is asked


@dataclass(frozen=True, slots=True)
class TriedCriterion:
    """One criterion: whether it held, why, and what it looked at.

    `holds` is None when the data that it needs is missing. `words` says what it asks
    for, `saw` what it met, both with names instead of ids.
    """

    name: str
    words: str
    line: int
    holds: bool | None
    reason: str
    fact: str
    seen: Any
    saw: str


@dataclass(frozen=True, slots=True)
class TriedOperator:
    operator: str
    words: str
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
    """One policy's part in an answer; `id` is None for a route's own rules.

    A policy in PPL has `rules`, one in Rego has `rego` instead.
    """

    id: str | None
    allows: bool
    denies: bool
    is_enforced: bool
    rules: tuple[TriedRule, ...]
    rego: TriedRego | None = None


@dataclass(frozen=True, slots=True)
class TriedChange:
    """A criterion that would have to turn out otherwise."""

    words: str
    must_hold: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """The answer to an attempt, with each rule's part in it.

    `outcome` is allow, deny, login or device-enrollment; `reasons` are those that
    made it so. `changes` are the ways in which a refusal would become a yes, the
    smallest first, each of several criteria that would all have to turn.
    """

    attempt: Attempt
    outcome: str
    status: int
    reasons: tuple[str, ...]
    policies: tuple[TriedPolicy, ...]
    changes: tuple[tuple[TriedChange, ...], ...] = ()

    @property
    def is_allowed(self) -> bool:
        """The request goes through."""
        return self.outcome == Outcome.ALLOW.value

    @property
    def why(self) -> str:
        """What made it so, in a sentence."""
        if self.outcome == Outcome.LOGIN.value:
            return gettext("nobody has signed in, and that is asked for first")
        if self.outcome == Outcome.DEVICE_ENROLLMENT.value:
            return gettext("a registered device is asked for first")
        if self.is_allowed:
            return gettext("an allow rule applies, and no deny rule")
        if any(one.denies for one in self.policies):
            return gettext("a deny rule applies")
        if any(one.is_enforced and not one.allows for one in self.policies):
            return gettext("an enforced policy is not satisfied")
        return gettext("no allow rule applies")


def trial_of(
    attempt: Attempt,
    explanation: Explanation,
    *,
    answers: Mapping[str, RegoAnswer] = NO_ANSWERS,
) -> Trial:
    """Return what the language explains in the form that pages and the API show.

    `answers` are those of the policies in Rego, by id.
    """
    names = selectors.name_groups_in(explanation)
    decision = explanation.decision
    return Trial(
        attempt=attempt,
        outcome=decision.outcome.value,
        status=decision.status,
        reasons=_deciding_reasons(decision),
        policies=tuple(
            TriedPolicy(
                id=part.part.id,
                allows=part.allow.value,
                denies=part.deny.value,
                is_enforced=part.is_enforced,
                rules=_rules(part.tree.rules, names) if part.tree else (),
                rego=tried_rego(answers.get(part.part.id or "")),
            )
            for part in explanation.parts
        ),
        changes=tuple(
            tuple(
                TriedChange(translated(phrase(one.compiled.node, names)), not one.value)
                for one in change.criteria
            )
            for change in language.smallest_changes(explanation)
        ),
    )


def _deciding_reasons(decision: Decision) -> tuple[str, ...]:
    """Return the reasons that the outcome looked at, in the order of the alphabet."""
    either = decision.allow_reasons | decision.deny_reasons
    if decision.outcome is Outcome.LOGIN:
        reasons = either & {Reason.USER_UNAUTHENTICATED}
    elif decision.outcome is Outcome.DEVICE_ENROLLMENT:
        reasons = either & {Reason.DEVICE_UNAUTHENTICATED}
    elif decision.deny or decision.status == INVALID_CERTIFICATE:
        reasons = decision.deny_reasons
    else:
        reasons = decision.allow_reasons
    return tuple(sorted(map(str, reasons)))


def _rules(rules: Iterable[RuleResult], names: Names) -> tuple[TriedRule, ...]:
    return tuple(
        TriedRule(
            action=rule.action.value,
            line=rule.span.line,
            holds=rule.result.value,
            operators=tuple(_operator(block, names) for block in rule.operators),
        )
        for rule in rules
    )


def _operator(block: OperatorResult, names: Names) -> TriedOperator:
    return TriedOperator(
        operator=block.operator.value,
        words=translated(OPERATOR_WORDS[block.operator]),
        line=block.span.line,
        holds=block.result.value,
        criteria=tuple(_criterion(one, names) for one in block.criteria),
    )


def _criterion(found: CriterionResult, names: Names) -> TriedCriterion:
    return TriedCriterion(
        name=found.name,
        words=translated(phrase(found.compiled.node, names)),
        line=found.span.line,
        holds=found.value,
        reason=str(found.reason),
        # They are met by id and shown by name.
        fact=gettext("the groups")
        if found.compiled.node.name == GROUPS
        else translated(found.fact),
        seen=_plain(found.seen),
        saw=_said(found.seen, names),
    )


def _plain(seen: Any) -> Any:
    """Return what a criterion looked at as JSON."""
    if seen is None or isinstance(seen, bool | int | float | str):
        return seen
    if isinstance(seen, Mapping):
        return {str(key): _plain(value) for key, value in seen.items()}
    if isinstance(seen, Set):
        return sorted(map(str, seen))
    if isinstance(seen, Sequence):
        return [_plain(value) for value in seen]
    if isinstance(seen, Device):
        return {
            "credential_id": seen.credential_id,
            "enrollment_id": seen.enrollment_id,
            "approved": seen.approved_by is not None,
        }
    return str(seen)


def _said(seen: Any, names: Names) -> str:
    """Return what a criterion looked at for people, on one line."""
    if isinstance(seen, Device):
        if not seen.credential_id:
            return gettext("no device")
        if seen.approved_by:
            return gettext("a device, approved")
        return gettext("a device, not approved")
    plain = _plain(seen)
    if plain is None or plain == "":
        return gettext("nothing")
    if isinstance(plain, list):
        said = ", ".join(names.groups.get(str(one), str(one)) for one in plain)
        said = said or gettext("none")
    else:
        said = str(plain)
    return said if len(said) <= MAX_SAID else f"{said[:MAX_SAID]}…"
