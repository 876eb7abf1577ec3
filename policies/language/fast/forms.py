"""Expressions without their constants, which many leaves of many policies share.

A form is Python source with a slot for each constant; nothing that a policy says ends
up in source. It reads `p`, a plain caller, and `f`, the facts. Which criterion has
which form is in `leaves`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from policies.language.grammar import Action
from policies.language.modes import Mode

from .callers import interned
from .masks import NO_REASON, bits_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from policies.language.criteria.registry import Finding
    from policies.language.facts import Facts

SLOT: Final = "\0"
TRUE: Final = "True"
FALSE: Final = "False"


class Sees(Enum):
    """What an expression looks at: from what on its value is known."""

    CALLER = "caller"
    METHOD = "method"
    FACTS = "facts"


@dataclass(frozen=True, slots=True)
class Kind:
    """What an expression looks at, and the reasons that it gives, as bits.

    Both are 0 where only the condition itself can tell the reason.
    """

    sees: Sees
    when_true: int = 0
    when_false: int = 0

    def turned(self) -> Kind:
        """Return the kind of the opposite."""
        return Kind(self.sees, self.when_false, self.when_true)


@dataclass(frozen=True, slots=True)
class Asking:
    """How the finding of a condition counts that is asked as the evaluator asks it."""

    action: Action
    inverts: bool
    is_negated: bool = False

    def signed(self, find: Callable[..., Finding]) -> Callable[[Facts], int]:
        """Return the function that gives the signed reasons; see `masks`."""

        def ask(facts: Facts) -> int:
            found = find(facts, Mode.POSTERN)
            # Not known counts for a deny rule and against an allow rule.
            holds = found.value is not self.inverts
            if found.value is None:
                holds = self.action is Action.DENY
            bits = bits_of(found.reason)
            return bits if holds is not self.is_negated else -bits

        return ask


@dataclass(slots=True, eq=False)
class Form:
    """One expression: `is_negated` where it is the negative of its family's test.

    `is_turned` says that its reasons are those of its opposite, as below `not`; that is
    another thing, since criteria have negative tests of their own.
    Leaves of a family are made one where `merges_in` is what joins them. `constant` is
    the value of what depends on nothing.
    """

    text: str
    kind: Kind
    family: Family | None = None
    is_negated: bool = False
    is_many: bool = False
    is_turned: bool = False
    asking: Asking | None = None
    slots: int = field(init=False)
    constant: bool | None = field(init=False)
    merges_in: str | None = field(init=False, default=None)
    order: tuple[int, str] = field(init=False)
    _opposite: Form | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.slots = self.text.count(SLOT)
        cost = sum(price * self.text.count(word) for word, price in _PRICES)
        self.order = (cost, self.text)
        self.constant = _CONSTANTS.get(self.text)
        if self.family is not None:
            self.merges_in = "and" if self.is_negated else "or"

    @property
    def opposite(self) -> Form:
        """The form that holds where this one doesn't, for the same reasons."""
        if self._opposite is None:
            self._opposite = _opposite(self)
            self._opposite._opposite = self  # noqa: SLF001 - of its own class
        return self._opposite


# What is cheap, and decides soonest, is asked first.
_PRICES: Final = (
    (SLOT, 1),
    (f"{SLOT} in ", 2),
    ("isdisjoint", 4),
    ("with(", 2),
    ("f.request", 2),
    ("p.claims", 3),
    (f"{SLOT}(f", 100),
)


def _opposite(form: Form) -> Form:
    asking = form.asking
    if form.family is not None:
        place = (not form.is_negated, form.is_many, not form.is_turned)
        return form.family.forms[place]
    if asking is not None:
        asking = Asking(asking.action, asking.inverts, not asking.is_negated)
    text = _OPPOSITES.get(form.text, f"not ({form.text})")
    return Form(text, form.kind.turned(), asking=asking)


_OPPOSITES: Final = {TRUE: FALSE, FALSE: TRUE}
_CONSTANTS: Final = {TRUE: True, FALSE: False}


class Leaf:
    """A form with its constants, one for each slot."""

    __slots__ = ("constants", "form", "order")

    def __init__(self, form: Form, constants: tuple[Any, ...] = ()) -> None:
        self.form = form
        self.constants = constants
        self.order = form.order


class Family:
    """Tests of one field in one way, so that several are asked at once.

    There is a form for one operand and for many, and for their opposites.
    """

    __slots__ = ("forms", "pack")

    def __init__(
        self,
        kind: Kind,
        texts: tuple[str, str, str, str],
        pack: Callable[[Iterable[str]], Any] = frozenset,
    ) -> None:
        self.pack = pack
        self.forms = {
            (*place, is_turned): Form(
                text, kind.turned() if is_turned else kind, self, *place, is_turned
            )
            for text, place in zip(texts, _PLACES, strict=True)
            for is_turned in (False, True)
        }

    def leaf(
        self,
        operands: Sequence[str],
        others: Any = (),
        *,
        is_negated: bool = False,
        is_turned: bool = False,
    ) -> Leaf:
        """Return the leaf for some operands; `others` are its further constants."""
        if len(operands) == 1:
            form = self.forms[is_negated, False, is_turned]
            return Leaf(form, (interned(operands[0]), *others))
        packed = self.pack([interned(one) for one in operands])
        return Leaf(self.forms[is_negated, True, is_turned], (packed, *others))


_PLACES: Final = ((False, False), (True, False), (False, True), (True, True))


def equality(left: str, kind: Kind) -> Family:
    """Return the family of tests whether a text is this, or one of these."""
    return Family(
        kind,
        (
            f"{left} == {SLOT}",
            f"{left} != {SLOT}",
            f"{left} in {SLOT}",
            f"{left} not in {SLOT}",
        ),
    )


def membership(left: str, kind: Kind) -> Family:
    """Return the family of tests whether a set has this, or one of these."""
    return Family(
        kind,
        (
            f"{SLOT} in {left}",
            f"{SLOT} not in {left}",
            f"not {SLOT}.isdisjoint({left})",
            f"{SLOT}.isdisjoint({left})",
        ),
    )


def affix(left: str, method: str, kind: Kind, *, may_be_none: bool) -> Family:
    """Return the family of tests how a text begins or ends."""
    text = f"{left}.{method}({SLOT})"
    if may_be_none:
        text = f"({left} is not None and {text})"
    return Family(kind, (text, f"not {text}", text, f"not {text}"), tuple)


@lru_cache(maxsize=4096)
def form_of(text: str, kind: Kind) -> Form:
    """Return the form of an expression that belongs to no family."""
    return Form(text, kind)


def all_of(parts: Sequence[Leaf], kind: Kind) -> Leaf:
    """Return one leaf for several all of which must hold; none always holds."""
    if len(parts) == 1:
        return parts[0]
    text = " and ".join([part.form.text for part in parts])
    constants = tuple(one for part in parts for one in part.constants)
    return Leaf(form_of(f"({text})" if parts else TRUE, kind), constants)


def opposite(leaf: Leaf) -> Leaf:
    """Return the leaf that holds where another doesn't, for the same reasons."""
    return Leaf(leaf.form.opposite, leaf.constants)


def united(leaves: Sequence[Leaf]) -> Leaf:
    """Return one leaf for several of a family: any of them, or none where negated."""
    first = leaves[0]
    family = first.form.family
    if len(leaves) == 1 or family is None:
        return first
    operands = dict.fromkeys(one for leaf in leaves for one in _operands(leaf))
    return family.leaf(
        tuple(operands),
        first.constants[1:],
        is_negated=first.form.is_negated,
        is_turned=first.form.is_turned,
    )


def _operands(leaf: Leaf) -> Iterable[str]:
    found: Iterable[str] = leaf.constants[:1]
    return leaf.constants[0] if leaf.form.is_many else found


ALWAYS: Final = Form(TRUE, Kind(Sees.CALLER, NO_REASON, NO_REASON))
"""What holds for want of rules, and so without a reason."""
NEVER: Final = ALWAYS.opposite
