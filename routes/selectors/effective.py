"""Which policies decide over a route: attached, inherited, enforced."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from namespaces import selectors as namespace_selectors
from policies import language
from policies import selectors as policy_selectors
from routes.models import Route, RoutePolicy

if TYPE_CHECKING:
    from namespaces.models import Namespace
    from policies.models import NamespacePolicy, Policy

    Chains = Mapping[UUID, Sequence[Namespace]]

FEW = 100
"""Of more routes than these, a policy that several have is read once for all."""


@dataclass(frozen=True, slots=True)
class EffectivePolicies:
    """Everything that decides over a route.

    Attributes:
        attached: by those who manage the route, in their order.
        inherited: attached to its namespace or one above, alternatives as well.
        enforced: a ceiling, set in its namespace or one above.
    """

    attached: tuple["Policy", ...]
    inherited: tuple["NamespacePolicy", ...]
    enforced: tuple["NamespacePolicy", ...]

    @property
    def granting(self) -> tuple["Policy", ...]:
        """The policies whose allow rules let people in, each once."""
        every = (*self.attached, *(one.policy for one in self.inherited))
        return tuple({policy.pk: policy for policy in every}.values())

    @property
    def is_closed(self) -> bool:
        """No policy has an allow rule that could let anybody in."""
        return not any(map(has_allow_rules, self.granting))

    @property
    def allows_anonymous(self) -> bool:
        """A policy could let in somebody who has not signed in."""
        return any(policy.allows_anonymous for policy in self.granting)

    @property
    def count(self) -> int:
        """How many policies decide."""
        enforced = {one.policy_id for one in self.enforced}
        return len({policy.pk for policy in self.granting} | enforced)


def has_allow_rules(policy: "Policy") -> bool:
    """Answer whether a policy can let anybody in: in Rego, if it defines `allow`."""
    if policy.language != "ppl":
        # What defines `allow` could let in somebody anonymous, for all one can prove.
        return policy.allows_anonymous
    program = policy_selectors.compile_source(policy.source)
    return program.has(language.Action.ALLOW)


def policies_of(route: Route) -> EffectivePolicies:
    """Return everything that decides over a route."""
    return policies_of_many([route])[route.pk]


def policies_of_draft(
    namespace: "Namespace",
    *,
    policies: Iterable["Policy"],
    inherits_policies: bool,
) -> EffectivePolicies:
    """Return what would decide over a route of a namespace with these attached."""
    arriving = policy_selectors.list_attached_above(namespace)
    inherited = (one for one in arriving if one.mode == "inherited")
    return EffectivePolicies(
        attached=tuple(policies),
        inherited=tuple(inherited) if inherits_policies else (),
        enforced=tuple(one for one in arriving if one.mode == "enforced"),
    )


def policies_of_many(
    routes: Iterable[Route], *, chains: "Chains | None" = None
) -> dict[UUID, EffectivePolicies]:
    """Return the same for several routes, in three queries; for very many, in four.

    Fetch the routes with their namespaces. `chains` of those save a query.
    """
    rows = list(routes)
    attached = _attached_to(rows)
    namespaces = {route.namespace_id: route.namespace for route in rows}
    arriving = policy_selectors.list_arriving(namespaces.values(), chains=chains)
    found = {}
    for route in rows:
        above = arriving[route.namespace_id]
        inherited = (one for one in above if one.mode == "inherited")
        found[route.pk] = EffectivePolicies(
            attached=tuple(attached.get(route.pk, ())),
            inherited=tuple(inherited) if route.inherits_policies else (),
            enforced=tuple(one for one in above if one.mode == "enforced"),
        )
    return found


def _attached_to(rows: Sequence[Route]) -> "dict[UUID, list[Policy]]":
    """Return the policies that routes have themselves, in their order."""
    links = RoutePolicy.objects.filter(route__in=rows)
    found: dict[UUID, list[Policy]] = {}
    if len(rows) <= FEW:
        for one in links.select_related("policy", "policy__namespace"):
            found.setdefault(one.route_id, []).append(one.policy)
        return found
    pairs = list(links.values_list("route_id", "policy_id"))
    policies = policy_selectors.read_policies({policy for _, policy in pairs})
    for route_id, policy_id in pairs:
        found.setdefault(route_id, []).append(policies[policy_id])
    return found


def chains_of(routes: Iterable[Route]) -> "Chains":
    """Return the namespace of each route with all above it, in one query."""
    namespaces = {route.namespace_id: route.namespace for route in routes}
    return namespace_selectors.list_chains(namespaces.values())
