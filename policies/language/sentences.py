"""Policies as plain English: what each rule allows or denies, and where it says so.

How a single criterion is said is in `wording`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policies.texts import counted, joined, worded

from .grammar import Action, Operator
from .wording import NO_NAMES, Names, phrase

if TYPE_CHECKING:
    from .errors import Span
    from .grammar import CriterionNode, OperatorNode, PolicyDocument, Rule

OPERATOR_WORDS: Final = {
    Operator.AND: worded("all of"),
    Operator.OR: worded("any of"),
    Operator.NOT: worded("none of"),
    Operator.NOR: worded("not all of"),
}
_NOBODY: Final = {
    Action.ALLOW: worded("Allow nobody: the rule is empty"),
    Action.DENY: worded("Deny nobody: the rule is empty"),
}
_MAX_CLAUSES: Final = 3
_MAX_SUMMARY: Final = 240


@dataclass(frozen=True, slots=True)
class Clause:
    """One criterion in words, and its place in the text."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Sentence:
    """One operator of a rule in words; each sentence of an action is an alternative.

    `operator` is None for a rule that says nothing, which has no clauses.
    """

    action: Action
    operator: Operator | None
    text: str
    span: Span
    clauses: tuple[Clause, ...] = ()


def describe(
    document: PolicyDocument, *, names: Names = NO_NAMES
) -> tuple[Sentence, ...]:
    """Return what a policy says, one sentence for each operator of each rule."""
    return tuple(
        sentence for rule in document.rules for sentence in _sentences(rule, names)
    )


def summary(document: PolicyDocument, *, names: Names = NO_NAMES) -> str:
    """Return a policy on one line, for lists; what does not fit is counted."""
    blocks = [
        (rule.action, block)
        for rule in document.rules
        for block in rule.operators
        if block.criteria
    ]
    if not blocks:
        return worded("No rule, so nobody is allowed")
    line: str = ""
    for number, (action, block) in enumerate(blocks):
        short = _short(action, block, names, is_first=not line)
        if line and len(line) + len(short) > _MAX_SUMMARY:
            left = len(blocks) - number
            more = counted("and %(count)s more", "and %(count)s more", count=left)
            return joined((line, more), "; ")
        line = joined((line, short), "; ") if line else short
    return line


def operator_words(operator: Operator, criteria: int) -> str:
    """Return what stands before the criteria of an operator: `when all of:`."""
    if criteria == 1:
        return worded("unless") if operator.inverts else worded("when")
    return worded("when %(words)s:", words=OPERATOR_WORDS[operator])


def _sentences(rule: Rule, names: Names) -> list[Sentence]:
    found = [
        _sentence(rule.action, block, names)
        for block in rule.operators
        if block.criteria
    ]
    return found or [Sentence(rule.action, None, _NOBODY[rule.action], rule.span)]


def _sentence(action: Action, block: OperatorNode, names: Names) -> Sentence:
    clauses = tuple(Clause(phrase(node, names), node.span) for node in block.criteria)
    said = joined((clause.text for clause in clauses), "; ")
    text = _rule(action, block, said)
    return Sentence(action, block.operator, text, block.span, clauses)


def _short(action: Action, block: OperatorNode, names: Names, *, is_first: bool) -> str:
    nodes: tuple[CriterionNode, ...] = block.criteria[:_MAX_CLAUSES]
    said: str = joined(phrase(node, names) for node in nodes)
    rest = len(block.criteria) - len(nodes)
    if rest:
        said = counted(
            "%(criteria)s and %(count)s more",
            "%(criteria)s and %(count)s more",
            count=rest,
            criteria=said,
        )
    return _rule(action, block, said, is_first=is_first)


def _rule(
    action: Action, block: OperatorNode, criteria: str, *, is_first: bool = True
) -> str:
    """Return an operator of a rule with its criteria in words."""
    lead = operator_words(block.operator, len(block.criteria))
    values = {"lead": lead, "criteria": criteria}
    if action is Action.ALLOW:
        if is_first:
            return worded("Allow %(lead)s %(criteria)s", **values)
        return worded("allow %(lead)s %(criteria)s", **values)
    if is_first:
        return worded("Deny %(lead)s %(criteria)s", **values)
    return worded("deny %(lead)s %(criteria)s", **values)
