"""The tree of a policy: rules, operators and criteria, each with its place in the text.

Reads the nodes of `source` by Core's grammar and reports everything that breaks it.
What the data of a criterion means, and whether its name is known, is not decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from policies.texts import counted, worded

from .errors import (
    Report,
    Span,
    Stage,
    closest,
    did_you_mean,
    known_are,
    quoted,
    replace_with,
    write,
)
from .nodes import (
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    to_json,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CRITERIA: Final = 500


class Action(StrEnum):
    ALLOW = "allow"
    DENY = "deny"


class Operator(StrEnum):
    """How criteria are combined: all, any, none of them, not all of them."""

    AND = "and"
    OR = "or"
    NOT = "not"
    NOR = "nor"

    @property
    def inverts(self) -> bool:
        return self is Operator.NOT or self is Operator.NOR

    @property
    def needs_all(self) -> bool:
        return self is Operator.AND or self is Operator.NOT


@dataclass(frozen=True, slots=True)
class CriterionNode:
    """One criterion as written: `name/sub_path: data`.

    `sub_path` is None without a slash, and may be empty with one.
    """

    name: str
    sub_path: str | None
    data: Node
    span: Span
    name_span: Span

    @property
    def value(self) -> Any:
        """The data as Core sees it: plain JSON."""
        return to_json(self.data)

    @property
    def key(self) -> str:
        return f"{self.name}/{self.sub_path}" if self.sub_path else self.name


@dataclass(frozen=True, slots=True)
class OperatorNode:
    """An operator with its list of criteria, which may be empty."""

    operator: Operator
    criteria: tuple[CriterionNode, ...]
    span: Span
    keyword_span: Span


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows one `allow` or `deny`; operators in the order and, or, not, nor."""

    action: Action
    operators: tuple[OperatorNode, ...]
    span: Span
    keyword_span: Span


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A policy as its author wrote it, with the rules in Core's order."""

    rules: tuple[Rule, ...]
    source: str
    span: Span

    def criteria(self) -> Iterator[CriterionNode]:
        """Iterate over all criteria, in the order of the rules."""
        for rule in self.rules:
            for block in rule.operators:
                yield from block.criteria

    def has(self, action: Action) -> bool:
        """Return whether there is a rule of this action, be it an empty one."""
        return any(rule.action is action for rule in self.rules)


def read_document(
    root: Node, source: str, report: Report, *, saving: bool = False
) -> PolicyDocument:
    """Return the policy that a tree holds, without what had to be reported."""
    return _Reader(report, saving=saving).document(root, source)


_ACTIONS: Final = tuple(action.value for action in Action)
_OPERATORS: Final = tuple(operator.value for operator in Operator)


def _kind(node: Node) -> str:
    if isinstance(node, SequenceNode):
        return worded("a list")
    if isinstance(node, MappingNode):
        return worded("a mapping")
    if node.value is None:
        return worded("nothing")
    return quoted(node.text)


@dataclass(slots=True)
class _Reader:
    report: Report
    saving: bool
    criteria: int = 0

    def document(self, root: Node, source: str) -> PolicyDocument:
        if isinstance(root, SequenceNode):
            rules = tuple(
                rule
                for item in root.items
                for rule in self._rules(item, worded("each entry"))
            )
        else:
            rules = self._rules(root, "a policy")
        if not rules and not self.report.problems:
            self._unsavable(
                "no-rules", worded("there is no rule, so nobody gets in"), root.span
            )
        return PolicyDocument(rules, source, root.span)

    def _error(
        self, code: str, message: str, span: Span, suggestion: str | None = None
    ) -> None:
        self.report.error(code, message, span, stage=Stage.PARSE, suggestion=suggestion)

    def _unsavable(self, code: str, message: str, span: Span) -> None:
        if self.saving:
            self.report.error(code, message, span, stage=Stage.SAVING)

    def _unknown(self, kind: str, key: ScalarNode, known: tuple[str, ...]) -> None:
        meant = closest(key.text, known)
        self.report.error(
            f"unknown-{kind}",
            worded("unknown %(kind)s %(key)s", kind=kind, key=quoted(key.text)),
            key.span,
            stage=Stage.PARSE,
            suggestion=did_you_mean(key.text, known) or known_are(known),
            fix=replace_with(key.span, meant, title=write(meant)) if meant else None,
        )

    def _rules(self, node: Node, what: str) -> tuple[Rule, ...]:
        if not isinstance(node, MappingNode):
            self._error(
                "not-a-rule",
                worded(
                    "%(what)s must be a mapping of `allow` and `deny`, not %(node)s",
                    what=what,
                    node=_kind(node),
                ),
                node.span,
            )
            return ()
        rules = [
            rule
            for key, body in node.entries
            if (rule := self._rule(key, body)) is not None
        ]
        return tuple(sorted(rules, key=lambda rule: rule.action))

    def _rule(self, key: ScalarNode, body: Node) -> Rule | None:
        if key.text not in _ACTIONS:
            self._unknown("action", key, _ACTIONS)
            return None
        if not isinstance(body, MappingNode):
            self._error(
                "rule-not-a-mapping",
                worded(
                    "%(key)s must hold operators, not %(body)s",
                    key=quoted(key.text),
                    body=_kind(body),
                ),
                _place(body, key),
                worded("put `and:` or `or:` below it, and the criteria below that"),
            )
            return None
        before = len(self.report.problems)
        found = {
            block.operator: block
            for name, criteria in body.entries
            if (block := self._operator(name, criteria)) is not None
        }
        operators = tuple(found[name] for name in Operator if name in found)
        if not operators and len(self.report.problems) == before:
            self._unsavable(
                "empty-rule", worded("a rule without criteria never applies"), key.span
            )
        return Rule(Action(key.text), operators, key.span.to(body.span), key.span)

    def _operator(self, key: ScalarNode, node: Node) -> OperatorNode | None:
        if key.text == "action":
            self._unsavable(
                "ignored-key", worded("`action` inside a rule means nothing"), key.span
            )
            return None
        if key.text not in _OPERATORS:
            self._unknown("operator", key, _OPERATORS)
            return None
        if not isinstance(node, SequenceNode):
            self._error(
                "operator-not-a-list",
                worded(
                    "%(key)s must hold a list of criteria, not %(node)s",
                    key=quoted(key.text),
                    node=_kind(node),
                ),
                _place(node, key),
                worded("begin each criterion with `- `"),
            )
            return None
        criteria = tuple(
            criterion
            for item in node.items
            if (criterion := self._criterion(item)) is not None
        )
        if not node.items:
            self._unsavable(
                "empty-operator",
                worded("an empty list of criteria never applies"),
                key.span,
            )
        span = key.span.to(node.span)
        return OperatorNode(Operator(key.text), criteria, span, key.span)

    def _criterion(self, node: Node) -> CriterionNode | None:
        if not isinstance(node, MappingNode):
            name = node.text if isinstance(node, ScalarNode) else ""
            self._error(
                "criterion-not-a-mapping",
                worded(
                    "a criterion is written `name: data`, not %(node)s",
                    node=_kind(node),
                ),
                node.span,
                worded("write `%(name)s: true`", name=name)
                if name.isidentifier()
                else None,
            )
            return None
        if len(node.entries) != 1:
            self._error(
                "criterion-keys",
                worded(
                    "a criterion has exactly one key, and here are %(count)s",
                    count=len(node.entries),
                )
                if node.entries
                else worded("a criterion has exactly one key, and here is none"),
                node.span,
                worded("begin each criterion with its own `- `")
                if node.entries
                else None,
            )
            return None
        self.criteria += 1
        if self.criteria == MAX_CRITERIA + 1:
            self._error(
                "too-many-criteria",
                counted(
                    "the policy has more than %(count)s criterion",
                    "the policy has more than %(count)s criteria",
                    count=MAX_CRITERIA,
                ),
                node.span,
            )
        if self.criteria > MAX_CRITERIA:
            return None
        key, data = node.entries[0]
        name, slash, sub_path = key.text.partition("/")
        return CriterionNode(
            name, sub_path if slash else None, data, node.span, key.span
        )


def _place(node: Node, key: ScalarNode) -> Span:
    """Return where to point at: at the value, or at its key when it is left out."""
    return node.span if node.span.length else key.span
