"""Criteria as expressions: the quick form of a condition, where it has one.

An expression is Python source with slots for its constants; nothing that a policy says
ends up in source. It reads `p`, a plain caller, and `f`, the facts. Conditions without
a quick form are asked as the evaluator asks them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from policies.language.criteria.certificate import InvalidClientCertificate
from policies.language.criteria.constant import Constant
from policies.language.criteria.device import Device
from policies.language.criteria.identity import (
    AuthenticatedUser,
    Claim,
    Domain,
    Email,
    Groups,
    User,
)
from policies.language.criteria.registry import Need
from policies.language.criteria.request import CorsPreflight, Http, HttpField
from policies.language.grammar import Action
from policies.language.matchers import (
    ListOperator,
    ListTest,
    TextMatcher,
    TextOperator,
    TextTest,
)
from policies.language.modes import Mode
from policies.language.reasons import Reason

from .masks import bits_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from policies.language.compiler import CompiledCriterion
    from policies.language.criteria.registry import Condition
    from policies.language.facts import Facts

SLOT: Final = "\0"
TRUE: Final = "True"
FALSE: Final = "False"

_IDENTITY_NEEDS: Final = frozenset({Need.SESSION, Need.PERSON, Need.DIRECTORY})


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Tests of one field in one way, so that several are asked at once.

    The four forms are for one operand and for many, and for their opposites.
    """

    one: str
    other_than_one: str
    many: str
    none_of_many: str
    pack: Callable[[Iterable[str]], Any]


@dataclass(slots=True, eq=False)
class Leaf:
    """An expression and its constants, one for each slot.

    `when_true` and `when_false` are the reasons that it gives, as bits; both are 0
    where only `ask` can tell. `kind` and `operands` are what tests are joined by.
    """

    text: str
    constants: tuple[Any, ...] = ()
    is_identity: bool = False
    when_true: int = 0
    when_false: int = 0
    is_negated: bool = False
    kind: tuple[Family, tuple[str, ...]] | None = None
    operands: tuple[str, ...] = ()
    ask: Callable[[Facts], int] | None = None
    cost: int = field(init=False)

    def __post_init__(self) -> None:
        self.cost = sum(price for word, price in _PRICES if word in self.text)


# What is cheap is asked first.
_PRICES: Final = (
    (SLOT, 1),
    ("isdisjoint", 1),
    ("with(", 2),
    ("f.request", 2),
    ("p.claims", 3),
    (f"{SLOT}(f", 100),
)


@dataclass(frozen=True, slots=True)
class Quick:
    """The quick form of a condition: an expression, or an operand for a family."""

    text: str = ""
    constants: tuple[Any, ...] = ()
    family: Family | None = None
    operands: tuple[str, ...] = ()
    is_negated: bool = False

    @property
    def whole(self) -> tuple[str, tuple[Any, ...]]:
        """Return the expression and its constants, families spelt out."""
        if self.family is None:
            return self.text, self.constants
        kind = (self.family, self.constants)
        return _family_text(kind, self.operands, is_negated=self.is_negated)


def leaf_of(entry: CompiledCriterion, *, inverts: bool, action: Action) -> Leaf:
    """Return the expression of a criterion in its place, inversion included."""
    condition = entry.condition
    writer = _WRITERS.get(type(condition))
    quick = None if writer is None else writer(condition)
    if quick is None:
        return _asking(condition, inverts=inverts, action=action)
    yes, no = _reasons(entry)
    is_identity = entry.criterion.needs <= _IDENTITY_NEEDS
    text, constants = quick.whole
    kind = None if quick.family is None else (quick.family, quick.constants)
    leaf = Leaf(
        text,
        constants,
        is_identity,
        when_true=yes,
        when_false=no,
        is_negated=quick.is_negated,
        kind=kind,
        operands=quick.operands,
    )
    return opposite(leaf) if inverts else leaf


def _reasons(entry: CompiledCriterion) -> tuple[int, int]:
    condition, criterion = entry.condition, entry.criterion
    if isinstance(condition, Constant):
        bits = bits_of(Reason.ACCEPT if condition.value else Reason.REJECT)
        return bits, bits
    return bits_of(criterion.when_true[0]), bits_of(criterion.when_false[0])


def _asking(condition: Condition, *, inverts: bool, action: Action) -> Leaf:
    """Return the leaf that asks a condition as the evaluator does."""
    # Not known counts for a deny rule and against an allow rule.
    expected = not inverts if action is Action.ALLOW else inverts
    test = f"is {expected}" if action is Action.ALLOW else f"is not {expected}"

    def ask(facts: Facts) -> int:
        found = condition.find(facts, Mode.POSTERN)
        holds = found.value is not inverts
        if found.value is None:
            holds = action is Action.DENY
        bits = bits_of(found.reason)
        return bits if holds else -bits

    constants = (condition.find, Mode.POSTERN)
    return Leaf(f"{SLOT}(f, {SLOT}).value {test}", constants, ask=ask)


def opposite(leaf: Leaf) -> Leaf:
    """Return the leaf that holds where another doesn't, for the same reasons."""
    is_negated = not leaf.is_negated
    if leaf.kind is not None:
        text = _family_text(leaf.kind, leaf.operands, is_negated=is_negated)[0]
    elif leaf.text in {TRUE, FALSE}:
        text = TRUE if leaf.text == FALSE else FALSE
    else:
        text = f"not ({leaf.text})"
    asked = leaf.ask
    return Leaf(
        text,
        leaf.constants,
        leaf.is_identity,
        when_true=leaf.when_false,
        when_false=leaf.when_true,
        is_negated=is_negated,
        kind=leaf.kind,
        operands=leaf.operands,
        ask=None if asked is None else lambda facts: -asked(facts),
    )


def united(leaves: Sequence[Leaf]) -> Leaf:
    """Return one leaf for several of a kind: any of them, or none where negated."""
    first = leaves[0]
    if first.kind is None or len(leaves) == 1:
        return first
    operands = tuple(dict.fromkeys(one for leaf in leaves for one in leaf.operands))
    text, constants = _family_text(first.kind, operands, is_negated=first.is_negated)
    return Leaf(
        text,
        constants,
        first.is_identity,
        when_true=first.when_true,
        when_false=first.when_false,
        is_negated=first.is_negated,
        kind=first.kind,
        operands=operands,
    )


def _family_text(
    kind: tuple[Family, tuple[str, ...]], operands: tuple[str, ...], *, is_negated: bool
) -> tuple[str, tuple[Any, ...]]:
    family, others = kind
    if len(operands) == 1:
        text = family.other_than_one if is_negated else family.one
        return text, (operands[0], *others)
    text = family.none_of_many if is_negated else family.many
    return text, (family.pack(operands), *others)


def guard_of(entry: CompiledCriterion) -> Leaf | None:
    """Return what must hold for a criterion's reasons not to change the outcome.

    Without it, an enrollment or a certificate could be asked for although the rules
    themselves allow; then the evaluator is asked.
    """
    condition = entry.condition
    if isinstance(condition, Device):
        constants = (condition.find, Mode.POSTERN)
        return Leaf(f"{SLOT}(f, {SLOT}).value is True", constants)
    if isinstance(condition, InvalidClientCertificate):
        return Leaf("f.certificate.is_valid")
    return None


def _equality(left: str) -> Family:
    return Family(
        f"{left} == {SLOT}",
        f"{left} != {SLOT}",
        f"{left} in {SLOT}",
        f"{left} not in {SLOT}",
        frozenset,
    )


def _membership(left: str) -> Family:
    return Family(
        f"{SLOT} in {left}",
        f"{SLOT} not in {left}",
        f"not {SLOT}.isdisjoint({left})",
        f"{SLOT}.isdisjoint({left})",
        frozenset,
    )


def _affix(left: str, method: str) -> Family:
    text = f"{left}.{method}({SLOT})"
    if left in _MAY_BE_NONE:
        text = f"({left} is not None and {text})"
    return Family(text, f"not {text}", text, f"not {text}", tuple)


_MAY_BE_NONE: Final = {"p.domain", "f.request.method", "f.request.path"}
_TEXTS: Final = ("p.email", "p.user_id", *sorted(_MAY_BE_NONE))
_EQUALITIES: Final = {left: _equality(left) for left in _TEXTS}
_STARTS: Final = {left: _affix(left, "startswith") for left in _TEXTS}
_ENDS: Final = {left: _affix(left, "endswith") for left in _TEXTS}
_IN_GROUPS: Final = _membership("p.groups")
_IN_CLAIM: Final = _membership(f"p.claims[{SLOT}][0]")
_NEGATIVE: Final = {TextOperator.NOT, TextOperator.NOT_IN}
_IN: Final = {TextOperator.IN, TextOperator.NOT_IN}


def _text_test(left: str, test: TextTest) -> Quick:
    """Return the form of one test on a text that is there."""
    operator, operand = test.operator, test.operand
    if operator is TextOperator.STARTS_WITH:
        return Quick(family=_STARTS[left], operands=(operand,))
    if operator is TextOperator.ENDS_WITH:
        return Quick(family=_ENDS[left], operands=(operand,))
    if operator is TextOperator.CONTAINS:
        return Quick(f"{SLOT} in {left}", (operand,))
    # Only texts can equal a text.
    choices = operand if operator in _IN else (operand,)
    texts = tuple(value for value in choices if isinstance(value, str))
    is_negated = operator in _NEGATIVE
    if not texts:
        return Quick(TRUE if is_negated else FALSE)
    return Quick(family=_EQUALITIES[left], operands=texts, is_negated=is_negated)


def _all(parts: Sequence[Quick]) -> Quick:
    """Join forms all of which must hold."""
    if len(parts) == 1:
        return parts[0]
    wholes = [part.whole for part in parts]
    text = " and ".join(text for text, _ in wholes)
    constants = tuple(one for _, constants in wholes for one in constants)
    return Quick(f"({text})" if text else TRUE, constants)


def _text(left: str, matcher: TextMatcher) -> Quick:
    """Return the form of tests on a text, none of which holds where there is none."""
    parts = [_text_test(left, test) for test in matcher.tests]
    is_safe = len(parts) == 1 and parts[0].family and not parts[0].is_negated
    if left in _MAY_BE_NONE and not is_safe:
        return _all([Quick(f"{left} is not None"), *parts])
    return _all(parts)


def _email(condition: Email) -> Quick:
    return _text("p.email", condition.matcher)


def _user(condition: User) -> Quick:
    return _text("p.user_id", condition.matcher)


def _domain(condition: Domain) -> Quick:
    return _text("p.domain", condition.matcher)


def _groups(condition: Groups) -> Quick:
    tests = condition.matcher.tests
    return _all([_group_test(test) for test in tests] or [Quick("p.in_directory")])


def _group_test(test: ListTest) -> Quick:
    operator, operand = test.operator, test.operand
    if not isinstance(operand, str):
        # The ids of groups are texts, which nothing else equals.
        is_exclude = operator is ListOperator.EXCLUDE
        return Quick("p.in_directory" if is_exclude else FALSE)
    if operator is ListOperator.HAS:
        return Quick(family=_IN_GROUPS, operands=(operand,))
    if operator is ListOperator.IS:
        return Quick(f"({SLOT} in p.groups and len(p.groups) == 1)", (operand,))
    return Quick(f"(p.in_directory and {SLOT} not in p.groups)", (operand,))


def _claim(condition: Claim) -> Quick | None:
    tests = condition.matcher.tests
    if not all(isinstance(test.operand, str) for test in tests):
        return None
    return _all([_claim_test(condition.path, test) for test in tests])


def _claim_test(path: str, test: ListTest) -> Quick:
    operand = test.operand
    if test.operator is ListOperator.IS:
        text = f"({SLOT} in p.claims[{SLOT}][0] and p.claims[{SLOT}][1] == 1)"
        return Quick(text, (operand, path, path))
    is_exclude = test.operator is ListOperator.EXCLUDE
    return Quick(
        family=_IN_CLAIM, operands=(operand,), constants=(path,), is_negated=is_exclude
    )


def _http(condition: Http) -> Quick:
    if not condition.matcher.tests:
        return Quick(TRUE)
    is_method = condition.field is HttpField.METHOD
    left = "f.request.method" if is_method else "f.request.path"
    return _text(left, condition.matcher)


def _cors_preflight(condition: CorsPreflight) -> Quick:
    text = f'(f.request.method == "OPTIONS" and {SLOT}(f, {SLOT}).value)'
    return Quick(text, (condition.find, Mode.POSTERN))


def _constant(condition: Constant) -> Quick:
    return Quick(TRUE if condition.value else FALSE)


def _authenticated_user(_: AuthenticatedUser) -> Quick:
    # A plain caller is signed in.
    return Quick(TRUE)


_WRITERS: Final[dict[type[Condition], Callable[[Any], Quick | None]]] = {
    AuthenticatedUser: _authenticated_user,
    Claim: _claim,
    Constant: _constant,
    CorsPreflight: _cors_preflight,
    Domain: _domain,
    Email: _email,
    Groups: _groups,
    Http: _http,
    User: _user,
}
