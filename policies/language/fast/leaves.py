"""Criteria as expressions: the quick form of a condition, where it has one.

Conditions without a quick form are asked as the evaluator asks them.
"""

from __future__ import annotations

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
from policies.language.criteria.request import CorsPreflight, Http, HttpField
from policies.language.grammar import Action
from policies.language.matchers import (
    ListOperator,
    ListTest,
    TextMatcher,
    TextOperator,
    TextTest,
)
from policies.language.reasons import Reason

from .callers import interned
from .forms import (
    FALSE,
    SLOT,
    TRUE,
    Form,
    Kind,
    Leaf,
    Sees,
    affix,
    all_of,
    equality,
    form_of,
    membership,
    opposite,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from policies.language.compiler import CompiledCriterion
    from policies.language.criteria.registry import Condition


def plain_leaf(condition: Condition) -> Leaf | None:
    """Return the expression of a condition, if it has a quick form."""
    writer = _WRITERS.get(type(condition))
    return None if writer is None else writer(condition)


def leaf_of(entry: CompiledCriterion, *, inverts: bool, action: Action) -> Leaf:
    """Return the expression of a criterion in its place, inversion included."""
    leaf = plain_leaf(entry.condition)
    if leaf is None:
        return Leaf(_ASKED[action, inverts], (entry.condition.find,))
    return opposite(leaf) if inverts else leaf


def _asked(action: Action, *, inverts: bool) -> Form:
    """Return the form that asks a condition as the evaluator does."""
    # Not known counts for a deny rule and against an allow rule.
    expected = not inverts if action is Action.ALLOW else inverts
    test = f"is {expected}" if action is Action.ALLOW else f"is not {expected}"
    return Form(f"{SLOT}(f, M).value {test}", Kind(Sees.FACTS))


_ASKED: Final = {
    (action, inverts): _asked(action, inverts=inverts)
    for action in Action
    for inverts in (False, True)
}


def guard_of(entry: CompiledCriterion) -> Leaf | None:
    """Return what must hold for a criterion's reasons not to change the outcome.

    Without it, an enrollment or a certificate could be asked for although the rules
    themselves allow; then the evaluator is asked.
    """
    condition = entry.condition
    if isinstance(condition, Device):
        return Leaf(_ENROLLED, (condition.find,))
    if isinstance(condition, InvalidClientCertificate):
        return Leaf(_CERTIFIED)
    return None


_ENROLLED: Final = Form(f"{SLOT}(f, M).value is True", Kind(Sees.FACTS))
_CERTIFIED: Final = Form("f.certificate.is_valid", Kind(Sees.FACTS))


class TextField:
    """The ways to test one text, which may be none at all."""

    __slots__ = ("ends", "equals", "is_there", "kind", "left", "starts")

    def __init__(self, left: str, kind: Kind, *, may_be_none: bool = False) -> None:
        self.left = left
        self.kind = kind
        self.is_there = Form(f"{left} is not None", kind) if may_be_none else None
        self.equals = equality(left, kind)
        self.starts = affix(left, "startswith", kind, may_be_none=may_be_none)
        self.ends = affix(left, "endswith", kind, may_be_none=may_be_none)

    def leaf(self, matcher: TextMatcher) -> Leaf:
        """Return the tests of a matcher; without a text none of them holds."""
        parts = [self._test(test) for test in matcher.tests]
        only = parts[0].form if len(parts) == 1 else None
        is_safe = only is not None and only.family is not None and not only.is_negated
        if self.is_there is not None and not is_safe:
            parts.insert(0, Leaf(self.is_there))
        return all_of(parts, self.kind)

    def _test(self, test: TextTest) -> Leaf:
        """Return one test on a text that is there."""
        operator, operand = test.operator, test.operand
        if operator is _IS and isinstance(operand, str):
            return self.equals.leaf((operand,))
        if operator is TextOperator.STARTS_WITH:
            return self.starts.leaf((operand,))
        if operator is TextOperator.ENDS_WITH:
            return self.ends.leaf((operand,))
        if operator is TextOperator.CONTAINS:
            return Leaf(form_of(f"{SLOT} in {self.left}", self.kind), (operand,))
        # Only texts can equal a text.
        choices = operand if operator in _IN else (operand,)
        texts = [value for value in choices if isinstance(value, str)]
        is_negated = operator in _NEGATIVE
        if not texts:
            return Leaf(form_of(TRUE if is_negated else FALSE, self.kind))
        return self.equals.leaf(texts, is_negated=is_negated)


# Members that are asked for most: Python 3.11 takes its time to find one in its class.
_IS: Final = TextOperator.IS
_HAS: Final = ListOperator.HAS
_NEGATIVE: Final = {TextOperator.NOT, TextOperator.NOT_IN}
_IN: Final = {TextOperator.IN, TextOperator.NOT_IN}


_OF_EMAIL: Final = Kind(Sees.CALLER, Reason.EMAIL_OK, Reason.EMAIL_UNAUTHORIZED)
_OF_USER: Final = Kind(Sees.CALLER, Reason.USER_OK, Reason.USER_UNAUTHORIZED)
_OF_DOMAIN: Final = Kind(Sees.CALLER, Reason.DOMAIN_OK, Reason.DOMAIN_UNAUTHORIZED)
_OF_GROUPS: Final = Kind(Sees.CALLER, Reason.GROUPS_OK, Reason.GROUPS_UNAUTHORIZED)
_OF_CLAIM: Final = Kind(Sees.CALLER, Reason.CLAIM_OK, Reason.CLAIM_UNAUTHORIZED)
_OF_CORS: Final = Kind(Sees.FACTS, Reason.CORS_REQUEST, Reason.NON_CORS_REQUEST)
_OF_METHOD: Final = Kind(
    Sees.METHOD, Reason.HTTP_METHOD_OK, Reason.HTTP_METHOD_UNAUTHORIZED
)
_OF_PATH: Final = Kind(Sees.FACTS, Reason.HTTP_PATH_OK, Reason.HTTP_PATH_UNAUTHORIZED)
_EMAIL: Final = TextField("p.email", _OF_EMAIL)
_USER: Final = TextField("p.user_id", _OF_USER)
_DOMAIN: Final = TextField("p.domain", _OF_DOMAIN, may_be_none=True)
_METHOD: Final = TextField("f.request.method", _OF_METHOD, may_be_none=True)
_PATH: Final = TextField("f.request.path", _OF_PATH, may_be_none=True)
_IN_GROUPS: Final = membership("p.groups", _OF_GROUPS)
_IN_CLAIM: Final = membership(f"p.claims[{SLOT}]", _OF_CLAIM)
_IS_CLAIM: Final = Form(
    f"({SLOT} in p.claims[{SLOT}] and p.claims.counts[{SLOT}] == 1)", _OF_CLAIM
)
_IN_DIRECTORY: Final = Form("p.in_directory", _OF_GROUPS)
_IN_NO_GROUP: Final = Form(FALSE, _OF_GROUPS)
_ONLY_GROUP: Final = Form(f"({SLOT} in p.groups and len(p.groups) == 1)", _OF_GROUPS)
_OTHER_GROUPS: Final = Form(f"(p.in_directory and {SLOT} not in p.groups)", _OF_GROUPS)
_IS_PREFLIGHT: Final = Form(
    f'(f.request.method == "OPTIONS" and {SLOT}(f, M).value)', _OF_CORS
)
_ACCEPTED: Final = Form(TRUE, Kind(Sees.CALLER, Reason.ACCEPT, Reason.ACCEPT))
_REJECTED: Final = Form(FALSE, Kind(Sees.CALLER, Reason.REJECT, Reason.REJECT))
# A plain caller is signed in.
_SIGNED_IN: Final = Form(TRUE, _OF_USER)
_ANY_METHOD: Final = Form(TRUE, _OF_METHOD)
_ANY_PATH: Final = Form(TRUE, _OF_PATH)


def _groups(condition: Groups) -> Leaf:
    tests = condition.matcher.tests
    if len(tests) == 1:
        return _group_test(tests[0])
    if not tests:
        return Leaf(_IN_DIRECTORY)
    return all_of([_group_test(test) for test in tests], _OF_GROUPS)


def _group_test(test: ListTest) -> Leaf:
    operator, operand = test.operator, test.operand
    if not isinstance(operand, str):
        # The ids of groups are texts, which nothing else equals.
        is_exclude = operator is ListOperator.EXCLUDE
        return Leaf(_IN_DIRECTORY if is_exclude else _IN_NO_GROUP)
    if operator is _HAS:
        return _IN_GROUPS.leaf((operand,))
    form = _ONLY_GROUP if operator is ListOperator.IS else _OTHER_GROUPS
    return Leaf(form, (interned(operand),))


def _claim(condition: Claim) -> Leaf | None:
    tests = condition.matcher.tests
    if not all(isinstance(test.operand, str) for test in tests):
        return None
    path = interned(condition.path)
    return all_of([_claim_test(path, test) for test in tests], _OF_CLAIM)


def _claim_test(path: str, test: ListTest) -> Leaf:
    operand = interned(test.operand)
    if test.operator is ListOperator.IS:
        return Leaf(_IS_CLAIM, (operand, path, path))
    is_exclude = test.operator is ListOperator.EXCLUDE
    return _IN_CLAIM.leaf((operand,), (path,), is_negated=is_exclude)


def _http(condition: Http) -> Leaf:
    is_method = condition.field is HttpField.METHOD
    if not condition.matcher.tests:
        return Leaf(_ANY_METHOD if is_method else _ANY_PATH)
    return (_METHOD if is_method else _PATH).leaf(condition.matcher)


_WRITERS: Final[dict[type[Condition], Callable[[Any], Leaf | None]]] = {
    AuthenticatedUser: lambda _: Leaf(_SIGNED_IN),
    Claim: _claim,
    Constant: lambda condition: Leaf(_ACCEPTED if condition.value else _REJECTED),
    CorsPreflight: lambda condition: Leaf(_IS_PREFLIGHT, (condition.find,)),
    Domain: lambda condition: _DOMAIN.leaf(condition.matcher),
    Email: lambda condition: _EMAIL.leaf(condition.matcher),
    Groups: _groups,
    Http: _http,
    User: lambda condition: _USER.leaf(condition.matcher),
}
