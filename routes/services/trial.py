"""Trying a route: the answer to a request that was thought up. Writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from console.core.actor import Actor
from namespaces.permissions import Permission
from policies import language
from policies import selectors as policy_selectors
from policies import services as policy_services
from policies.language import Decision, Facts, ForeignPolicy, RoutePolicy
from policies.language.composition import RouteProgram
from policies.selectors import Attempt
from policies.services import Trial
from routes import selectors
from routes.models import Route
from routes.services import rules
from routes.validation import parse_from
from routes.validation.paths import accepts

if TYPE_CHECKING:
    from policies.models import Policy


@dataclass(frozen=True, slots=True)
class RouteTrial:
    """The answer of a route's policies, and which route is asked at all.

    Attributes:
        trial: what the policies say, policy by policy.
        policies: the policies of the trial, by their ids as text.
        answering: the route of this address that a request for the path goes to;
            None when no route takes the path.
    """

    route: Route
    trial: Trial
    policies: dict[str, "Policy"]
    answering: Route | None

    @property
    def is_asked(self) -> bool:
        """The request would come to this route."""
        return self.answering is not None and self.answering.pk == self.route.pk


def try_route(
    route_id: UUID | str, attempt: Attempt, *, actor: Actor, now: datetime
) -> RouteTrial:
    """Answer an attempt by everything that decides over a route.

    The host is the route's own. Needs the right to try policies where it lives.

    Raises:
        RouteNotFoundError, PermissionDeniedError
        ValidationFailedError: the person or the device isn't there.
    """
    route, actor = rules.load(route_id, Permission.POLICY_TRY, actor=actor)
    effective = selectors.policies_of(route)
    attempt = replace(attempt, host=parse_from(route.from_url).host)
    program = program_of(effective)
    facts = policy_selectors.facts_for(attempt, actor=actor, now=now)
    policies = {str(policy.pk): policy for policy in policies_in(effective)}
    answers = policy_services.answers_for(policies.values(), facts, now=now)
    explanation = language.explain(
        program, facts, verdicts=policy_services.verdicts_of(answers)
    )
    path = attempt.path.partition("?")[0]
    return RouteTrial(
        route=route,
        trial=policy_services.trial_of(attempt, explanation, answers=answers),
        policies=policies,
        answering=selectors.find_answering(route, path, actor=actor),
    )


def policies_in(effective: selectors.EffectivePolicies) -> list["Policy"]:
    """Return every policy that decides over a route."""
    return [*effective.granting, *(one.policy for one in effective.enforced)]


def decide(
    effective: selectors.EffectivePolicies, facts: Facts, *, now: datetime
) -> Decision:
    """Decide over a request by everything on a route, policies in Rego included."""
    ask = policy_services.verdicts_by(policies_in(effective), now=now)
    verdicts = {} if ask is None else ask(facts)
    return language.evaluate(program_of(effective), facts, verdicts=verdicts)


def program_of(
    effective: selectors.EffectivePolicies,
    *,
    instead: Mapping[UUID, RoutePolicy] | None = None,
) -> RouteProgram:
    """Return what decides over a route in the form that decides.

    `instead` gives other texts for some policies, such as a draft.
    """
    instead = instead or {}
    return language.compile_route(
        policies=[
            instead.get(policy.pk) or _part(policy) for policy in effective.granting
        ],
        enforced=[
            instead.get(one.policy_id) or _part(one.policy)
            for one in effective.enforced
        ],
    )


def _part(policy: "Policy") -> RoutePolicy:
    """Return a policy in its place; one in Rego has its verdict given."""
    name = str(policy.pk)
    if policy.language != "ppl":
        has_allow_rules = selectors.has_allow_rules(policy)
        return RoutePolicy(name, ForeignPolicy(name, has_allow_rules=has_allow_rules))
    return RoutePolicy(name, policy_selectors.compile_source(policy.source))


def suggested_path(route: Route) -> str:
    """Return a path that comes to the route, to begin trying with."""
    key, _, value = route.match.partition(":")
    if key in {"prefix", "path"}:
        return value
    return "/" if accepts(route.match, "/") else ""
