"""Policies as plain English: what each rule allows or denies, and where it says so.

How a single criterion is said is in `wording`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .grammar import Action, Operator
from .wording import NO_NAMES, Names, phrase

if TYPE_CHECKING:
    from .errors import Span
    from .grammar import CriterionNode, OperatorNode, PolicyDocument, Rule

OPERATOR_WORDS: Final = {
    Operator.AND: "all of",
    Operator.OR: "any of",
    Operator.NOT: "none of",
    Operator.NOR: "not all of",
}
_VERBS: Final = {Action.ALLOW: "Allow", Action.DENY: "Deny"}
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
        return "No rule, so nobody is allowed"
    line = ""
    for count, (action, block) in enumerate(blocks):
        said = _short(action, block, names)
        if line and len(line) + len(said) > _MAX_SUMMARY:
            return f"{line}; and {len(blocks) - count} more"
        line = f"{line}; {said[0].lower()}{said[1:]}" if line else said
    return line


def operator_words(operator: Operator, criteria: int) -> str:
    """Return what stands before the criteria of an operator: `when all of:`."""
    if criteria == 1:
        return "unless" if operator.inverts else "when"
    return f"when {OPERATOR_WORDS[operator]}:"


def _sentences(rule: Rule, names: Names) -> list[Sentence]:
    found = [
        _sentence(rule.action, block, names)
        for block in rule.operators
        if block.criteria
    ]
    if not found:
        text = f"{_VERBS[rule.action]} nobody: the rule is empty"
        found.append(Sentence(rule.action, None, text, rule.span))
    return found


def _sentence(action: Action, block: OperatorNode, names: Names) -> Sentence:
    clauses = tuple(Clause(phrase(node, names), node.span) for node in block.criteria)
    lead = _lead(action, block)
    text = f"{lead} {'; '.join(clause.text for clause in clauses)}"
    return Sentence(action, block.operator, text, block.span, clauses)


def _short(action: Action, block: OperatorNode, names: Names) -> str:
    nodes: tuple[CriterionNode, ...] = block.criteria[:_MAX_CLAUSES]
    said = ", ".join(phrase(node, names) for node in nodes)
    rest = len(block.criteria) - len(nodes)
    more = f" and {rest} more" if rest else ""
    return f"{_lead(action, block)} {said}{more}"


def _lead(action: Action, block: OperatorNode) -> str:
    return f"{_VERBS[action]} {operator_words(block.operator, len(block.criteria))}"
