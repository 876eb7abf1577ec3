"""Edits of criteria: name, data, the operators of the matcher, place.

Each takes a text and returns the text after the edit. Comments above a criterion, and
beside it, are its own: they move and go with it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from policies.language.criteria import CRITERIA, MatcherKind
from policies.language.errors import START
from policies.language.modes import Edition
from policies.language.nodes import MappingNode, Node, ScalarNode, SequenceNode
from policies.language.writer import UnwritableValueError, node_for
from policies.texts import worded

from . import splices
from .engine import carry_out
from .model import Edited, EditingError, Place
from .sheet import Sheet, children, replaced

if TYPE_CHECKING:
    from .sheet import Path


def set_criterion(text: str, place: Place, *, name: str, data: Any) -> Edited:
    """Change the name and the data of a criterion; a claim is named with its sub-path.

    Raises:
        EditingError: there is no such criterion, or it can't be written.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    path = sheet.criterion_path(place)
    value = (*path, 0)
    wanted = criterion_node(name, data)
    return carry_out(
        sheet,
        replaced(sheet.root, path, wanted),
        path,
        lambda: splices.joined(
            [
                _renamed(sheet, value, name),
                splices.put(sheet, value, children(wanted)[0]),
            ]
        ),
    )


def set_data(text: str, place: Place, data: Any) -> Edited:
    """Change the data of a criterion; operators that stay the same are not touched.

    Raises:
        EditingError: there is no such criterion, or the data can't be written.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    path = (*sheet.criterion_path(place), 0)
    wanted = _node(data)
    tree = replaced(sheet.root, path, wanted)
    return carry_out(sheet, tree, path, lambda: splices.put(sheet, path, wanted))


def set_operand(text: str, place: Place, operator: str, operand: Any) -> Edited:
    """Change what an operator of the matcher compares with, or add that operator.

    Raises:
        EditingError: there is no such criterion, or it can't be written.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    path = (*sheet.criterion_path(place), 0)
    data = sheet.node(path)
    value = _node(operand)
    implied = implied_operator(sheet, path)
    if operator == implied and not isinstance(value, MappingNode):
        wanted: Node = value
    else:
        wanted = _with_entry(_spelled_out(data, implied), operator, value)
    tree = replaced(sheet.root, path, wanted)
    return carry_out(sheet, tree, path, lambda: splices.put(sheet, path, wanted))


def rename_operator(text: str, place: Place, old: str, new: str) -> Edited:
    """Give an operator of the matcher another name; it keeps what it compares with.

    Raises:
        EditingError: there is no such operator, or the new one is there already.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    path = (*sheet.criterion_path(place), 0)
    number, data = _operator(sheet, path, old)
    if any(key.text == new for key, _ in data.entries) and old != new:
        raise EditingError(
            "operator-taken", worded("there is a `%(new)s` already", new=new)
        )
    key, value = data.entries[number]
    entry = (replace(key, text=new, value=new), value)
    entries = (*data.entries[:number], entry, *data.entries[number + 1 :])
    wanted = replace(data, entries=entries)
    inner = (*path, number)
    has_key = isinstance(sheet.node(path), MappingNode)
    return carry_out(
        sheet,
        replaced(sheet.root, path, wanted),
        path,
        lambda: _renamed(sheet, inner, new) if has_key else None,
    )


def remove_operator(text: str, place: Place, operator: str) -> Edited:
    """Take an operator out of the matcher.

    Raises:
        EditingError: there is no such operator.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    path = (*sheet.criterion_path(place), 0)
    number, data = _operator(sheet, path, operator)
    has_key = isinstance(sheet.node(path), MappingNode)
    return carry_out(
        sheet,
        replaced(sheet.root, path, without(data, number)),
        path,
        lambda: splices.remove(sheet, path, number) if has_key else None,
    )


def add_criterion(
    text: str, block: Place, *, name: str, data: Any, index: int | None = None
) -> Edited:
    """Add a criterion to an operator, before the one of this number or at the end.

    Raises:
        EditingError: there is no such operator, or the criterion can't be written.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    path = sheet.block_path(block)
    criteria = children(sheet.node(path))
    number = len(criteria) if index is None else _position(index, len(criteria))
    node = criterion_node(name, data)
    return carry_out(
        sheet,
        replaced(sheet.root, path, with_item(sheet.node(path), number, node)),
        path,
        lambda: splices.insert(sheet, path, number, [(None, node)]),
    )


def remove_criterion(text: str, place: Place) -> Edited:
    """Take a criterion out, with its comments; its operator stays, maybe empty.

    Raises:
        EditingError: there is no such criterion.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    *block, number = sheet.criterion_path(place)
    path = tuple(block)
    return carry_out(
        sheet,
        replaced(sheet.root, path, without(sheet.node(path), number)),
        path,
        lambda: splices.remove(sheet, path, number),
    )


def duplicate_criterion(text: str, place: Place) -> Edited:
    """Repeat a criterion right behind itself, with its comments.

    Raises:
        EditingError: there is no such criterion.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    *block, number = sheet.criterion_path(place)
    path = tuple(block)
    node = sheet.node((*path, number))
    return carry_out(
        sheet,
        replaced(sheet.root, path, with_item(sheet.node(path), number, node)),
        path,
        lambda: splices.copy(sheet, path, number),
        lambda: splices.insert(sheet, path, number + 1, [(None, node)]),
    )


def move_criterion(text: str, place: Place, *, to: Place) -> Edited:
    """Move a criterion to another place, in its own operator or in another one.

    `to.index` is the number that it will have there; without it, it comes last.

    Raises:
        EditingError: there is no such criterion, or no such operator to move it to.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    *block, number = sheet.criterion_path(place)
    source, target = tuple(block), sheet.block_path(to)
    node = sheet.node((*source, number))
    room = len(children(sheet.node(target))) - (source == target)
    index = room if to.index is None else _position(to.index, room)
    rest = without(sheet.node(source), number)
    there = rest if source == target else sheet.node(target)
    tree = replaced(sheet.root, source, rest)
    tree = replaced(tree, target, with_item(there, index, node))
    before = index + (source == target and index >= number)
    common = _common(source, target)
    return carry_out(
        sheet,
        tree,
        common,
        lambda: [] if source == target and index == number else None,
        lambda: splices.move(sheet, source, number, target, before),
        lambda: splices.carry(sheet, source, number, target, before),
    )


def criterion_node(name: str, data: Any) -> MappingNode:
    """Return the tree of a criterion.

    Raises:
        EditingError: the data can't be written.
    """
    return MappingNode(START, ((ScalarNode(START, name, name, False), _node(data)),))


def implied_operator(sheet: Sheet, path: Path) -> str | None:
    """Return the operator that data stands for without naming one, if it does."""
    if isinstance(sheet.node(path), MappingNode):
        return None
    key = sheet.key(path)
    name = "" if key is None else key.text.partition("/")[0]
    criterion = CRITERIA.get(name, Edition.ENTERPRISE)
    kind = None if criterion is None else criterion.matcher
    return {MatcherKind.TEXT: "is", MatcherKind.LIST: "has"}.get(kind) if kind else None


def with_item(sequence: Node, number: int, item: Node) -> Node:
    """Return a sequence with one more item."""
    assert isinstance(sequence, SequenceNode)  # noqa: S101 -- the grammar says so
    items = (*sequence.items[:number], item, *sequence.items[number:])
    return replace(sequence, items=items)


def without(node: Node, number: int) -> Node:
    """Return a collection without one of its members."""
    if isinstance(node, MappingNode):
        entries = (*node.entries[:number], *node.entries[number + 1 :])
        return replace(node, entries=entries)
    assert isinstance(node, SequenceNode)  # noqa: S101 -- a scalar has no members
    return replace(node, items=(*node.items[:number], *node.items[number + 1 :]))


def _node(data: Any) -> Node:
    try:
        return node_for(data)
    except UnwritableValueError as error:
        raise EditingError("unwritable", error.args[0]) from error


def _renamed(sheet: Sheet, path: Path, name: str) -> splices.Edits:
    key = sheet.key(path)
    is_same = key is not None and key.text == name
    return [] if is_same else splices.rename(sheet, path, name)


def _spelled_out(data: Node, implied: str | None) -> MappingNode:
    """Return data as a mapping, with the operator that it implies."""
    if isinstance(data, MappingNode):
        return data
    if implied is None:
        raise EditingError("no-matcher", worded("this criterion has no operators"))
    if isinstance(data, ScalarNode) and data.value is None:
        return MappingNode(START, ())
    key = ScalarNode(START, implied, implied, is_plain=False)
    return MappingNode(START, ((key, data),))


def _with_entry(data: MappingNode, name: str, value: Node) -> MappingNode:
    names = [key.text for key, _ in data.entries]
    if name not in names:
        key = ScalarNode(START, name, name, is_plain=False)
        return replace(data, entries=(*data.entries, (key, value)))
    entries = tuple(
        (key, value if key.text == name else old) for key, old in data.entries
    )
    return replace(data, entries=entries)


def _operator(sheet: Sheet, path: Path, name: str) -> tuple[int, MappingNode]:
    data = _spelled_out(sheet.node(path), implied_operator(sheet, path))
    for number, (key, _) in enumerate(data.entries):
        if key.text == name:
            return number, data
    raise EditingError(
        "no-such-place", worded("there is no operator `%(name)s`", name=name)
    )


def _position(index: int, most: int) -> int:
    if not 0 <= index <= most:
        raise EditingError(
            "no-such-place", worded("there is no position %(index)s", index=index)
        )
    return index


def _common(left: Path, right: Path) -> Path:
    length = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        length += 1
    return left[:length]
