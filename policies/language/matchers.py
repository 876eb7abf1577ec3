"""The matchers that several criteria share: text, lists of values, JSON equality.

A matcher is read once, from the nodes of a policy, into a typed object whose operands
are normalized; the same object is used for deciding, explaining and generating code.
Matchers that belong to one criterion live with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from policies.texts import joined, worded

from .errors import (
    Fix,
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
    json_equal,
    sort_key,
    to_json,
)


class TextOperator(StrEnum):
    IS = "is"
    NOT = "not"
    IN = "in"
    NOT_IN = "not_in"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    CONTAINS = "contains"


class ListOperator(StrEnum):
    HAS = "has"
    IS = "is"
    EXCLUDE = "exclude"


_PARTIAL: Final = {
    TextOperator.STARTS_WITH,
    TextOperator.ENDS_WITH,
    TextOperator.CONTAINS,
}
_MEMBERSHIP: Final = {TextOperator.IN, TextOperator.NOT_IN}


@dataclass(frozen=True, slots=True)
class TextTest:
    """One operator with its operand; for `in` and `not_in` that is a tuple."""

    operator: TextOperator
    operand: Any

    def holds(self, left: Any) -> bool:
        """Return whether the test holds for a value, which need not be text."""
        operator, operand = self.operator, self.operand
        if operator in _PARTIAL:
            return isinstance(left, str) and _PARTIAL_TESTS[operator](left, operand)
        if operator in _MEMBERSHIP:
            found = any(json_equal(left, choice) for choice in operand)
            return found is (operator is TextOperator.IN)
        return json_equal(left, operand) is (operator is TextOperator.IS)


_PARTIAL_TESTS: Final[dict[TextOperator, Callable[[str, str], bool]]] = {
    TextOperator.STARTS_WITH: str.startswith,
    TextOperator.ENDS_WITH: str.endswith,
    TextOperator.CONTAINS: str.__contains__,
}


@dataclass(frozen=True, slots=True)
class TextMatcher:
    """Tests on one text, all of which must hold; sorted, so order doesn't matter."""

    tests: tuple[TextTest, ...]

    def holds(self, left: Any) -> bool:
        """Return whether all tests hold for one and the same value."""
        return all(test.holds(left) for test in self.tests)


@dataclass(frozen=True, slots=True)
class ListTest:
    operator: ListOperator
    operand: Any

    def holds(self, values: Any) -> bool:
        """Return whether the test holds for the values of a list.

        An object counts as the list of its values. Anything else has no elements, so
        only `exclude` holds.
        """
        elements, operand = elements_of(values), self.operand
        if isinstance(operand, str):
            # Nothing but an equal text equals a text, so a set can answer by itself.
            found = operand in elements
        else:
            found = any(json_equal(element, operand) for element in elements)
        if self.operator is ListOperator.EXCLUDE:
            return not found
        if self.operator is ListOperator.IS:
            return found and len(elements) == 1
        return found


def elements_of(values: Any) -> Collection[Any]:
    """Return what can be iterated over in a claim, which need not be a list."""
    if isinstance(values, Mapping):
        return tuple(values.values())
    if isinstance(values, str) or not isinstance(values, Collection):
        return ()
    return values


@dataclass(frozen=True, slots=True)
class ListMatcher:
    """Tests on one list of values, all of which must hold."""

    tests: tuple[ListTest, ...]

    def holds(self, values: Any) -> bool:
        return all(test.holds(values) for test in self.tests)


@dataclass(slots=True)
class Context:
    """Where the data of a criterion is read: what it is called, how, and who listens.

    `is_exact` reads plain numbers as Core does. Otherwise, where the criterion compares
    text, `0123` stands for that text.
    """

    report: Report
    name: str
    saving: bool = False
    is_exact: bool = False
    compares_text: bool = False

    def refuse(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        stage: Stage = Stage.GENERATE,
        suggestion: str | None = None,
        fix: Fix | None = None,
    ) -> None:
        """Report an error in the data of this criterion."""
        self.report.error(
            code,
            joined((f"`{self.name}`", message), ": "),
            span,
            stage=stage,
            suggestion=suggestion,
            fix=fix,
        )

    def unsavable(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        suggestion: str | None = None,
        fix: Fix | None = None,
    ) -> None:
        """Report what is legal but may not be saved."""
        if self.saving:
            self.refuse(
                code,
                message,
                span,
                stage=Stage.SAVING,
                suggestion=suggestion,
                fix=fix,
            )

    def unknown_key(self, key: ScalarNode, known: Collection[str]) -> None:
        """Report a key or an operator that doesn't exist here."""
        meant = closest(key.text, known)
        fix = replace_with(key.span, meant, title=write(meant)) if meant else None
        self.refuse(
            "unknown-matcher-operator",
            worded("there is no %(key)s here", key=quoted(key.text)),
            key.span,
            suggestion=did_you_mean(key.text, known) or known_are(known),
            fix=fix,
        )

    def operand(self, node: Node) -> Any:
        """Return the value of an operand, by the reading that applies."""
        if (
            self.compares_text
            and not self.is_exact
            and isinstance(node, ScalarNode)
            and node.is_plain
            and node.value is not None
        ):
            return node.text
        return to_json(node)

    def operands(self, node: SequenceNode) -> tuple[Any, ...]:
        """Return the alternatives of a list, without repetitions and in fixed order."""
        unique: dict[str, Any] = {}
        for item in node.items:
            value = self.operand(item)
            unique.setdefault(sort_key(value), value)
        return tuple(unique[key] for key in sorted(unique))


def read_text_matcher(
    node: Node, context: Context, *, what: str = worded("the text")
) -> TextMatcher | None:
    """Read a string matcher; None after reporting why it can't be used."""
    if isinstance(node, MappingNode):
        if not node.entries:
            context.unsavable(
                "empty-matcher",
                worded(
                    "an empty matcher holds for anyone, whatever %(what)s", what=what
                ),
                node.span,
                suggestion=worded("say what to compare with, as in `is: value`"),
            )
        tests = [_text_test(key, value, context) for key, value in node.entries]
    else:
        _check_bare_text(node, context)
        tests = [_text_test_of(TextOperator.IS, node, context)]
    known = tuple(test for test in tests if test is not None)
    if len(known) < len(tests):
        return None
    return TextMatcher(tuple(sorted(known, key=lambda test: test.operator)))


def _check_bare_text(node: Node, context: Context) -> None:
    if isinstance(node, SequenceNode):
        context.unsavable(
            "list-as-text",
            worded("a list never equals a text, so this never holds"),
            node.span,
            suggestion=worded("use `in` for alternatives"),
            fix=in_instead(node),
        )


def in_instead(node: SequenceNode) -> Fix | None:
    """Return the fix that puts a list under `in`, where it stands on one line."""
    if not node.is_flow:
        return None
    before, after = (
        replace_with(
            Span(node.span.start, node.span.start, node.span.line, node.span.column),
            "{in: ",
            title=worded("Use `in`"),
        ),
        replace_with(Span(node.span.end, node.span.end, 0, 0), "}", title=""),
    )
    return Fix(before.title, before.edits + after.edits)


def _text_test(key: ScalarNode, node: Node, context: Context) -> TextTest | None:
    try:
        operator = TextOperator(key.text)
    except ValueError:
        context.unknown_key(key, [operator.value for operator in TextOperator])
        return None
    return _text_test_of(operator, node, context)


def _text_test_of(
    operator: TextOperator, node: Node, context: Context
) -> TextTest | None:
    if operator in _MEMBERSHIP:
        if not isinstance(node, SequenceNode):
            context.refuse(
                "not-a-list",
                worded("`%(operator)s` needs a list", operator=operator),
                node.span,
            )
            return None
        if not node.items:
            context.unsavable(
                "empty-list",
                worded("`%(operator)s` has no entries", operator=operator),
                node.span,
            )
        return TextTest(operator, context.operands(node))
    if operator in _PARTIAL:
        if not (isinstance(node, ScalarNode) and isinstance(node.value, str)):
            context.refuse(
                "not-a-text",
                worded("`%(operator)s` needs text", operator=operator),
                node.span,
                stage=Stage.COMPILE,
                **quoting(node),
            )
            return None
        if not node.value:
            context.unsavable(
                "empty-operand",
                worded("`%(operator)s` an empty text always holds", operator=operator),
                node.span,
            )
        return TextTest(operator, node.value)
    operand = context.operand(node)
    if not isinstance(operand, str) and not isinstance(node, SequenceNode):
        context.unsavable(
            "not-a-text",
            worded(
                "`%(operator)s` compares with text, and this is none", operator=operator
            ),
            node.span,
        )
    return TextTest(operator, operand)


def quoting(node: Node) -> dict[str, Any]:
    """Return suggestion and fix for a plain scalar that should have been quoted."""
    if not (isinstance(node, ScalarNode) and node.is_plain and node.text):
        return {}
    fix = replace_with(node.span, f'"{node.text}"', title=worded("Quote it"))
    return {"suggestion": worded("quote it"), "fix": fix}


def read_list_matcher(
    node: Node, context: Context, *, what: str = worded("the values")
) -> ListMatcher | None:
    """Read a string list matcher; None after reporting why it can't be used."""
    if isinstance(node, MappingNode):
        if not node.entries:
            context.unsavable(
                "empty-matcher",
                worded("an empty matcher holds whatever %(what)s are", what=what),
                node.span,
                suggestion=worded("say what to look for, as in `has: value`"),
            )
        tests = [_list_test(key, value, context) for key, value in node.entries]
    else:
        tests = [_list_test_of(ListOperator.HAS, node, context)]
    known = tuple(test for test in tests if test is not None)
    if len(known) < len(tests):
        return None
    return ListMatcher(tuple(sorted(known, key=lambda test: test.operator)))


def _list_test(key: ScalarNode, node: Node, context: Context) -> ListTest | None:
    try:
        operator = ListOperator(key.text)
    except ValueError:
        context.unknown_key(key, [operator.value for operator in ListOperator])
        return None
    return _list_test_of(operator, node, context)


def _list_test_of(operator: ListOperator, node: Node, context: Context) -> ListTest:
    if not isinstance(node, ScalarNode):
        context.unsavable(
            "not-a-single-value",
            worded(
                "`%(operator)s` looks for one value, and this is a collection",
                operator=operator,
            ),
            node.span,
            suggestion=worded("write one criterion for each value, below `or`"),
        )
    elif node.value is None:
        context.unsavable(
            "empty-operand",
            worded("`%(operator)s` looks for nothing", operator=operator),
            node.span,
        )
    return ListTest(operator, context.operand(node))
