"""A policy as the builder shows it: blocks of criteria, with their places in the text.

Blocks are the operators of the rules, in the order of the text. The tree is plain data:
what belongs to the text and what to the screen stands side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policies.language.criteria import CRITERIA, MatcherKind, Widget
from policies.language.editing import Override, Place, overrides
from policies.language.editing.remarks import comment_of
from policies.language.editing.sheet import Sheet, children
from policies.language.errors import PolicyLanguageError
from policies.language.grammar import Action, CriterionNode, Operator
from policies.language.modes import Edition
from policies.language.nodes import (
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    to_items,
    to_json,
)
from policies.language.sentences import OPERATOR_WORDS
from policies.language.wording import NO_NAMES, Names, operator_phrase, phrase
from policies.texts import worded

from .catalog import IMPLIED, OPERATORS, TAKES_LIST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.language.criteria import Criterion
    from policies.language.editing.sheet import Path
    from policies.language.errors import Span
    from policies.language.grammar import PolicyDocument

_FIELDS: Final = {"type", "field", "exists"}
_MAPPINGS: Final = {
    MatcherKind.CERTIFICATE,
    MatcherKind.DEVICE,
    MatcherKind.DATE,
    MatcherKind.TIME_OF_DAY,
}


def builder_tree(
    document: PolicyDocument, *, names: Names = NO_NAMES
) -> dict[str, Any]:
    """Return a policy as plain data for the builder.

    Ids of blocks and criteria are the places that `editing` takes. `is_editable` is
    false for a text that can't be edited line by line, as one with anchors; its rules
    are then opaque. Data is that of the text, exactly.
    """
    try:
        sheet = Sheet.open(document.source)
    except PolicyLanguageError:
        return _opaque_tree(document)
    return {
        "is_editable": True,
        "overrides": {one.value: one in overrides(document) for one in Override},
        "blocks": [
            block
            for rule in range(len(sheet.rules))
            for block in _rule(sheet, rule, names)
        ],
    }


def _opaque_tree(document: PolicyDocument) -> dict[str, Any]:
    source = document.source
    return {
        "is_editable": False,
        "overrides": {one.value: one in overrides(document) for one in Override},
        "blocks": [
            {
                "id": None,
                "kind": "opaque",
                "action": rule.action.value,
                "line": rule.span.line,
                "last_line": rule.span.line + _breaks(source, rule.span),
                "text": source[rule.span.start : rule.span.end],
                "why": worded(
                    "the text is written in a way that only the editor can change"
                ),
            }
            for rule in document.rules
        ],
    }


def _breaks(source: str, span: Span) -> int:
    return len(source[span.start : span.end].splitlines()[1:])


def _rule(sheet: Sheet, rule: int, names: Names) -> list[dict[str, Any]]:
    place = sheet.rules[rule]
    found = sheet.operators(place)
    if not found:
        start, end = _extent(sheet, place.body)
        return [
            {
                "id": str(Place(rule)),
                "kind": "opaque",
                "action": place.action.value,
                **_lines(sheet, start, end),
                "text": sheet.text[start:end],
                "why": worded("a rule without criteria never applies"),
            }
        ]
    return [
        _block(sheet, place.action, Place(rule, operator), node, names)
        for operator, node in found
    ]


def _block(
    sheet: Sheet, action: Action, place: Place, node: Node, names: Names
) -> dict[str, Any]:
    operator = place.operator or Operator.AND
    return {
        "id": str(place),
        "kind": "block",
        "action": action.value,
        "operator": operator.value,
        "words": OPERATOR_WORDS[operator],
        **_lines(sheet, *_extent(sheet, sheet.block_path(place))),
        "comment": comment_of(sheet, place),
        "criteria": [
            _criterion(sheet, Place(place.rule, operator, index), item, names)
            for index, item in enumerate(children(node))
        ],
    }


def _extent(sheet: Sheet, path: Path) -> tuple[int, int]:
    """Return where the entry of a mapping begins and ends, its key included."""
    key, end = sheet.key(path), sheet.end_of(sheet.node(path))
    start = end if key is None else key.span.start
    return start, max(end, start)


def _lines(sheet: Sheet, start: int, end: int) -> dict[str, int]:
    return {"line": sheet.row(start) + 1, "last_line": sheet.row(end) + 1}


def _criterion(sheet: Sheet, place: Place, item: Node, names: Names) -> dict[str, Any]:
    assert isinstance(item, MappingNode)  # noqa: S101 -- the grammar says so
    key, data = item.entries[0]
    name, slash, sub_path = key.text.partition("/")
    node = CriterionNode(name, sub_path if slash else None, data, item.span, key.span)
    criterion = CRITERIA.get(name, Edition.ENTERPRISE)
    tests = None if criterion is None else _tests(criterion, data, names)
    return {
        "id": str(place),
        "kind": "opaque" if tests is None else "criterion",
        "key": key.text,
        "name": name,
        "sub_path": node.sub_path,
        "label": name if criterion is None else criterion.label,
        "group": None if criterion is None else criterion.group.value,
        "widget": None if criterion is None else criterion.widget.value,
        "data": to_json(data),
        "tests": tests,
        "sentence": phrase(node, names),
        "text": sheet.text[item.span.start : sheet.end_of(item)],
        **_lines(sheet, item.span.start, sheet.end_of(item)),
        "comment": comment_of(sheet, place),
    }


def _tests(
    criterion: Criterion, data: Node, names: Names
) -> list[dict[str, Any]] | None:
    """Return the tests that a criterion makes; None if its widget can't show them."""
    known = _known(criterion, names)
    if criterion.matcher not in OPERATORS:
        return [] if _is_shown(criterion, data) else None
    entries = _entries(criterion, data)
    if entries is None:
        return None
    tests = []
    for operator, value in entries:
        if criterion.matcher is MatcherKind.RECORD and operator in _FIELDS:
            continue
        takes_list = operator in TAKES_LIST
        if operator not in OPERATORS[criterion.matcher] or not _fits(value, takes_list):
            return None
        tests.append(
            {
                "operator": operator,
                "words": operator_phrase(operator),
                "value": to_json(value),
                "texts": [_shown(one) for one in to_items(value)],
                "names": [known.get(_shown(one)) for one in to_items(value)],
            }
        )
    return tests


def _entries(criterion: Criterion, data: Node) -> list[tuple[str, Node]] | None:
    if isinstance(data, MappingNode):
        return [(key.text, value) for key, value in data.entries]
    implied = IMPLIED.get(criterion.matcher)
    return None if implied is None else [(implied, data)]


def _fits(value: Node, takes_list: bool) -> bool:
    if takes_list:
        return isinstance(value, SequenceNode) and all(
            isinstance(item, ScalarNode) for item in value.items
        )
    return isinstance(value, ScalarNode)


def _is_shown(criterion: Criterion, data: Node) -> bool:
    """Return whether the widget of a criterion without tests can show its data."""
    if criterion.matcher in _MAPPINGS:
        return isinstance(data, MappingNode)
    if criterion.matcher is MatcherKind.IGNORED:
        return True
    return all(isinstance(item, ScalarNode) for item in _inner(data))


def _inner(data: Node) -> tuple[Node, ...]:
    return children(data) if isinstance(data, MappingNode) else to_items(data)


def _known(criterion: Criterion, names: Names) -> Mapping[str, str]:
    known = {Widget.GROUP: names.groups, Widget.PERSON: names.people}
    return known.get(criterion.widget, {})


def _shown(node: Node) -> str:
    return node.text if isinstance(node, ScalarNode) else ""
