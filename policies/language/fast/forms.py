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

from policies.language.reasons import Reason

from .callers import interned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


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
    """What an expression looks at, and the reasons of the criterion that it stands for.

    Nobody looks at them where only the condition itself can tell the reason.
    """

    sees: Sees
    when_true: Reason = Reason.ACCEPT
    when_false: Reason = Reason.REJECT

    def reason(self, *, holds: bool) -> Reason:
        """Return the reason that goes with a value."""
        return self.when_true if holds else self.when_false


@dataclass(slots=True, eq=False)
class Form:
    """One expression: `is_negated` where it is the negative of its family's test.

    Leaves of a family are made one where `merges_in` is what joins them. `constant` is
    the value of what depends on nothing.
    """

    text: str
    kind: Kind
    family: Family | None = None
    is_negated: bool = False
    is_many: bool = False
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
        """The form that holds where this one doesn't."""
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
    if form.family is not None:
        return form.family.forms[not form.is_negated, form.is_many]
    return Form(_OPPOSITES.get(form.text, f"not ({form.text})"), form.kind)


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
            place: Form(text, kind, self, *place)
            for text, place in zip(texts, _PLACES, strict=True)
        }

    def leaf(
        self,
        operands: Sequence[str],
        others: Any = (),
        *,
        is_negated: bool = False,
    ) -> Leaf:
        """Return the leaf for some operands; `others` are its further constants."""
        if len(operands) == 1:
            form = self.forms[is_negated, False]
            return Leaf(form, (interned(operands[0]), *others))
        packed = self.pack([interned(one) for one in operands])
        return Leaf(self.forms[is_negated, True], (packed, *others))


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
    """Return the leaf that holds where another doesn't."""
    return Leaf(leaf.form.opposite, leaf.constants)


def united(leaves: Sequence[Leaf]) -> Leaf:
    """Return one leaf for several of a family: any of them, or none where negated."""
    first = leaves[0]
    family = first.form.family
    if len(leaves) == 1 or family is None:
        return first
    operands = dict.fromkeys(one for leaf in leaves for one in _operands(leaf))
    return family.leaf(
        tuple(operands), first.constants[1:], is_negated=first.form.is_negated
    )


def _operands(leaf: Leaf) -> Iterable[str]:
    found: Iterable[str] = leaf.constants[:1]
    return leaf.constants[0] if leaf.form.is_many else found


ALWAYS: Final = Form(TRUE, Kind(Sees.CALLER))
"""What holds for want of rules."""
NEVER: Final = ALWAYS.opposite
