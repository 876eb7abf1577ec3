"""What a row of the matrix says, and the answer that it expects of each subject."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from namespaces.permissions import Permission
from tests.permissions.subjects import HOME, Subject, chain
from tests.permissions.world import World

ALLOWED, DENIED, HIDDEN, UNKNOWN, SIGN_IN = (
    "allowed",
    "denied",
    "hidden",
    "unknown",
    "sign-in",
)
Body = Callable[[World], Mapping[str, Any]]
# For each kind of object the permission that shows it, and whether it is also seen
# from the namespaces below its own.
KINDS: dict[str, tuple[Permission, bool]] = {
    "namespace": (Permission.NAMESPACE_VIEW, False),
    "empty": (Permission.NAMESPACE_VIEW, False),
    "gone-namespace": (Permission.NAMESPACE_VIEW, False),
    "binding": (Permission.NAMESPACE_VIEW, False),
    "event": (Permission.AUDIT_VIEW, False),
    "policy": (Permission.POLICY_VIEW, True),
    "idle-policy": (Permission.POLICY_VIEW, True),
    "attached-policy": (Permission.POLICY_VIEW, True),
    "gone-policy": (Permission.POLICY_VIEW, False),
    "route": (Permission.ROUTE_VIEW, False),
    "gone-route": (Permission.ROUTE_VIEW, False),
    "import": (Permission.ROUTE_CREATE, False),
    "host": (Permission.ROUTE_VIEW, False),
    "delegation": (Permission.ROUTE_VIEW, False),
    "gone-delegation": (Permission.ROUTE_VIEW, False),
    "upstream": (Permission.ROUTE_VIEW, False),
    "consent": (Permission.ROUTE_VIEW, False),
    "decision": (Permission.AUDIT_VIEW, False),
    "certificate": (Permission.CERTIFICATE_VIEW, False),
    "credential": (Permission.DIRECTORY_EDIT, False),
    "service-account": (Permission.SERVICE_ACCOUNT_VIEW, False),
    "directory": (Permission.DIRECTORY_EDIT, False),
    "pushed-directory": (Permission.DIRECTORY_EDIT, False),
    "scim-token": (Permission.DIRECTORY_EDIT, False),
    "held-run": (Permission.DIRECTORY_EDIT, False),
    "data-source": (Permission.DIRECTORY_EDIT, False),
    "held-data-run": (Permission.DIRECTORY_EDIT, False),
    "trial": (Permission.DIRECTORY_EDIT, False),
    "session": (Permission.DIRECTORY_EDIT, False),
}


class Rule(Protocol):
    """Says what a subject may expect."""

    def __call__(self, subject: Subject) -> str: ...


def public(subject: Subject) -> str:
    """Everybody is answered, signed in or not."""
    return ALLOWED


def signed_in(subject: Subject) -> str:
    """Everybody who signed in is answered; lists show what each may see."""
    return ALLOWED if subject.is_known else SIGN_IN


def somewhere(permission: Permission, *, otherwise: str = DENIED) -> Rule:
    """It takes the permission in any namespace."""

    def rule(subject: Subject) -> str:
        if not subject.is_known:
            return SIGN_IN
        return ALLOWED if subject.holds_somewhere(permission) else otherwise

    return rule


def both(*rules: Rule) -> Rule:
    """Every rule must allow; the first that does not is what is told."""

    def rule(subject: Subject) -> str:
        for one in rules:
            found = one(subject)
            if found != ALLOWED:
                return found
        return ALLOWED

    return rule


def by_people(rule: Rule) -> Rule:
    """Only people do this: a token that could, is refused."""

    def people(subject: Subject) -> str:
        found = rule(subject)
        return DENIED if found == ALLOWED and subject.way == "token" else found

    return people


def untold(rule: Rule) -> Rule:
    """What is hidden is answered like everything else, and nothing is done."""

    def told(subject: Subject) -> str:
        found = rule(subject)
        return ALLOWED if found == HIDDEN else found

    return told


def names(place: str) -> Rule:
    """The body names a namespace, which is unknown to those who don't see it."""

    def rule(subject: Subject) -> str:
        if not subject.is_known:
            return SIGN_IN
        sees = subject.holds(Permission.NAMESPACE_VIEW, place)
        return ALLOWED if sees else UNKNOWN

    return rule


def at(
    permission: Permission,
    kind: str = "namespace",
    *,
    place: str = HOME,
    also: Sequence[str] = (),
) -> Rule:
    """It takes the permission where the object lives.

    `also` names further places where it takes it. To those who don't see the object it
    isn't there.
    """
    view, is_shared_down = KINDS[kind]

    def rule(subject: Subject) -> str:
        if not subject.is_known:
            return SIGN_IN
        is_below = is_shared_down and any(
            subject.holds(view, below) for below in ("inner",) if place in chain(below)
        )
        if not subject.holds(view, place) and not is_below:
            return HIDDEN
        allowed = subject.holds(permission, place) or (is_below and permission == view)
        everywhere = all(subject.holds(permission, one) for one in also)
        return ALLOWED if allowed and everywhere else DENIED

    return rule


@dataclass(frozen=True)
class Row:
    """One URL with one method.

    Attributes:
        method: GET, POST…
        rule: who may; see the functions above.
        kind: whose id the URL's `id` is.
        ids: further arguments of the URL.
        body: what is sent: a form on pages, JSON in the API. It is complete, so that
            whoever may gets an answer below 400.
        version: sent as If-Match.
        events: how many events the audit log gets when it is done.
        answers: a status of 400 or above that stands for "allowed" here, and why.
        proof: what a machine's request proves itself with, instead of a session.
    """

    method: str
    rule: Rule
    kind: str = ""
    ids: Mapping[str, Callable[[World], Any]] = field(default_factory=dict)
    body: Body | None = None
    version: int | None = None
    query: Body | None = None
    events: int = 1
    answers: tuple[int, str] | None = None
    proof: str = ""


def get(rule: Rule, kind: str = "", **more: Any) -> Row:
    """A read."""
    return Row("GET", rule, kind, **more)


def post(rule: Rule, kind: str = "", **more: Any) -> Row:
    """A POST."""
    return Row("POST", rule, kind, **more)


def harmless(rule: Rule, kind: str = "", **more: Any) -> Row:
    """A POST that asks something, or prepares it, and changes nothing yet."""
    return Row("POST", rule, kind, events=0, **more)


def patch(rule: Rule, kind: str = "", **more: Any) -> Row:
    """A PATCH."""
    return Row("PATCH", rule, kind, **more)


def put(rule: Rule, kind: str = "", **more: Any) -> Row:
    """A PUT."""
    return Row("PUT", rule, kind, **more)


def delete(rule: Rule, kind: str = "", **more: Any) -> Row:
    """A DELETE."""
    return Row("DELETE", rule, kind, **more)
