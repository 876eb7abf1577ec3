"""Edits of rules and their operators: add, remove, move, repeat, change the keyword.

Two operators of one kind can't stand in one rule, nor two rules of one action in one
object. Where that would come about, another rule, or a list of rules, is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from policies.language.errors import START, Edit
from policies.language.nodes import MappingNode, Node, ScalarNode, SequenceNode
from policies.texts import worded

from . import splices
from .criteria import criterion_node, without
from .engine import carry_out, together
from .model import Edited, EditingError, Place
from .rows import lines_for, rows_of
from .sheet import Sheet, children, replaced

if TYPE_CHECKING:
    from policies.language.grammar import Action, Operator

    from .sheet import Path, RulePlace

Criteria = Sequence[Mapping[str, Any]]


def add_block(
    text: str,
    action: Action,
    operator: Operator,
    criteria: Criteria = (),
    *,
    rule: int | None = None,
) -> Edited:
    """Add an operator with its criteria: to a rule, or where there is room for it.

    Without a rule it goes to the last one of the action that has no such operator, if
    the policy is an object; in a list it becomes a rule of its own.

    Raises:
        EditingError: the rule has that operator, or a criterion can't be written.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    entry = (_key(operator), _criteria(criteria))
    if rule is not None:
        target = sheet.rule(Place(rule))
        if operator in dict(sheet.operators(target)):
            raise EditingError(
                "operator-taken",
                worded("the rule has `%(operator)s` already", operator=operator),
            )
        return _add_entry(sheet, target.body, entry)
    if isinstance(sheet.root, MappingNode):
        for target in sheet.rules:
            has_operator = operator in dict(sheet.operators(target))
            if target.action is action and not has_operator:
                return _add_entry(sheet, target.body, entry)
    return _add_rule(sheet, action, MappingNode(START, (entry,)))


def add_rule(text: str, action: Action) -> Edited:
    """Add a rule without operators, which never applies, at the end.

    Raises:
        EditingError: the policy has no room for it.
        PolicyLanguageError: the text can't be edited as it is.
    """
    return _add_rule(Sheet.open(text), action, MappingNode(START, ()))


def remove_block(text: str, place: Place) -> Edited:
    """Take an operator out with its criteria; a rule that is then empty goes too.

    Raises:
        EditingError: there is no such operator.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    *body, number = sheet.block_path(place)
    rule = sheet.rule(place)
    if len(sheet.operators(rule)) == 1:
        return _remove_rule(sheet, rule)
    return _remove(sheet, tuple(body), number)


def remove_rule(text: str, place: Place) -> Edited:
    """Take a rule out with everything in it.

    Raises:
        EditingError: there is no such rule.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    return _remove_rule(sheet, sheet.rule(place))


def change_operator(text: str, place: Place, operator: Operator) -> Edited:
    """Change the keyword of an operator.

    If the rule has the other one already, the operator gets a rule of its own.

    Raises:
        EditingError: there is no such operator.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    path = sheet.block_path(place)
    rule = sheet.rule(place)
    taken = {one for one, _ in sheet.operators(rule)} - {place.operator}
    if operator in taken:
        alone = _detached(text, rule.action, place)
        place = Place(len(Sheet.open(alone).rules) - 1, place.operator)
        return together(sheet, change_operator(alone, place, operator).text)
    body = sheet.node(rule.body)
    assert isinstance(body, MappingNode)  # noqa: S101 -- it has an operator
    entries = list(body.entries)
    entries[path[-1]] = (_key(operator), entries[path[-1]][1])
    wanted = replace(body, entries=tuple(entries))
    return carry_out(
        sheet,
        replaced(sheet.root, rule.body, wanted),
        rule.body,
        lambda: splices.rename(sheet, path, operator.value),
    )


def _detached(text: str, action: Action, place: Place) -> str:
    """Return the text with an operator in a rule of its own, the last one."""
    text = add_rule(text, action).text
    return move_block(text, place, to=Place(len(Sheet.open(text).rules) - 1)).text


def move_block(text: str, place: Place, *, to: Place) -> Edited:
    """Move an operator to another rule, of either action, behind what that one has.

    Raises:
        EditingError: there is no such place, or the rule has that operator already.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    *rest, number = sheet.block_path(place)
    source, target = tuple(rest), sheet.rule(to)
    if source == target.body:
        return carry_out(sheet, sheet.root, (), list)
    operators = dict(sheet.operators(target))
    if place.operator in operators:
        raise EditingError(
            "operator-taken",
            worded("the rule has `%(operator)s` already", operator=place.operator),
        )
    body, there = sheet.node(source), sheet.node(target.body)
    assert isinstance(body, MappingNode)  # noqa: S101 -- it has an operator
    entry = body.entries[number]
    tree = replaced(sheet.root, source, without(body, number))
    tree = replaced(tree, target.body, with_entry(there, entry))
    return carry_out(
        sheet,
        tree,
        (),
        lambda: splices.move(sheet, source, number, target.body, len(operators)),
        lambda: splices.carry(sheet, source, number, target.body, len(operators)),
    )


def duplicate_block(text: str, place: Place) -> Edited:
    """Repeat an operator with its criteria in a rule of its own.

    Raises:
        EditingError: there is no such operator.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    path = sheet.block_path(place)
    rule = sheet.rule(place)
    body = sheet.node(rule.body)
    assert isinstance(body, MappingNode)  # noqa: S101 -- it has an operator
    copy = MappingNode(START, (body.entries[path[-1]],))
    return _add_rule(sheet, rule.action, copy)


def duplicate_rule(text: str, place: Place) -> Edited:
    """Repeat a rule with everything in it, at the end.

    Raises:
        EditingError: there is no such rule.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    rule = sheet.rule(place)
    return _add_rule(sheet, rule.action, sheet.node(rule.body))


def move_rule(text: str, place: Place, *, to: Place) -> Edited:
    """Move a rule to where another one stands; what is written together moves together.

    Raises:
        EditingError: there is no such rule.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    source, target = sheet.rule(place), sheet.rule(to)
    if source.object_path == target.object_path:
        path, number, index = source.object_path, source.entry, target.entry
    else:
        path, number, index = (), source.object_path[0], target.object_path[0]
    whole = sheet.node(path)
    before = index + (index > number)
    return carry_out(
        sheet,
        replaced(sheet.root, path, _reordered(whole, number, index)),
        path,
        lambda: [] if number == index else None,
        lambda: splices.move(sheet, path, number, path, before),
    )


def with_entry(node: Node, entry: tuple[ScalarNode, Node]) -> Node:
    """Return a mapping with one more entry."""
    assert isinstance(node, MappingNode)  # noqa: S101 -- the grammar says so
    return replace(node, entries=(*node.entries, entry))


def _reordered(node: Node, number: int, index: int) -> Node:
    if isinstance(node, MappingNode):
        entries = list(node.entries)
        entries.insert(index, entries.pop(number))
        return replace(node, entries=tuple(entries))
    assert isinstance(node, SequenceNode)  # noqa: S101 -- a scalar has no members
    items = list(node.items)
    items.insert(index, items.pop(number))
    return replace(node, items=tuple(items))


def _key(name: str) -> ScalarNode:
    return ScalarNode(START, str(name), str(name), is_plain=False)


def _criteria(criteria: Criteria) -> SequenceNode:
    return SequenceNode(
        START,
        tuple(
            criterion_node(name, data)
            for criterion in criteria
            for name, data in criterion.items()
        ),
    )


def _add_entry(sheet: Sheet, path: Path, entry: tuple[ScalarNode, Node]) -> Edited:
    node = sheet.node(path)
    return carry_out(
        sheet,
        replaced(sheet.root, path, with_entry(node, entry)),
        path,
        lambda: splices.insert(sheet, path, len(children(node)), [entry]),
    )


def _add_rule(sheet: Sheet, action: Action, body: Node) -> Edited:
    root, entry = sheet.root, (_key(action), body)
    rule = MappingNode(START, (entry,))
    if isinstance(root, SequenceNode):
        wanted: Node = replace(root, items=(*root.items, rule))
        return carry_out(
            sheet,
            wanted,
            (),
            lambda: splices.insert(sheet, (), len(root.items), [(None, rule)]),
        )
    assert isinstance(root, MappingNode)  # noqa: S101 -- the grammar says so
    if sheet.is_blank or not root.entries:
        return carry_out(sheet, rule, (), lambda: _first_rule(sheet, rule))
    if all(key.text != action for key, _ in root.entries):
        return _add_entry(sheet, (), entry)
    wanted = SequenceNode(START, (root, rule))
    return carry_out(sheet, wanted, (), lambda: _listed(sheet, rule))


def _first_rule(sheet: Sheet, rule: MappingNode) -> splices.Edits:
    """Write the first rule of a policy below its comments."""
    if not sheet.is_blank:
        return None
    lines = lines_for(rule, 0, levels=None)
    return [splices.insertion(sheet, len(sheet.starts), lines)]


def _listed(sheet: Sheet, rule: MappingNode) -> list[Edit]:
    """Make a list of the one object, and add a rule; every line moves to the right."""
    start, end = sheet.root.span.start, sheet.root.span.end
    assert isinstance(sheet.root, MappingNode)  # noqa: S101 -- a list needs no such thing
    if sheet.root.is_flow:
        text = splices.flow_member((None, rule))
        return [Edit(start, start, "["), Edit(end, end, f", {text}]")]
    rows = rows_of(sheet, (), len(sheet.root.entries) - 1)
    edits = []
    for row in range(sheet.row(start), rows.below + 1):
        place = sheet.row_start(row)
        if place < sheet.row_end(row):
            mark = "- " if row == sheet.row(start) else "  "
            edits.append(Edit(place, place, mark))
    levels = splices.levels(sheet, 0)
    item = SequenceNode(START, (rule,))
    lines = lines_for(item, sheet.column(start), levels=levels and levels + 1)
    return [*edits, splices.insertion(sheet, rows.below + 1, lines)]


def _remove(sheet: Sheet, path: Path, number: int) -> Edited:
    return carry_out(
        sheet,
        replaced(sheet.root, path, without(sheet.node(path), number)),
        path,
        lambda: splices.remove(sheet, path, number),
    )


def _remove_rule(sheet: Sheet, rule: RulePlace) -> Edited:
    path = rule.object_path
    if path and len(children(sheet.node(path))) == 1:
        return _remove(sheet, (), path[0])
    return _remove(sheet, path, rule.entry)
