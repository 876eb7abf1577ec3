"""Policy trees to programs: every criterion looked up and its data read.

All problems of a document are collected and raised together. How a program is evaluated
is in `evaluator`; several programs are joined into a route in `composition`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.texts import worded

from .criteria import CRITERIA, Condition, Criterion, Need
from .errors import (
    Report,
    Span,
    Stage,
    closest,
    did_you_mean,
    quoted,
    replace_with,
    write,
)
from .matchers import Context
from .modes import Edition, Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .grammar import (
        Action,
        CriterionNode,
        Operator,
        OperatorNode,
        PolicyDocument,
        Rule,
    )


@dataclass(frozen=True, slots=True)
class CompiledCriterion:
    """A criterion of the table with its data read.

    `core_condition` is what Core makes of the same data; it differs only where a plain
    number stands for text, and is the same object otherwise.
    """

    criterion: Criterion
    condition: Condition
    core_condition: Condition
    node: CriterionNode

    def condition_for(self, mode: Mode) -> Condition:
        """Return the reading of the data that a mode uses."""
        return self.condition if mode is Mode.POSTERN else self.core_condition


@dataclass(frozen=True, slots=True)
class CompiledOperator:
    operator: Operator
    criteria: tuple[CompiledCriterion, ...]
    node: OperatorNode


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its operators, without those that have no criteria."""

    action: Action
    operators: tuple[CompiledOperator, ...]
    node: Rule


@dataclass(frozen=True, slots=True)
class Program:
    """A policy ready to be evaluated; `needs` says which facts it looks at."""

    rules: tuple[CompiledRule, ...]
    needs: frozenset[Need]
    document: PolicyDocument

    def operators(self, action: Action) -> Iterator[CompiledOperator]:
        """Iterate over the operators of all rules of an action: its alternatives."""
        for rule in self.rules:
            if rule.action is action:
                yield from rule.operators

    def has(self, action: Action) -> bool:
        """Return whether there is a rule of an action, be it an empty one."""
        return any(rule.action is action for rule in self.rules)


def compile_policy(
    document: PolicyDocument,
    *,
    edition: Edition = Edition.ENTERPRISE,
    mode: Mode = Mode.POSTERN,
) -> Program:
    """Compile a policy.

    With `Mode.CORE_EXACT` it is also refused where Core's own Rego would not compile.

    Raises:
        PolicyLanguageError: a criterion is unknown, or its data can't be read.
    """
    report = Report()
    program = build_program(document, report, edition=edition, mode=mode)
    report.raise_if_any()
    return program


def build_program(
    document: PolicyDocument,
    report: Report,
    *,
    edition: Edition,
    mode: Mode = Mode.POSTERN,
    saving: bool = False,
) -> Program:
    """Compile what can be compiled of a policy, and report the rest."""
    compiler = _Compiler(report, edition, mode, saving)
    rules = tuple(compiler.rule(rule) for rule in document.rules)
    needs = frozenset(
        need
        for rule in rules
        for block in rule.operators
        for entry in block.criteria
        for need in entry.criterion.needs
    )
    return Program(rules, needs, document)


@dataclass(slots=True)
class _Compiler:
    report: Report
    edition: Edition
    mode: Mode
    saving: bool

    def rule(self, rule: Rule) -> CompiledRule:
        operators = tuple(
            CompiledOperator(block.operator, criteria, block)
            for block in rule.operators
            if (criteria := tuple(self._criteria(block)))
        )
        return CompiledRule(rule.action, operators, rule)

    def _criteria(self, block: OperatorNode) -> Iterator[CompiledCriterion]:
        for node in block.criteria:
            criterion = CRITERIA.get(node.name, self.edition)
            if criterion is None:
                self._unknown(node)
                continue
            if node.sub_path is not None and not criterion.takes_sub_path:
                self._ignored_sub_path(node)
            compiled = self._criterion(criterion, node)
            if compiled is not None:
                yield compiled

    def _criterion(
        self, criterion: Criterion, node: CriterionNode
    ) -> CompiledCriterion | None:
        context = Context(
            self.report,
            criterion.name,
            saving=self.saving,
            is_exact=self.mode is Mode.CORE_EXACT,
            compares_text=criterion.compares_text,
        )
        condition = criterion.read(node, context)
        if condition is None:
            return None
        return CompiledCriterion(
            criterion, condition, _core_reading(criterion, node, condition), node
        )

    def _unknown(self, node: CriterionNode) -> None:
        known = CRITERIA.names(self.edition)
        meant = closest(node.name, known)
        span = node.name_span
        self.report.error(
            "unknown-criterion",
            worded("unknown criterion %(name)s", name=quoted(node.name)),
            span,
            stage=Stage.GENERATE,
            suggestion=did_you_mean(node.name, known),
            fix=replace_with(
                span,
                _renamed(node, meant),
                title=write(meant),
            )
            if meant
            else None,
        )

    def _ignored_sub_path(self, node: CriterionNode) -> None:
        if not self.saving:
            return
        span: Span = node.name_span
        self.report.error(
            "ignored-sub-path",
            worded(
                "only `claim` has a sub-path; in %(key)s it means nothing",
                key=quoted(node.key),
            ),
            span,
            stage=Stage.SAVING,
            suggestion=worded("write `%(name)s`", name=node.name),
            fix=replace_with(span, node.name, title=worded("Remove the sub-path")),
        )


def _renamed(node: CriterionNode, name: str) -> str:
    return name if node.sub_path is None else f"{name}/{node.sub_path}"


def _core_reading(
    criterion: Criterion, node: CriterionNode, condition: Condition
) -> Condition:
    if not criterion.compares_text:
        return condition
    # Core's own refusals were reported already, or belong to the exact mode alone.
    context = Context(Report(), criterion.name, is_exact=True, compares_text=True)
    exact = criterion.read(node, context)
    return condition if exact is None or exact == condition else exact
