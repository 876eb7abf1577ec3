"""The way back: what was changed in the builder's tree, changed in the text.

Works through `editing`, so that only the lines of what was changed are touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from policies.language.decoding import MAX_BYTES
from policies.language.editing import (
    Edited,
    EditingError,
    Place,
    add_block,
    add_criterion,
    change_operator,
    move_criterion,
    remove_block,
    remove_criterion,
    set_comment,
    set_criterion,
)
from policies.language.editing.engine import together
from policies.language.editing.sheet import Sheet
from policies.language.grammar import Action, Operator
from policies.language.nodes import json_equal
from policies.texts import worded

from .tree import builder_tree

if TYPE_CHECKING:
    from collections.abc import Mapping

# No text that can be read has more rules than this.
_MAX_PARTS: Final = MAX_BYTES // 8
# Each step reads the text again, so a long one is changed in few steps only.
_BUDGET: Final = 1_000_000


def merge_tree(text: str, tree: Mapping[str, Any]) -> Edited:
    """Return the text after what was changed in its tree, line by line.

    Of the tree, blocks count with their `id`, `action`, `operator`, `comment` and
    `criteria`, and criteria with `id`, `key`, `data` and `comment`. What has no id of
    the text is new, what is missing is removed; opaque blocks stay as they are.

    Raises:
        EditingError: the tree can't be understood, or not be written.
        PolicyLanguageError: the text can't be edited.
    """
    sheet = Sheet.open(text)
    merge = _Merge(text, _originals(sheet))
    blocks = [_Block.read(one) for one in _list(tree, "blocks") if not _is_opaque(one)]
    merge.run([merge.known(block) for block in blocks])
    return together(sheet, merge.text)


@dataclass(slots=True)
class _Criterion:
    id: str | None
    key: str
    data: Any
    comment: str

    @classmethod
    def read(cls, value: Any) -> _Criterion:
        if not isinstance(value, dict) or "data" not in value:
            raise EditingError("bad-tree", worded("a criterion needs `key` and `data`"))
        key = _text(value, "key")
        if not key and not _is_opaque(value):
            raise EditingError("bad-tree", worded("a criterion needs a name"))
        return cls(_id(value), key, value["data"], _text(value, "comment", ""))


@dataclass(slots=True)
class _Block:
    id: str | None
    action: Action
    operator: Operator
    comment: str
    criteria: list[_Criterion]

    @classmethod
    def read(cls, value: Any) -> _Block:
        try:
            action = Action(_text(value, "action"))
            operator = Operator(_text(value, "operator"))
        except ValueError as error:
            raise EditingError("bad-tree", error.args[0]) from None
        criteria = [_Criterion.read(one) for one in _list(value, "criteria")]
        return cls(_id(value), action, operator, _text(value, "comment", ""), criteria)


def _originals(sheet: Sheet) -> dict[str, _Block]:
    blocks = builder_tree(sheet.document)["blocks"]
    return {one["id"]: _Block.read(one) for one in blocks if not _is_opaque(one)}


@dataclass(slots=True)
class _Merge:
    """Changes a text step by step; ids are those of the text at the beginning."""

    text: str
    originals: dict[str, _Block]
    gone: set[int] = field(default_factory=set)
    budget: int = _BUDGET

    def take(self, edited: Edited) -> None:
        """Go on with the text after a step, if there were not too many of them."""
        self.text = edited.text
        self.budget -= len(self.text)
        if self.budget < 0:
            raise EditingError(
                "too-many-changes", worded("that is too much for one step")
            )

    def known(self, block: _Block) -> _Block:
        """Return a block, as a new one if it does not come from the text."""
        original = self.originals.get(str(block.id))
        if original is None or original.action is not block.action:
            block.id = None
        return block

    def run(self, blocks: list[_Block]) -> None:
        kept = {block.id: block for block in blocks if block.id is not None}
        known = {id(block) for block in kept.values()}
        self._remove([one for one in self.originals if one not in kept])
        for block in kept.values():
            self._update(block)
        for name, block in kept.items():
            if block.operator is not self.originals[name].operator:
                place = self._place(name)
                self.take(change_operator(self.text, place, block.operator))
        for block in blocks:
            if id(block) not in known:
                self._add(block)

    def _place(self, name: str, index: int | None = None) -> Place:
        place = Place.read(name)
        rule = place.rule - sum(one < place.rule for one in self.gone)
        return Place(rule, place.operator, index)

    def _remove(self, names: list[str]) -> None:
        for name in sorted(names, key=lambda one: Place.read(one).rule, reverse=True):
            rule = Place.read(name).rule
            before = len(Sheet.open(self.text).rules)
            place = Place.read(name)
            self.take(remove_block(self.text, place))
            if len(Sheet.open(self.text).rules) < before:
                self.gone.add(rule)

    def _update(self, block: _Block) -> None:
        name = str(block.id)
        original = self.originals[name]
        ids = [one.id for one in original.criteria]
        kept = self._change(name, block, ids)
        for number in reversed(range(len(ids))):
            if ids[number] not in kept:
                self.take(remove_criterion(self.text, self._place(name, number)))
        self._arrange(name, block, [one for one in ids if one in kept])
        self._comment(self._place(name), block.comment, original.comment)

    def _change(
        self, name: str, block: _Block, ids: list[str | None]
    ) -> set[str | None]:
        """Change the criteria that are still there, and return their ids."""
        kept: set[str | None] = set()
        for criterion in block.criteria:
            if criterion.id not in ids or criterion.id in kept:
                criterion.id = None
                continue
            kept.add(criterion.id)
            number = ids.index(criterion.id)
            place = self._place(name, number)
            old = self.originals[name].criteria[number]
            if old.key != criterion.key or not json_equal(old.data, criterion.data):
                self.take(
                    set_criterion(
                        self.text, place, name=criterion.key, data=criterion.data
                    )
                )
            self._comment(place, criterion.comment, old.comment)
        return kept

    def _arrange(self, name: str, block: _Block, present: list[str | None]) -> None:
        """Bring the criteria into their order, and add the new ones."""
        for index, criterion in enumerate(block.criteria):
            place = self._place(name, index)
            if criterion.id is None:
                self.take(
                    add_criterion(
                        self.text,
                        self._place(name),
                        name=criterion.key,
                        data=criterion.data,
                        index=index,
                    )
                )
                self._comment(place, criterion.comment, "")
                present.insert(index, None)
            elif present[index] != criterion.id:
                number = present.index(criterion.id)
                source = self._place(name, number)
                self.take(move_criterion(self.text, source, to=place))
                present.insert(index, present.pop(number))

    def _add(self, block: _Block) -> None:
        before = _blocks_of(self.text)
        criteria = [{one.key: one.data} for one in block.criteria]
        self.take(add_block(self.text, block.action, block.operator, criteria))
        (place,) = [one for one in _blocks_of(self.text) if one not in before]
        for index, criterion in enumerate(block.criteria):
            inner = Place(place.rule, place.operator, index)
            self._comment(inner, criterion.comment, "")
        self._comment(place, block.comment, "")

    def _comment(self, place: Place, comment: str, old: str) -> None:
        if comment != old:
            self.take(set_comment(self.text, place, comment))


def _blocks_of(text: str) -> list[Place]:
    sheet = Sheet.open(text)
    return [
        Place(number, operator)
        for number, rule in enumerate(sheet.rules)
        for operator, _ in sheet.operators(rule)
    ]


def _is_opaque(value: Any) -> bool:
    return isinstance(value, dict) and value.get("kind") == "opaque"


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, list) or len(found) > _MAX_PARTS:
        raise EditingError("bad-tree", worded("`%(key)s` must be a list", key=key))
    return found


def _text(value: Any, key: str, default: str | None = None) -> str:
    found = value.get(key, default) if isinstance(value, dict) else None
    if not isinstance(found, str):
        raise EditingError("bad-tree", worded("`%(key)s` must be text", key=key))
    return found


def _id(value: Mapping[str, Any]) -> str | None:
    found = value.get("id")
    return found if isinstance(found, str) else None
