"""Policies to a route: what grants, what only limits, and what is added to them.

Policies attached to a route are alternatives. Enforced ones are a ceiling: their deny
rules count, and their allow rules must be satisfied but grant nothing. Where a policy
is attached, and to what, is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .compiler import Program, compile_policy
from .decision import Decision, Result, Trace, decide
from .errors import START
from .evaluator import PolicyResult, evaluate_program, merge_or
from .facts import NOTHING, Facts
from .grammar import (
    Action,
    CriterionNode,
    Operator,
    OperatorNode,
    PolicyDocument,
    Rule,
)
from .modes import Edition, Mode
from .nodes import node_of
from .reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .criteria import Need


@dataclass(frozen=True, slots=True)
class ForeignPolicy:
    """A policy in another language, evaluated elsewhere (custom Rego).

    Whether it has allow rules decides if it is a ceiling when enforced.
    """

    id: str
    has_allow_rules: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a foreign policy answered for one request."""

    allow: Result
    deny: Result


POLICY_ERROR: Final = "policy-error"
# A policy that crashed, ran too long or was never asked must not let anyone in.
FAILED: Final = Verdict(Result(False), Result(True, frozenset({POLICY_ERROR})))


@dataclass(frozen=True, slots=True)
class RoutePolicy:
    """A policy in its place on a route, under the id that traces show."""

    id: str | None
    policy: Program | ForeignPolicy

    @property
    def has_allow_rules(self) -> bool:
        if isinstance(self.policy, ForeignPolicy):
            return self.policy.has_allow_rules
        return self.policy.has(Action.ALLOW)


@dataclass(frozen=True, slots=True)
class RouteProgram:
    """Everything that decides over a route.

    `own` holds the route's own rules: those of the legacy settings, and the default
    rule on client certificates.
    """

    own: Program
    policies: tuple[RoutePolicy, ...]
    enforced: tuple[RoutePolicy, ...]

    @property
    def needs(self) -> frozenset[Need]:
        parts = [part.policy for part in (*self.policies, *self.enforced)]
        programs = [part for part in (self.own, *parts) if isinstance(part, Program)]
        return frozenset(need for program in programs for need in program.needs)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSettings:
    """The settings of a route that stand for rules, as Core's configuration does it."""

    allow_public_unauthenticated_access: bool = False
    cors_allow_preflight: bool = False
    allow_any_authenticated_user: bool = False
    allowed_domains: Sequence[str] = ()
    allowed_idp_claims: Sequence[Mapping[str, Sequence[Any]]] = ()
    allowed_users: Sequence[str] = ()
    policy: PolicyDocument | None = None


PartLike = Program | ForeignPolicy | RoutePolicy


def compile_route(
    *,
    policies: Iterable[PartLike] = (),
    enforced: Iterable[PartLike] = (),
    settings: RouteSettings | None = None,
    default_client_certificate_rule: bool = False,
    edition: Edition = Edition.ENTERPRISE,
    mode: Mode = Mode.POSTERN,
) -> RouteProgram:
    """Put the policies of a route together.

    `policies` are those attached to the route and those it inherits.

    Raises:
        PolicyLanguageError: the policy embedded in the settings can't be compiled.
    """
    document = PolicyDocument((), "", START)
    if settings is not None:
        document = settings_to_policy(settings)
    if default_client_certificate_rule:
        rules = (*document.rules, _CERTIFICATE_RULE)
        document = PolicyDocument(rules, document.source, document.span)
    return RouteProgram(
        own=compile_policy(document, edition=edition, mode=mode),
        policies=tuple(_part(policy) for policy in policies),
        enforced=tuple(_part(policy) for policy in enforced),
    )


def _part(policy: PartLike) -> RoutePolicy:
    if isinstance(policy, RoutePolicy):
        return policy
    return RoutePolicy(policy.id if isinstance(policy, ForeignPolicy) else None, policy)


@dataclass(frozen=True, slots=True)
class PartResult:
    """What one policy of a route said, with its tree unless it is a foreign one."""

    part: RoutePolicy
    allow: Result
    deny: Result
    tree: PolicyResult | None
    is_enforced: bool = False

    @property
    def ceiling(self) -> Result | None:
        """The deny that the allow rules of an enforced policy amount to."""
        if not self.is_enforced or not self.part.has_allow_rules:
            return None
        return Result(not self.allow.value, self.allow.reasons, self.allow.data)

    @property
    def trace(self) -> Trace:
        return Trace(self.part.id, self.allow, self.deny)


@dataclass(frozen=True, slots=True)
class RouteResult:
    """The decision over a route, and the part of each policy in it."""

    decision: Decision
    parts: tuple[PartResult, ...] = field(default=())


def evaluate_route(
    route: RouteProgram,
    facts: Facts,
    mode: Mode,
    verdicts: Mapping[str, Verdict] = NOTHING,
) -> RouteResult:
    """Evaluate everything that decides over a route.

    Verdicts of foreign policies are given by id; a policy without one denies.
    """
    parts = part_results(
        route, lambda program: evaluate_program(program, facts, mode), verdicts
    )
    granting = [part.allow for part in parts if not part.is_enforced]
    limits = [part.ceiling for part in parts]
    denying = [part.deny for part in parts]
    allowed = merge_or(granting)
    denied = merge_or([*denying, *(one for one in limits if one is not None)])
    allowed = _with_later_data(allowed, granting)
    denied = _with_later_data(denied, denying)
    decision = decide(allowed, denied, (part.trace for part in parts))
    return RouteResult(decision, parts)


def part_results(
    route: RouteProgram,
    evaluate: Callable[[Program], PolicyResult],
    verdicts: Mapping[str, Verdict] = NOTHING,
) -> tuple[PartResult, ...]:
    """Return what each policy of a route says: its own, the attached, the enforced."""
    own = RoutePolicy(None, route.own)
    placed = [(part, False) for part in (own, *route.policies)]
    placed += [(part, True) for part in route.enforced]
    return tuple(
        _part_result(part, evaluate, verdicts, is_enforced=is_enforced)
        for part, is_enforced in placed
    )


def _with_later_data(merged: Result, results: Sequence[Result]) -> Result:
    """Let the data of later policies replace that of earlier ones, as Core does."""
    joined: dict[str, str] = dict(merged.data)
    for result in results:
        if result.value is merged.value:
            joined.update(result.data)
    return Result(merged.value, merged.reasons, joined or NOTHING)


def _part_result(
    part: RoutePolicy,
    evaluate: Callable[[Program], PolicyResult],
    verdicts: Mapping[str, Verdict],
    *,
    is_enforced: bool,
) -> PartResult:
    if isinstance(part.policy, ForeignPolicy):
        verdict = verdicts.get(part.policy.id, FAILED)
        return PartResult(part, verdict.allow, verdict.deny, None, is_enforced)
    found = evaluate(part.policy)
    return PartResult(part, found.allow, found.deny, found, is_enforced)


_NEEDS_SESSION: Final = frozenset(
    f"/.pomerium/{path}"
    for path in (
        "jwt",
        "user",
        "webauthn",
        "routes",
        "api/v1/routes",
        "mcp/authorize",
        "mcp/connect",
        "mcp/routes",
    )
)


def evaluate_internal(facts: Facts, *, session_id: str) -> Decision:
    """Decide over a path of the control plane, which no policy applies to.

    `session_id` is what the request carries, whether or not there is such a session.
    """
    if facts.request.path in _NEEDS_SESSION and not session_id:
        refused = Result(False, frozenset({Reason.USER_UNAUTHENTICATED}))
        return decide(refused, Result(False))
    return decide(Result(True, frozenset({Reason.POMERIUM_ROUTE})), Result(False))


def settings_to_policy(settings: RouteSettings) -> PolicyDocument:
    """Return the policy that a route's settings stand for, in Core's order."""
    alternatives = list(_alternatives(settings))
    embedded = settings.policy
    rules: tuple[Rule, ...] = ()
    if alternatives or embedded is None:
        rules = (_rule(Action.ALLOW, alternatives),)
    if embedded is not None:
        rules += embedded.rules
    source = "" if embedded is None else embedded.source
    return PolicyDocument(rules, source, START)


def _alternatives(settings: RouteSettings) -> Iterable[CriterionNode]:
    if settings.allow_public_unauthenticated_access:
        yield _criterion("accept", True)
    if settings.cors_allow_preflight:
        yield _criterion("cors_preflight", True)
    if settings.allow_any_authenticated_user:
        yield _criterion("authenticated_user", True)
    for domain in settings.allowed_domains:
        yield _criterion("domain", {"is": domain})
    for claims in settings.allowed_idp_claims:
        for name in sorted(claims):
            for value in claims[name]:
                yield _criterion("claim", value, sub_path=name)
    for user in settings.allowed_users:
        yield _criterion("user", {"is": user})
        yield _criterion("email", {"is": user})


def _criterion(name: str, data: Any, *, sub_path: str | None = None) -> CriterionNode:
    return CriterionNode(name, sub_path, node_of(data), START, START)


def _rule(action: Action, criteria: Sequence[CriterionNode]) -> Rule:
    block = OperatorNode(Operator.OR, tuple(criteria), START, START)
    return Rule(action, (block,), START, START)


_CERTIFICATE_RULE: Final = _rule(
    Action.DENY, [_criterion("invalid_client_certificate", True)]
)
