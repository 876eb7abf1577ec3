"""Criteria as expressions: the quick form of a condition, where it has one.

An expression is Python source with slots for its constants; nothing that a policy says
ends up in source. It reads `p`, a plain caller, and `f`, the facts. Conditions without
a quick form are asked as the evaluator asks them.
"""

from __future__ import annotations

from dataclasses import dataclass
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

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from policies.language.compiler import CompiledCriterion
    from policies.language.criteria.registry import Condition

SLOT: Final = "\0"
TRUE: Final = "True"
FALSE: Final = "False"

_IDENTITY_NEEDS: Final = frozenset({Need.SESSION, Need.PERSON, Need.DIRECTORY})


@dataclass(frozen=True, slots=True)
class Leaf:
    """An expression, its constants, and whether it looks at the caller only."""

    text: str
    constants: tuple[Any, ...] = ()
    is_identity: bool = False


Quick = tuple[str, tuple[Any, ...]]


def leaf_of(entry: CompiledCriterion, *, inverts: bool, action: Action) -> Leaf:
    """Return the expression of a criterion in its place, inversion included."""
    condition = entry.condition
    writer = _WRITERS.get(type(condition))
    quick = None if writer is None else writer(condition)
    is_identity = entry.criterion.needs <= _IDENTITY_NEEDS
    if quick is None:
        # Not known counts for a deny rule and against an allow rule.
        expected = not inverts if action is Action.ALLOW else inverts
        test = f"is {expected}" if action is Action.ALLOW else f"is not {expected}"
        return Leaf(f"{SLOT}(f, {SLOT}).value {test}", (condition.find, Mode.POSTERN))
    text, constants = quick
    if inverts:
        text = {TRUE: FALSE, FALSE: TRUE}.get(text, f"not ({text})")
    return Leaf(text, constants, is_identity)


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


def _text_test(left: str, test: TextTest) -> Quick | None:
    operator, operand = test.operator, test.operand
    if operator in {TextOperator.IN, TextOperator.NOT_IN}:
        # Only texts can equal a text.
        texts = frozenset(value for value in operand if isinstance(value, str))
        word = "in" if operator is TextOperator.IN else "not in"
        return f"{left} {word} {SLOT}", (texts,)
    if not isinstance(operand, str):
        return (FALSE if operator is TextOperator.IS else TRUE), ()
    return _TEXT_TESTS[operator].format(left=left, slot=SLOT), (operand,)


_TEXT_TESTS: Final = {
    TextOperator.IS: "{left} == {slot}",
    TextOperator.NOT: "{left} != {slot}",
    TextOperator.STARTS_WITH: "{left}.startswith({slot})",
    TextOperator.ENDS_WITH: "{left}.endswith({slot})",
    TextOperator.CONTAINS: "{slot} in {left}",
}


def _all(parts: Sequence[Quick | None]) -> Quick | None:
    """Join expressions all of which must hold; None if one has no quick form."""
    texts: list[str] = []
    constants: list[Any] = []
    for part in parts:
        if part is None:
            return None
        texts.append(part[0])
        constants += part[1]
    text = " and ".join(texts) if texts else TRUE
    return (f"({text})" if len(texts) > 1 else text), tuple(constants)


def _text(left: str, matcher: TextMatcher) -> Quick | None:
    return _all([_text_test(left, test) for test in matcher.tests])


def _email(condition: Email) -> Quick | None:
    return _text("p.email", condition.matcher)


def _user(condition: User) -> Quick | None:
    return _text("p.user_id", condition.matcher)


def _domain(condition: Domain) -> Quick | None:
    tests = condition.matcher.tests
    quick = _text("p.domain", condition.matcher)
    if quick is None or [test.operator for test in tests] == [TextOperator.IS]:
        return quick
    return f"(p.domain is not None and {quick[0]})", quick[1]


def _groups(condition: Groups) -> Quick | None:
    parts = [_group_test(test) for test in condition.matcher.tests]
    return _all(parts or [("p.in_directory", ())])


def _group_test(test: ListTest) -> Quick:
    if not isinstance(test.operand, str):
        # The ids of groups are texts, which nothing else equals.
        is_exclude = test.operator is ListOperator.EXCLUDE
        return ("p.in_directory" if is_exclude else FALSE), ()
    return _GROUP_TESTS[test.operator], (test.operand,)


_GROUP_TESTS: Final = {
    ListOperator.HAS: f"{SLOT} in p.groups",
    ListOperator.IS: f"({SLOT} in p.groups and len(p.groups) == 1)",
    ListOperator.EXCLUDE: f"(p.in_directory and {SLOT} not in p.groups)",
}


def _claim(condition: Claim) -> Quick | None:
    return _all([_claim_test(condition.path, test) for test in condition.matcher.tests])


def _claim_test(path: str, test: ListTest) -> Quick | None:
    if not isinstance(test.operand, str):
        return None
    values = f"p.claims[{SLOT}]"
    if test.operator is ListOperator.HAS:
        return f"{SLOT} in {values}[0]", (test.operand, path)
    if test.operator is ListOperator.EXCLUDE:
        return f"{SLOT} not in {values}[0]", (test.operand, path)
    constants = (test.operand, path, path)
    return f"({SLOT} in {values}[0] and {values}[1] == 1)", constants


def _http(condition: Http) -> Quick | None:
    if not condition.matcher.tests:
        return TRUE, ()
    is_method = condition.field is HttpField.METHOD
    left = "f.request.method" if is_method else "f.request.path"
    quick = _text(left, condition.matcher)
    if quick is None:
        return None
    return f"({left} is not None and {quick[0]})", quick[1]


def _cors_preflight(condition: CorsPreflight) -> Quick:
    text = f'(f.request.method == "OPTIONS" and {SLOT}(f, {SLOT}).value)'
    return text, (condition.find, Mode.POSTERN)


def _constant(condition: Constant) -> Quick:
    return (TRUE if condition.value else FALSE), ()


def _authenticated_user(_: AuthenticatedUser) -> Quick:
    # A plain caller is signed in.
    return TRUE, ()


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
