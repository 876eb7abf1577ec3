"""Who gets in that shouldn't, who is asked to sign in, and what ceilings really do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.language.anonymous import (
    could_allow_anonymous,
    could_hold,
    holds_for_nobody,
)
from policies.language.criteria import Anonymous
from policies.language.criteria.certificate import (
    ClientCertificate,
    InvalidClientCertificate,
)
from policies.language.criteria.constant import Constant
from policies.language.criteria.identity import AuthenticatedUser
from policies.language.criteria.request import Http
from policies.language.criteria.ssh import SshUsername
from policies.language.errors import Severity
from policies.language.grammar import Action, Operator
from policies.language.reasons import Reason
from policies.texts import worded

from . import fixes
from .view import warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.language.errors import Fix, Problem

    from .view import Entry, View

_SIGNING_IN: Final = "authenticated_user"


def passes_without_session(view: View) -> Iterator[Problem]:
    """A criterion that somebody who is nobody meets."""
    for entry in view.entries:
        if not opens(view, entry):
            continue
        hint = worded(
            "put `%(signing_in)s` beside it under `and`", signing_in=_SIGNING_IN
        )
        is_allow = entry.action is Action.ALLOW
        yield warn(
            "passes-without-session",
            worded(
                "`%(name)s` holds for people who have not signed in, too",
                name=entry.name,
            )
            if is_allow
            else worded(
                "`%(name)s` denies people before they could sign in", name=entry.name
            ),
            entry.span,
            severity=Severity.ERROR if is_allow else Severity.WARNING,
            suggestion=worded("%(hint)s, or deny the opposite", hint=hint)
            if is_allow
            else hint,
            fix=fixes.require_session(view, entry),
        )


def opens(view: View, entry: Entry) -> bool:
    """Return whether a criterion can make its operator hold without a session."""
    condition = entry.compiled.condition
    is_empty = isinstance(condition, Http | SshUsername) and not condition.matcher.tests
    if entry.operator.inverts or not (is_empty or holds_for_nobody(entry.compiled)):
        return False
    return id(entry.block) in view.open_blocks


def identity_in_deny(view: View) -> Iterator[Problem]:
    """A deny rule on people that makes a public route ask everybody to sign in."""
    is_public = view.context.attached_to_public or could_allow_anonymous(view.program)
    if not is_public:
        return
    for block in view.blocks:
        asking = [entry for entry in block if _asks(entry)]
        if block[0].action is Action.DENY and asking:
            yield warn(
                "identity-in-deny",
                worded(
                    "the route is public, but for `%(name)s` all must sign in",
                    name=asking[0].name,
                ),
                asking[0].name_span,
                suggestion=worded(
                    "deny by address, path or method, or don't open the route"
                ),
                fix=_without(view, asking),
            )


def _without(view: View, asking: list[Entry]) -> Fix | None:
    """Take out what asks to sign in, unless it is some of several."""
    if len(asking) == len(asking[0].block.criteria):
        return fixes.remove_operator(view, asking[0], title=worded("Remove them"))
    if len(asking) > 1:
        return None
    return fixes.remove(view, asking[0], title=worded("Remove it"))


def _asks(entry: Entry) -> bool:
    return Reason.USER_UNAUTHENTICATED in entry.compiled.criterion.when_false


def ceilings(view: View) -> Iterator[Problem]:
    """Allow rules of an enforced policy: they limit, and grant nothing."""
    if not view.context.enforced:
        return
    blocks = [block for block in view.blocks if block[0].action is Action.ALLOW]
    for block in blocks:
        yield warn(
            "enforced-allow",
            worded(
                "enforced, this lets nobody in: it must hold besides what lets them in"
            ),
            block[0].block.node.keyword_span,
            suggestion=worded("attach the policy instead if it should let people in"),
            fix=fixes.deny_opposite(view, block[0]),
        )
    if blocks and not any(could_hold(block[0].block) for block in blocks):
        first = blocks[0][0]
        is_or = first.operator is Operator.OR
        yield warn(
            "ceiling-refuses-preflight",
            worded(
                "browsers send preflights without a session, so this refuses them all"
            ),
            first.block.node.keyword_span,
            suggestion=worded("add `cors_preflight` as an alternative"),
            fix=fixes.add_alternative(view, first, "cors_preflight") if is_or else None,
        )


def certificate_not_verified(view: View) -> Iterator[Problem]:
    """A test of the certificate where nothing asks whether it is a trusted one."""
    verified = any(
        isinstance(entry.compiled.condition, InvalidClientCertificate)
        and entry.action is Action.DENY
        and entry.operator is Operator.OR
        for entry in view.entries
    )
    for entry in view.entries:
        is_test = isinstance(entry.compiled.condition, ClientCertificate)
        if is_test and not verified and entry.action is Action.ALLOW:
            name = "invalid_client_certificate"
            yield warn(
                "certificate-not-verified",
                worded(
                    "anybody can make such a certificate: nothing asks if it is trusted"
                ),
                entry.name_span,
                suggestion=worded("add a deny rule with `%(name)s`", name=name),
                fix=fixes.add_denial(
                    view, entry, name, title=worded("Deny `%(name)s`", name=name)
                ),
            )


def covers_the_rest(view: View) -> Iterator[Problem]:
    """An alternative that lets in all whom the other alternatives would let in."""
    allowing = [entry for entry in view.entries if entry.action is Action.ALLOW]
    for entry in allowing:
        if not _is_alternative(entry):
            continue
        condition = entry.compiled.condition
        if condition == Constant(True):
            others = [one for one in allowing if one is not entry]
            who = "everybody"
        elif isinstance(condition, AuthenticatedUser):
            others = [one for one in allowing if one is not entry and _is_covered(one)]
            who = worded("everybody who has signed in")
        else:
            continue
        if others:
            yield warn(
                "covers-the-rest",
                worded(
                    "this lets in %(who)s, whatever line %(line)s asks for",
                    who=who,
                    line=others[0].span.line,
                ),
                entry.name_span,
                suggestion=worded("remove it, or combine the criteria under `and`"),
                fix=fixes.remove(view, entry, title=worded("Remove it")),
            )


def _is_alternative(entry: Entry) -> bool:
    is_only = entry.operator is Operator.AND and len(entry.block.criteria) == 1
    return entry.operator is Operator.OR or is_only


def _is_covered(entry: Entry) -> bool:
    return entry.compiled.criterion.anonymous is not Anonymous.ALWAYS_POSSIBLE
