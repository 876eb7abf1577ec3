"""The criterion on external data: a field of the record that belongs to the request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any, Final

from policies.language.matchers import (
    Context,
    ListOperator,
    ListTest,
    TextOperator,
    TextTest,
    quoting,
)
from policies.language.modes import Edition, Mode
from policies.language.nodes import (
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    json_equal,
)
from policies.language.reasons import Reason
from policies.texts import worded

from .registry import Criterion, Finding, Group, MatcherKind, Need, Widget

if TYPE_CHECKING:
    from collections.abc import Callable

    from policies.language.errors import Span
    from policies.language.facts import Facts
    from policies.language.grammar import CriterionNode


class NumberOperator(StrEnum):
    LESS = "<"
    AT_MOST = "<="
    EQUAL = "="
    AT_LEAST = ">="
    MORE = ">"


_COMPARISONS: Final[dict[NumberOperator, Callable[[Any, Any], bool]]] = {
    NumberOperator.LESS: lt,
    NumberOperator.AT_MOST: le,
    NumberOperator.EQUAL: json_equal,
    NumberOperator.AT_LEAST: ge,
    NumberOperator.MORE: gt,
}
_TEXT_ONLY: Final = {operator.value for operator in TextOperator} - {"is"}
_LIST_ONLY: Final = {operator.value for operator in ListOperator} - {"is"}
_NUMBER: Final = {operator.value for operator in NumberOperator}
_KEYS: Final = (
    "type",
    "field",
    "exists",
    "is",
    *sorted(_TEXT_ONLY | _LIST_ONLY | _NUMBER),
)


@dataclass(frozen=True, slots=True)
class NumberTest:
    operator: NumberOperator
    operand: float

    def holds(self, left: Any) -> bool:
        """Return whether a value is a number, and compares so."""
        is_number = isinstance(left, int | float) and not isinstance(left, bool)
        return is_number and _COMPARISONS[self.operator](left, self.operand)


@dataclass(frozen=True, slots=True)
class EqualTest:
    """`is`: the value equals, or is a list of just that."""

    operand: Any

    def holds(self, left: Any) -> bool:
        if isinstance(left, list | tuple) and not isinstance(self.operand, list):
            return len(left) == 1 and json_equal(left[0], self.operand)
        return json_equal(left, self.operand)


RecordTest = TextTest | ListTest | NumberTest | EqualTest
_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class Record:
    """On the record of a type that belongs to the request, by the source's foreign key.

    Without the record or the field no test holds, not even `not`. `exists` asks for the
    record itself, and for the field if one is named.
    """

    type: str
    field: str | None
    exists: bool | None
    tests: tuple[RecordTest, ...]

    def find(self, facts: Facts, mode: Mode) -> Finding:
        if mode is Mode.POSTERN and facts.records.state(self.type).is_missing:
            return Finding(None, Reason.RECORD_DATA_UNAVAILABLE)
        record = facts.records.find(self.type, facts)
        value: Any = _MISSING if record is None else record
        if record is not None and self.field is not None:
            value = record.get(self.field, _MISSING)
        seen = None if value is _MISSING else value
        if self._holds(value):
            return Finding(True, Reason.RECORD_OK, seen)
        return Finding(False, Reason.RECORD_UNAUTHORIZED, seen)

    def _holds(self, value: Any) -> bool:
        is_there = value is not _MISSING
        if self.exists is not None and self.exists is not is_there:
            return False
        if not self.tests:
            return True
        return is_there and all(test.holds(value) for test in self.tests)


def _read_record(node: CriterionNode, context: Context) -> Record | None:
    data = node.data
    if not isinstance(data, MappingNode):
        context.refuse(
            "not-a-mapping",
            worded("a mapping is needed"),
            data.span if data.span.length else node.name_span,
            suggestion=worded("write it like `{type: geoip, field: country, is: US}`"),
        )
        return None
    before = len(context.report.problems)
    for key, _ in data.entries:
        if key.text not in _KEYS:
            context.unknown_key(key, _KEYS)
    tests = tuple(
        test
        for key, value in data.entries
        if key.text not in {"type", "field", "exists"}
        and (test := _test(key.text, value, context)) is not None
    )
    where = data.span if data.span.length else node.name_span
    exists = _exists(data.get("exists"), context)
    kind = _name(data.get("type"), "type", where, context)
    field = None
    if data.get("field") is not None or data.get("exists") is None:
        field = _name(data.get("field"), "field", where, context)
    if not {key.text for key, _ in data.entries} - {"type", "field"}:
        context.refuse(
            "operator-missing",
            worded("an operator is needed, such as `is` or `exists`"),
            where,
        )
    if len(context.report.problems) > before:
        return None
    return Record(kind, field, exists, tuple(sorted(tests, key=repr)))


def _name(node: Node | None, key: str, where: Span, context: Context) -> str:
    if node is None:
        context.refuse("key-missing", worded("`%(key)s` is needed", key=key), where)
        return ""
    if isinstance(node, ScalarNode) and isinstance(node.value, str) and node.value:
        return node.value
    context.refuse(
        "not-a-text",
        worded("`%(key)s` needs text", key=key),
        node.span,
        **quoting(node),
    )
    return ""


def _exists(node: Node | None, context: Context) -> bool | None:
    if node is None:
        return None
    if isinstance(node, ScalarNode) and isinstance(node.value, bool):
        return node.value
    context.refuse(
        "not-a-boolean", worded("`exists` is either `true` or `false`"), node.span
    )
    return None


def _test(key: str, node: Node, context: Context) -> RecordTest | None:
    if key in _NUMBER:
        return _number_test(NumberOperator(key), node, context)
    operand = context.operand(node)
    if key == "is":
        return EqualTest(operand)
    if key in _LIST_ONLY:
        return ListTest(ListOperator(key), operand)
    if key not in _TEXT_ONLY:
        return None
    operator = TextOperator(key)
    if operator in {TextOperator.IN, TextOperator.NOT_IN}:
        if not isinstance(node, SequenceNode):
            context.refuse(
                "not-a-list", worded("`%(key)s` needs a list", key=key), node.span
            )
            return None
        return TextTest(operator, context.operands(node))
    if operator is not TextOperator.NOT and not isinstance(operand, str):
        context.refuse(
            "not-a-text",
            worded("`%(key)s` needs text", key=key),
            node.span,
            **quoting(node),
        )
        return None
    return TextTest(operator, operand)


def _number_test(
    operator: NumberOperator, node: Node, context: Context
) -> NumberTest | None:
    value = node.value if isinstance(node, ScalarNode) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return NumberTest(operator, value)
    context.refuse(
        "not-a-number",
        worded("`%(operator)s` needs a number", operator=operator),
        node.span,
    )
    return None


RECORD = Criterion(
    name="record",
    label=worded("External data"),
    help=worded(
        "A field of the record that an external data source has for this request."
    ),
    example="record: {type: example.com/risk, field: trust_score, '>=': 5}",
    group=Group.DATA,
    matcher=MatcherKind.RECORD,
    widget=Widget.RECORD,
    fact=worded("the field of the record"),
    when_true=(Reason.RECORD_OK,),
    when_false=(Reason.RECORD_UNAUTHORIZED,),
    when_unknown=(Reason.RECORD_DATA_UNAVAILABLE,),
    needs=frozenset({Need.RECORDS}),
    edition=Edition.ENTERPRISE,
    known_to_core=False,
    read=_read_record,
)
