"""Policies as trees of expressions: what allows, what denies, what must be watched.

The same tree is rendered to source for a route, and reduced for a caller who is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policies.language.grammar import Action

from .leaves import FALSE, TRUE, Leaf, guard_of, leaf_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from policies.language.compiler import CompiledOperator, Program


@dataclass(frozen=True, slots=True)
class Join:
    """Trees all of which (`and`), or one of which (`or`), must hold."""

    word: str
    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """A tree that must not hold."""

    tree: Tree


Tree = Leaf | Join | Negation | bool


@dataclass(frozen=True, slots=True)
class PolicyTree:
    """What a policy allows and denies, and the guards that its reasons need."""

    allow: Tree
    deny: Tree
    guards: tuple[Leaf, ...]
    has_allow_rules: bool


NO_RULES: Final = PolicyTree(False, False, (), False)


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
        allow=_alternatives(program, Action.ALLOW),
        deny=_alternatives(program, Action.DENY),
        guards=tuple(guards),
        has_allow_rules=program.has(Action.ALLOW),
    )


def _alternatives(program: Program, action: Action) -> Tree:
    return join("or", (_block(block, action) for block in program.operators(action)))


def _block(block: CompiledOperator, action: Action) -> Tree:
    word = "and" if block.operator.needs_all else "or"
    inverts = block.operator.inverts
    return join(
        word,
        (leaf_of(entry, inverts=inverts, action=action) for entry in block.criteria),
    )


def join(word: str, trees: Iterable[Tree]) -> Tree:
    """Join trees; constants are worked in, and nothing joined by `or` is False."""
    decisive = word == "or"
    kept: list[Tree] = []
    for tree in trees:
        value = _constant(tree)
        if value is decisive:
            return decisive
        if value is None:
            kept.append(tree)
    if not kept:
        return not decisive
    return kept[0] if len(kept) == 1 else Join(word, tuple(kept))


def negate(tree: Tree) -> Tree:
    """Return the opposite of a tree."""
    value = _constant(tree)
    return Negation(tree) if value is None else not value


def _constant(tree: Tree) -> bool | None:
    if isinstance(tree, bool):
        return tree
    if isinstance(tree, Leaf) and tree.text in {TRUE, FALSE}:
        return tree.text == TRUE
    return None


def reduce(tree: Tree, ask: Callable[[Leaf], bool]) -> Tree:
    """Return what is left of a tree once the caller is known."""
    if isinstance(tree, bool):
        return tree
    if isinstance(tree, Leaf):
        return ask(tree) if tree.is_identity else tree
    if isinstance(tree, Negation):
        return negate(reduce(tree.tree, ask))
    return join(tree.word, (reduce(item, ask) for item in tree.items))


def render(tree: Tree, constants: list[object]) -> str:
    """Return the source of a tree; its constants are added in the order of slots."""
    if isinstance(tree, bool):
        return TRUE if tree else FALSE
    if isinstance(tree, Leaf):
        constants += tree.constants
        return tree.text
    if isinstance(tree, Negation):
        return f"not {render(tree.tree, constants)}"
    parts = f" {tree.word} ".join(render(item, constants) for item in tree.items)
    return f"({parts})"
