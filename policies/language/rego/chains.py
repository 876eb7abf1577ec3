"""Results in Rego, and the tests on texts and lists that many criteria share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from policies.language.matchers import ListOperator, TextOperator, TextTest
from policies.language.reasons import Reason

if TYPE_CHECKING:
    from policies.language.matchers import ListMatcher, ListTest, TextMatcher


@dataclass(frozen=True, slots=True)
class Link:
    """One result of a chain; the first whose conditions hold counts.

    `value` None says that it can't be told. No conditions: it always holds.
    """

    value: bool | None
    reason: Reason
    conditions: tuple[str, ...] = ()
    data: tuple[tuple[str, str], ...] = ()


Chain = tuple[Link, ...]


def literal(value: Any) -> str:
    """Write a JSON value, which Rego reads as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def listed(values: Any) -> str:
    return literal(list(values))


def text_test(left: str, test: TextTest) -> str:
    """Write one test on a text."""
    operator, operand = test.operator, test.operand
    if operator is TextOperator.IN:
        return f"{left} in {listed(operand)}"
    if operator is TextOperator.NOT_IN:
        return f"not {left} in {listed(operand)}"
    form = _TEXT_FORMS[operator]
    return form.format(left=left, right=literal(operand))


_TEXT_FORMS: Final = {
    TextOperator.IS: "{left} == {right}",
    TextOperator.NOT: "{left} != {right}",
    TextOperator.STARTS_WITH: "startswith({left}, {right})",
    TextOperator.ENDS_WITH: "endswith({left}, {right})",
    TextOperator.CONTAINS: "contains({left}, {right})",
}


def text_conditions(left: str, matcher: TextMatcher) -> tuple[str, ...]:
    tests = (_of_texts(test) for test in matcher.tests)
    return (
        f"value := {left}",
        "value != null",
        *(text_test("value", test) for test in tests if test is not None),
    )


def _of_texts(test: TextTest) -> TextTest | None:
    """Return a test without what no text can equal; None if it always holds.

    Core's compiler knows which values are texts, and refuses other comparisons.
    """
    if test.operator in {TextOperator.IN, TextOperator.NOT_IN}:
        texts = tuple(one for one in test.operand if isinstance(one, str))
        return TextTest(test.operator, texts)
    if isinstance(test.operand, str):
        return test
    never = TextTest(TextOperator.IN, ())
    return never if test.operator is TextOperator.IS else None


def list_test(left: str, test: ListTest) -> tuple[str, ...]:
    wanted = literal(test.operand)
    if test.operator is ListOperator.EXCLUDE:
        return (f"not holds_value({left}, {wanted})",)
    found = f"holds_value({left}, {wanted})"
    if test.operator is ListOperator.IS:
        return (found, f"count({left}) == 1")
    return (found,)


def list_conditions(left: str, matcher: ListMatcher) -> tuple[str, ...]:
    lines = [f"values := {left}"]
    for test in matcher.tests:
        lines += list_test("values", test)
    return tuple(lines)


def of_person(passed: Reason, failed: Reason, lines: tuple[str, ...]) -> Chain:
    """Return the chain of an identity criterion, which asks who has no session."""
    return (
        Link(True, passed, lines),
        Link(False, failed, ("has_session",)),
        Link(False, Reason.USER_UNAUTHENTICATED),
    )


def of_request(passed: Reason, failed: Reason, lines: tuple[str, ...]) -> Chain:
    return (Link(True, passed, lines), Link(False, failed))
