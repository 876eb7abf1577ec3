"""Policies as trees of expressions: what allows, what denies, what must be watched.

The same tree is rendered to source for a route, and reduced for a caller who is known.
Opposites stand at the leaves only, joins hold no joins of their own kind, and items are
in a fixed order: so that policies which only look different share their code.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from sys import intern
from typing import TYPE_CHECKING, Any, Final

from policies.language.grammar import Action

from .leaves import FALSE, TRUE, Leaf, guard_of, leaf_of, opposite, united
from .masks import NO_REASON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from policies.language.compiler import CompiledOperator, Program


class Join:
    """Trees all of which (`and`), or one of which (`or`), must hold."""

    __slots__ = ("constants", "cost", "items", "text", "word")

    def __init__(self, word: str, items: tuple[Leaf | Join, ...]) -> None:
        self.word = word
        self.items = items
        # Alike for all routes of a shape, which is why one text is enough.
        self.text: str = intern(
            "(" + f" {word} ".join([one.text for one in items]) + ")"
        )
        self.constants: tuple[Any, ...] = sum((one.constants for one in items), ())
        self.cost: int = sum([one.cost for one in items])


Tree = Leaf | Join | bool


@dataclass(frozen=True, slots=True)
class PolicyTree:
    """What a policy allows, and what doesn't deny; the guards that its reasons need."""

    allow: Tree
    passes: Tree
    guards: tuple[Leaf, ...]
    has_allow_rules: bool


def policy_tree(program: Program) -> PolicyTree:
    """Return the expressions of a policy."""
    entries = [
        entry
        for action in Action
        for block in program.operators(action)
        for entry in block.criteria
    ]
    guards = {guard: None for entry in entries if (guard := guard_of(entry))}
    return PolicyTree(
        allow=alternatives(program, Action.ALLOW, folds=True),
        passes=negate(alternatives(program, Action.DENY, folds=True)),
        guards=tuple(guards),
        has_allow_rules=program.has(Action.ALLOW),
    )


def alternatives(program: Program, action: Action, *, folds: bool) -> Tree:
    """Return the tree of all rules of an action; see `join` for `folds`."""
    blocks = [_block(one, action, folds=folds) for one in program.operators(action)]
    return join("or", blocks, folds=folds)


def _block(block: CompiledOperator, action: Action, *, folds: bool) -> Tree:
    word = "and" if block.operator.needs_all else "or"
    inverts = block.operator.inverts
    leaves = [
        leaf_of(entry, inverts=inverts, action=action) for entry in block.criteria
    ]
    return join(word, leaves, folds=folds)


def join(word: str, trees: Iterable[Tree], *, folds: bool = True) -> Tree:
    """Join trees; nothing joined by `or` is False.

    With `folds` constants are worked in. Where reasons count they stay, since what
    always holds is not the only reason.
    """
    decisive = word == "or"
    kept: list[Leaf | Join] = []
    for tree in trees:
        value = _constant(tree) if folds else None
        if value is decisive:
            return decisive
        if value is not None or isinstance(tree, bool):
            continue
        if isinstance(tree, Join) and tree.word == word:
            kept += tree.items
        else:
            kept.append(tree)
    if not kept:
        return not decisive
    return kept[0] if len(kept) == 1 else _joined(word, kept)


def _joined(word: str, trees: list[Leaf | Join]) -> Leaf | Join:
    """Join trees, with tests of one kind made one."""
    merges = word == "and"
    kinds: dict[Any, list[Leaf]] = {}
    items: list[Leaf | Join] = []
    for tree in trees:
        kind = getattr(tree, "kind", None)
        if isinstance(tree, Leaf) and kind is not None and tree.is_negated is merges:
            kinds.setdefault(kind, []).append(tree)
        else:
            items.append(tree)
    items += [united(leaves) for leaves in kinds.values()]
    if len(items) == 1:
        return items[0]
    items.sort(key=_ORDER)
    return Join(word, tuple(dict.fromkeys(items)))


_ORDER: Final = attrgetter("cost", "text")


def negate(tree: Tree) -> Tree:
    """Return the opposite of a tree, which has the same reasons."""
    if isinstance(tree, bool):
        return not tree
    if isinstance(tree, Leaf):
        return opposite(tree)
    word = "or" if tree.word == "and" else "and"
    return join(word, [negate(item) for item in tree.items], folds=False)


def spelt_out(tree: Tree) -> Leaf | Join:
    """Return a tree that is no constant, be it for want of rules."""
    if isinstance(tree, bool):
        text = TRUE if tree else FALSE
        return Leaf(text, when_true=NO_REASON, when_false=NO_REASON)
    return tree


def _constant(tree: Tree) -> bool | None:
    if isinstance(tree, bool):
        return tree
    if tree.text in _CONSTANTS:
        return tree.text == TRUE
    return None


_CONSTANTS: Final = {TRUE, FALSE}


def reduce(tree: Tree, ask: Callable[[Leaf], bool]) -> Tree:
    """Return what is left of a tree once the caller is known."""
    if isinstance(tree, bool):
        return tree
    if isinstance(tree, Leaf):
        return ask(tree) if tree.is_identity else tree
    return join(tree.word, (reduce(item, ask) for item in tree.items))
