"""Routes as statements that work out every criterion, for the reasons.

Where alternatives hold, the reasons are of those that do; where none does, of all. For
what must hold together it is the other way round. Nothing is cut short.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policies.language.criteria.device import Device
from policies.language.grammar import Action

from .leaves import SLOT, Leaf
from .trees import Join, alternatives, join, negate, spelt_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.language.compiler import Program

    from .trees import Tree


def reasoned_source(
    granting: list[Program], enforced: list[Program]
) -> tuple[str, tuple[Any, ...]] | None:
    """Return statements and constants, or None where results come with data."""
    every = [*granting, *enforced]
    if any(_gives_data(program) for program in every):
        return None
    allowed = _any(_rules(program, Action.ALLOW) for program in granting)
    denied = _any(
        [
            *(_rules(program, Action.DENY) for program in every),
            *(
                negate(spelt_out(_rules(program, Action.ALLOW)))
                for program in enforced
                if program.has(Action.ALLOW)
            ),
        ]
    )
    writer = _Writer()
    pair = f"{writer.signed(allowed)}, {writer.signed(denied)}"
    lines = ["if p.odd: return S(p, f)", *writer.lines, f"return D[{pair}]"]
    return "\n".join(lines), tuple(writer.constants)


def _gives_data(program: Program) -> bool:
    return any(
        isinstance(entry.condition, Device)
        for rule in program.rules
        for block in rule.operators
        for entry in block.criteria
    )


def _rules(program: Program, action: Action) -> Tree:
    return alternatives(program, action, folds=False)


def _any(trees: Iterator[Tree] | list[Tree]) -> Leaf | Join:
    return spelt_out(join("or", trees, folds=False))


class _Writer:
    """Writes one statement for each join, innermost first.

    Slots stand in the order of the constants.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.constants: list[Any] = []

    def signed(self, tree: Leaf | Join) -> str:
        """Return the name of a variable with the signed result of a tree."""
        if isinstance(tree, Leaf):
            if tree.ask is not None:
                return self._variable(f"{SLOT}(f)", (tree.ask,))
            text = f"{tree.when_true} if {tree.text} else {-tree.when_false}"
            return self._variable(text, tree.constants)
        return self._join(tree)

    def _join(self, tree: Join) -> str:
        asks = [item for item in tree.items if not _is_quick(item)]
        names = [self.signed(item) for item in asks]
        quick = [item for item in tree.items if isinstance(item, Leaf) and not item.ask]
        deciding, common, sign = _DECIDING[tree.word]
        parts = [deciding.format(leaf=leaf) for leaf in quick]
        rest = 0
        for leaf in quick:
            rest |= leaf.when_false if tree.word == "or" else leaf.when_true
        parts += [sign.format(name=name) for name in names]
        others = " | ".join([str(rest), *(common.format(name=name) for name in names)])
        either = " | ".join(parts)
        text = (
            f"({either}) or -({others})"
            if tree.word == "or"
            else f"-({either}) or ({others})"
        )
        return self._variable(text, [one for leaf in quick for one in leaf.constants])

    def _variable(self, text: str, constants: tuple[Any, ...] | list[Any]) -> str:
        self.constants += constants
        name = f"r{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return name


def _is_quick(item: Leaf | Join) -> bool:
    return isinstance(item, Leaf) and item.ask is None


# Of a leaf, and of a variable: the bits if it decides; and those of a variable that
# does not decide.
_DECIDING: Final = {
    "or": (
        "({leaf.when_true} if {leaf.text} else 0)",
        "-{name}",
        "({name} if {name} > 0 else 0)",
    ),
    "and": (
        "(0 if {leaf.text} else {leaf.when_false})",
        "{name}",
        "(0 if {name} > 0 else -{name})",
    ),
}
