"""Policies as trees of expressions: what allows, what denies, what must be watched.

The same tree is rendered to source for a route, and reduced for a caller who is known.
Opposites stand at the leaves only, joins hold no joins of their own kind, and items are
in a fixed order: so that policies which only look different share their code.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from sys import intern
from typing import TYPE_CHECKING, Any, Final

from policies.language.criteria.registry import Need
from policies.language.grammar import Action

from .forms import ALWAYS, NEVER, Form, Leaf, Sees, opposite, united
from .leaves import guard_of, leaf_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from policies.language.compiler import CompiledOperator, Program


class Join:
    """Trees all of which (`and`), or one of which (`or`), must hold."""

    __slots__ = ("items", "order", "word")

    def __init__(self, word: str, items: tuple[Leaf | Join, ...]) -> None:
        self.word = word
        self.items = items
        # Alike in all policies of a shape, so that one text is enough.
        text = intern("(" + f" {word} ".join([one.order[1] for one in items]) + ")")
        self.order: tuple[int, str] = (sum([one.order[0] for one in items]), text)


Tree = Leaf | Join | bool


@dataclass(frozen=True, slots=True)
class PolicyTree:
    """What a policy allows, and what doesn't deny; the guards that its reasons need."""

    program: Program
    allow: Tree
    passes: Tree
    guards: tuple[Leaf, ...]
    has_allow_rules: bool


def policy_tree(program: Program) -> PolicyTree:
    """Return the expressions of a policy."""
    return PolicyTree(
        program=program,
        allow=_alternatives(program, _ALLOW),
        passes=negate(_alternatives(program, _DENY)),
        guards=() if program.needs.isdisjoint(_GUARDED) else _guards(program),
        has_allow_rules=program.has(_ALLOW),
    )


_ALLOW: Final = Action.ALLOW
_DENY: Final = Action.DENY
_GUARDED: Final = frozenset({Need.DEVICES, Need.CERTIFICATE})


def _guards(program: Program) -> tuple[Leaf, ...]:
    guards = [
        guard_of(entry)
        for rule in program.rules
        for block in rule.operators
        for entry in block.criteria
    ]
    return tuple(guard for guard in guards if guard is not None)


def _alternatives(program: Program, action: Action) -> Tree:
    """Return the tree of all rules of an action."""
    blocks = [
        _block(block, action)
        for rule in program.rules
        if rule.action is action
        for block in rule.operators
    ]
    return join("or", blocks)


def _block(block: CompiledOperator, action: Action) -> Tree:
    operator = block.operator
    inverts = operator.inverts
    leaves = [
        leaf_of(entry, inverts=inverts, action=action) for entry in block.criteria
    ]
    return join("and" if operator.needs_all else "or", leaves)


def join(word: str, trees: Iterable[Tree]) -> Tree:
    """Join trees, with constants worked in; nothing joined by `or` is False."""
    decisive = word == "or"
    kept: list[Leaf | Join] = []
    for tree in trees:
        if isinstance(tree, bool):
            if tree is decisive:
                return decisive
        elif isinstance(tree, Join):
            kept += tree.items if tree.word == word else (tree,)
        elif tree.form.constant is None:
            kept.append(tree)
        elif tree.form.constant is decisive:
            return decisive
    if not kept:
        return not decisive
    return kept[0] if len(kept) == 1 else _joined(word, kept)


def _joined(word: str, trees: list[Leaf | Join]) -> Leaf | Join:
    """Join trees, with tests of one family made one."""
    families: dict[Any, list[Leaf]] = {}
    items: list[Leaf | Join] = []
    for tree in trees:
        if isinstance(tree, Leaf) and tree.form.merges_in == word:
            form = tree.form
            alike = (form.family, tree.constants[1:])
            families.setdefault(alike, []).append(tree)
        else:
            items.append(tree)
    items += [united(leaves) for leaves in families.values()]
    if len(items) == 1:
        return items[0]
    items.sort(key=_ORDER)
    return Join(word, tuple(items))


_ORDER: Final = attrgetter("order")


def negate(tree: Tree) -> Tree:
    """Return the opposite of a tree."""
    if isinstance(tree, bool):
        return not tree
    if isinstance(tree, Leaf):
        return opposite(tree)
    word = "or" if tree.word == "and" else "and"
    return join(word, [negate(item) for item in tree.items])


def spelt_out(tree: Tree) -> Leaf | Join:
    """Return a tree that is no constant, be it for want of rules."""
    if isinstance(tree, bool):
        return Leaf(ALWAYS if tree else NEVER)
    return tree


def constants_of(tree: Leaf | Join) -> tuple[Any, ...]:
    """Return the constants of a tree, in the order of their slots."""
    found: list[Any] = []
    _collect(tree, found)
    return tuple(found)


def _collect(tree: Leaf | Join, found: list[Any]) -> None:
    if isinstance(tree, Leaf):
        found += tree.constants
    else:
        for item in tree.items:
            _collect(item, found)


def reduce(
    tree: Leaf | Join,
    constants: Iterator[Any],
    ask: Callable[[Form, tuple[Any, ...]], bool],
) -> Tree:
    """Return what is left of a tree, with other constants, once the caller is known."""
    if isinstance(tree, Leaf):
        form = tree.form
        own = tuple(islice(constants, form.slots))
        return ask(form, own) if form.kind.sees is Sees.CALLER else Leaf(form, own)
    return join(tree.word, [reduce(item, constants, ask) for item in tree.items])


def sees_the_method_only(tree: Leaf | Join) -> bool:
    """Return whether of the facts nothing but the method of the request counts."""
    if isinstance(tree, Leaf):
        return tree.form.kind.sees is not Sees.FACTS
    return all(sees_the_method_only(item) for item in tree.items)
