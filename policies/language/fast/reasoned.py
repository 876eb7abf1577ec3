"""Routes as statements that work out every criterion, for the reasons.

Where alternatives hold, the reasons are of those that do; where none does, of all. For
what must hold together it is the other way round. Nothing is cut short.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeGuard

from policies.language.criteria.device import Device
from policies.language.grammar import Action

from .forms import SLOT, Leaf
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
    lines = ["if p.odd: return S.evaluate(p, f)", *writer.lines, f"return D[{pair}]"]
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
            form, kind = tree.form, tree.form.kind
            if form.asking is not None:
                ask = form.asking.signed(*tree.constants)
                return self._variable(f"{SLOT}(f)", (ask,))
            text = f"{kind.when_true} if {form.text} else {-kind.when_false}"
            return self._variable(text, tree.constants)
        return self._join(tree)

    def _join(self, tree: Join) -> str:
        asks = [item for item in tree.items if not _is_quick(item)]
        names = [self.signed(item) for item in asks]
        quick = [item for item in tree.items if _is_quick(item)]
        deciding, common, sign = _DECIDING[tree.word]
        parts = [deciding.format(form=leaf.form, kind=leaf.form.kind) for leaf in quick]
        rest = 0
        for leaf in quick:
            kind = leaf.form.kind
            rest |= kind.when_false if tree.word == "or" else kind.when_true
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


def _is_quick(item: Leaf | Join) -> TypeGuard[Leaf]:
    return isinstance(item, Leaf) and item.form.asking is None


# Of a leaf, and of a variable: the bits if it decides; and those of a variable that
# does not decide.
_DECIDING: Final = {
    "or": (
        "({kind.when_true} if {form.text} else 0)",
        "-{name}",
        "({name} if {name} > 0 else 0)",
    ),
    "and": (
        "(0 if {form.text} else {kind.when_false})",
        "{name}",
        "(0 if {name} > 0 else -{name})",
    ),
}
