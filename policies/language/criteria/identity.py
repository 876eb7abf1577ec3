"""The criteria on who is signed in, and what directory and claims say of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from policies.language.errors import Stage
from policies.language.facts import normalize_address
from policies.language.matchers import (
    Context,
    ListMatcher,
    TextMatcher,
    TextOperator,
    TextTest,
    quoting,
    read_list_matcher,
    read_text_matcher,
)
from policies.language.modes import Edition, Mode
from policies.language.nodes import sort_key
from policies.language.reasons import Reason
from policies.texts import worded

from .constant import ignore_data
from .registry import (
    Anonymous,
    Criterion,
    Finding,
    Group,
    MatcherKind,
    Need,
    Widget,
    refused,
)

if TYPE_CHECKING:
    from policies.language.facts import Facts
    from policies.language.grammar import CriterionNode

_IDENTITY: Final = frozenset({Need.SESSION, Need.PERSON})
_ADDRESS: Final = frozenset({Need.SESSION, Need.PERSON, Need.DIRECTORY})


@dataclass(frozen=True, slots=True)
class AuthenticatedUser:
    def find(self, facts: Facts, mode: Mode) -> Finding:
        if facts.user_id:
            return Finding(True, Reason.USER_OK, facts.user_id)
        return refused(facts, Reason.USER_UNAUTHORIZED)


@dataclass(frozen=True, slots=True)
class User:
    """On the user id of the session; without one no test holds, not even `not`."""

    matcher: TextMatcher

    def find(self, facts: Facts, mode: Mode) -> Finding:
        user_id = facts.user_id
        if user_id is not None and self.matcher.holds(user_id):
            return Finding(True, Reason.USER_OK, user_id)
        return refused(facts, Reason.USER_UNAUTHORIZED, user_id)


def lacks_address(facts: Facts, mode: Mode) -> bool:
    """Return whether only missing directory data could tell the address."""
    return (
        mode is Mode.POSTERN
        and facts.directory.is_missing
        and bool(facts.user_id)
        and not facts.email
    )


def _normalized(matcher: TextMatcher, context: Context) -> TextMatcher:
    """Return a matcher whose operands are as addresses are compared.

    Core compares exactly. Enforcement doesn't distinguish ASCII capitals, or a deny
    rule would miss a person who is spelt in another way.
    """
    if context.is_exact:
        return matcher
    return TextMatcher(
        tuple(
            TextTest(test.operator, _normalized_operand(test.operand))
            for test in matcher.tests
        )
    )


def _normalized_operand(operand: Any) -> Any:
    if isinstance(operand, str):
        return normalize_address(operand)
    if isinstance(operand, tuple):
        unique = {sort_key(one): one for one in map(_normalized_operand, operand)}
        return tuple(unique[key] for key in sorted(unique))
    return operand


def _address(facts: Facts, mode: Mode) -> str:
    return facts.address if mode is Mode.POSTERN else facts.email


@dataclass(frozen=True, slots=True)
class Email:
    """On the address, which is the empty text when there is none."""

    matcher: TextMatcher

    def find(self, facts: Facts, mode: Mode) -> Finding:
        email = _address(facts, mode)
        if lacks_address(facts, mode):
            return Finding(None, Reason.DIRECTORY_DATA_UNAVAILABLE)
        if self.matcher.holds(email):
            return Finding(True, Reason.EMAIL_OK, email)
        return refused(facts, Reason.EMAIL_UNAUTHORIZED, email)


@dataclass(frozen=True, slots=True)
class Domain:
    """On what stands between the first and second `@`; without one nothing holds."""

    matcher: TextMatcher

    def find(self, facts: Facts, mode: Mode) -> Finding:
        parts = _address(facts, mode).split("@", 2)
        if lacks_address(facts, mode):
            return Finding(None, Reason.DIRECTORY_DATA_UNAVAILABLE)
        if len(parts) > 1 and self.matcher.holds(parts[1]):
            return Finding(True, Reason.DOMAIN_OK, parts[1])
        seen = parts[1] if len(parts) > 1 else None
        return refused(facts, Reason.DOMAIN_UNAUTHORIZED, seen)


@dataclass(frozen=True, slots=True)
class Claim:
    """On the values of one claim; a claim that isn't there is an empty list."""

    path: str
    matcher: ListMatcher

    def find(self, facts: Facts, mode: Mode) -> Finding:
        values = facts.claim(self.path)
        if self.matcher.holds(values):
            return Finding(True, Reason.CLAIM_OK, values)
        return refused(facts, Reason.CLAIM_UNAUTHORIZED, values)


@dataclass(frozen=True, slots=True)
class Groups:
    """On the ids of the directory groups; without a directory record nothing holds."""

    matcher: ListMatcher

    def find(self, facts: Facts, mode: Mode) -> Finding:
        if mode is Mode.POSTERN and facts.lacks_directory_data:
            return Finding(None, Reason.DIRECTORY_DATA_UNAVAILABLE)
        person = facts.directory_user
        if person is not None and self.matcher.holds(person.group_ids):
            return Finding(True, Reason.GROUPS_OK, person.group_ids)
        seen = None if person is None else person.group_ids
        return refused(facts, Reason.GROUPS_UNAUTHORIZED, seen)


def _read_authenticated_user(
    node: CriterionNode, context: Context
) -> AuthenticatedUser:
    ignore_data(node, context)
    return AuthenticatedUser()


def _read_user(node: CriterionNode, context: Context) -> User | None:
    matcher = read_text_matcher(node.data, context, what=worded("the user id is"))
    return None if matcher is None else User(matcher)


def _read_email(node: CriterionNode, context: Context) -> Email | None:
    matcher = read_text_matcher(node.data, context, what=worded("the address is"))
    return None if matcher is None else Email(_normalized(matcher, context))


def _read_domain(node: CriterionNode, context: Context) -> Domain | None:
    as_core = Context(context.report, context.name, context.saving, is_exact=True)
    exact = read_text_matcher(node.data, as_core, what=worded("the domain is"))
    if exact is None:
        return None
    if any(
        test.operator is TextOperator.IS and not isinstance(test.operand, str)
        for test in exact.tests
    ):
        context.refuse(
            "not-a-text",
            worded("a domain is text, so it can't be compared with this"),
            node.data.span if node.data.span.length else node.name_span,
            stage=Stage.COMPILE,
            **quoting(node.data),
        )
        return None
    matcher = read_text_matcher(node.data, context, what=worded("the domain is"))
    return None if matcher is None else Domain(_normalized(matcher, context))


def _read_claim(node: CriterionNode, context: Context) -> Claim | None:
    if not node.sub_path:
        context.unsavable(
            "claim-without-name",
            worded("no claim is named, so there is nothing to look at"),
            node.name_span,
            suggestion=worded("write `claim/name`, as in `claim/family_name`"),
        )
    matcher = read_list_matcher(
        node.data, context, what=worded("the values of the claim")
    )
    return None if matcher is None else Claim(node.sub_path or "", matcher)


def _read_groups(node: CriterionNode, context: Context) -> Groups | None:
    matcher = read_list_matcher(node.data, context, what=worded("the groups"))
    return None if matcher is None else Groups(matcher)


AUTHENTICATED_USER = Criterion(
    name="authenticated_user",
    label=worded("Anyone signed in"),
    help=worded("Holds for everybody who has signed in, and for service accounts."),
    example="authenticated_user: true",
    group=Group.WHO,
    matcher=MatcherKind.IGNORED,
    widget=Widget.NONE,
    fact=worded("the user id of the session"),
    when_true=(Reason.USER_OK,),
    when_false=(Reason.USER_UNAUTHORIZED, Reason.USER_UNAUTHENTICATED),
    needs=frozenset({Need.SESSION}),
    anonymous=Anonymous.NEVER,
    read=_read_authenticated_user,
)
USER = Criterion(
    name="user",
    label=worded("Person"),
    help=worded("The id by which the identity provider knows the person."),
    example="user: auth0|5f3a",
    group=Group.WHO,
    matcher=MatcherKind.TEXT,
    widget=Widget.PERSON,
    fact=worded("the user id of the session"),
    when_true=(Reason.USER_OK,),
    when_false=(Reason.USER_UNAUTHORIZED, Reason.USER_UNAUTHENTICATED),
    needs=frozenset({Need.SESSION}),
    anonymous=Anonymous.NEVER,
    compares_text=True,
    read=_read_user,
)
EMAIL = Criterion(
    name="email",
    label=worded("Email"),
    help=worded(
        "The address of the person: the directory's, else that of the sign-in."
    ),
    example="email: {is: ada@example.com}",
    group=Group.WHO,
    matcher=MatcherKind.TEXT,
    widget=Widget.EMAIL,
    fact=worded("the address"),
    when_true=(Reason.EMAIL_OK,),
    when_false=(Reason.EMAIL_UNAUTHORIZED, Reason.USER_UNAUTHENTICATED),
    when_unknown=(Reason.DIRECTORY_DATA_UNAVAILABLE,),
    needs=_ADDRESS,
    anonymous=Anonymous.BY_DATA,
    compares_text=True,
    read=_read_email,
)
DOMAIN = Criterion(
    name="domain",
    label=worded("Email domain"),
    help=worded("The part of the address after the first `@`."),
    example="domain: {is: example.com}",
    group=Group.WHO,
    matcher=MatcherKind.TEXT,
    widget=Widget.DOMAIN,
    fact=worded("the domain of the address"),
    when_true=(Reason.DOMAIN_OK,),
    when_false=(Reason.DOMAIN_UNAUTHORIZED, Reason.USER_UNAUTHENTICATED),
    when_unknown=(Reason.DIRECTORY_DATA_UNAVAILABLE,),
    needs=_ADDRESS,
    anonymous=Anonymous.NEVER,
    compares_text=True,
    read=_read_domain,
)
CLAIM = Criterion(
    name="claim",
    label=worded("Claim"),
    help=worded(
        "A claim of the identity token, named after the slash, has this value."
    ),
    example="claim/family_name: Lovelace",
    group=Group.HOLDS,
    matcher=MatcherKind.LIST,
    widget=Widget.CLAIM,
    fact=worded("the values of the claim"),
    when_true=(Reason.CLAIM_OK,),
    when_false=(Reason.CLAIM_UNAUTHORIZED, Reason.USER_UNAUTHENTICATED),
    needs=_IDENTITY,
    anonymous=Anonymous.BY_DATA,
    takes_sub_path=True,
    read=_read_claim,
)
GROUPS = Criterion(
    name="groups",
    label=worded("Group"),
    help=worded("The person is in this directory group, given by its id."),
    example="groups: {has: 00gv40ki4gmtCyl5d4x6}",
    group=Group.HOLDS,
    matcher=MatcherKind.LIST,
    widget=Widget.GROUP,
    fact=worded("the ids of the groups"),
    when_true=(Reason.GROUPS_OK,),
    when_false=(Reason.GROUPS_UNAUTHORIZED, Reason.USER_UNAUTHENTICATED),
    when_unknown=(Reason.DIRECTORY_DATA_UNAVAILABLE,),
    needs=frozenset({Need.SESSION, Need.DIRECTORY}),
    anonymous=Anonymous.NEVER,
    edition=Edition.ENTERPRISE,
    compares_text=True,
    read=_read_groups,
)
ALL = (AUTHENTICATED_USER, USER, EMAIL, DOMAIN, CLAIM, GROUPS)
