"""Which routes an attachment or a switch touches, and how it changes their answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

from console.core.actor import Actor
from console.core.previews import MOST_LISTED, Group, Item
from namespaces.scoping import below
from policies import selectors as policy_selectors
from routes import selectors
from routes.models import Route
from routes.selectors import EffectivePolicies, has_allow_rules
from routes.services import rules
from routes.services.observing.words import named, told

if TYPE_CHECKING:
    from namespaces.models import Namespace

MANY = 1_000
"""Up to so many routes each is looked at; beyond, the first 50 are: writers wait."""


EFFECTS = (
    ("allow", "lets in whom {} allows", "no longer lets in whom only {} allows"),
    ("deny", "refuses whom {} denies", "no longer refuses whom {} denies"),
    ("ceiling", "only whom {} allows", "no longer only whom {} allows"),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What decides over the routes that are looked at, and how many there are."""

    routes: dict[UUID, tuple[Route, EffectivePolicies]]
    total: int


class Counting:
    """Looks at the routes in and below a namespace, or at one route."""

    def __init__(
        self,
        *,
        actor: Actor,
        namespace: "Namespace | None" = None,
        route: Route | None = None,
    ) -> None:
        self.actor = actor
        self.namespace = namespace
        self.route = route

    def measure(self) -> Counted:
        """Return what decides over the routes now."""
        rows = self._routes()
        total = self._count()
        limit = MANY if total <= MANY else MOST_LISTED
        shown = list(rows.order_by("name", "pk")[:limit])
        deciding = selectors.policies_of_many(shown)
        return Counted({one.pk: (one, deciding[one.pk]) for one in shown}, total)

    def _count(self) -> int:
        """Return how many routes there are, without reading those of a namespace."""
        if self.namespace is None:
            return self._routes().count()
        actor = rules.afresh(self.actor)
        return selectors.count_routes(actor, within=self.namespace.path)

    def _routes(self) -> QuerySet[Route]:
        rows = selectors.list_routes(rules.afresh(self.actor))
        if self.route is not None:
            return rows.filter(pk=self.route.pk)
        if self.namespace is None:
            return rows.none()
        return rows.filter(below(self.namespace.path))

    def tell(self, before: Counted, after: Counted) -> Sequence[Group]:
        """Return the routes that are decided otherwise, and those that stay."""
        changed: list[Item] = []
        same: list[Item] = []
        for key, (route, now) in after.routes.items():
            _, was = before.routes[key]
            effects = effects_on(was, now)
            note = "; ".join(effects)
            if self.route is None:
                note = f"{route.namespace.name}{': ' if effects else ''}{note}"
            item = Item(route.name, note, str(key))
            (changed if effects else same).append(item)
        if after.total > len(after.routes):
            return [told("routes_reached", changed, count=after.total)]
        return [told("routes_changed", changed), told("routes_unchanged", same)]


def effects_on(was: EffectivePolicies, now: EffectivePolicies) -> list[str]:
    """Say what is different for requests to a route, in the order of importance."""
    old, new = _parts(was), _parts(now)
    effects = []
    if now.allows_anonymous and not was.allows_anonymous:
        effects.append("could let in people who have not signed in")
    if now.is_closed != was.is_closed:
        effects.append(
            "lets nobody in any more" if now.is_closed else "no longer closed"
        )
    for kind, gained, lost in EFFECTS:
        effects += [gained.format(name) for name in _names(new[kind] - old[kind])]
        effects += [lost.format(name) for name in _names(old[kind] - new[kind])]
    return effects


def _names(policies: set[tuple[UUID, str]]) -> list[str]:
    return sorted(name for _, name in policies)


def _parts(policies: EffectivePolicies) -> dict[str, set[tuple[UUID, str]]]:
    """Return which policies allow, deny and limit, each as id and name."""
    limits = {one.policy.pk: one.policy for one in policies.enforced}
    everything = {one.pk: one for one in policies.granting} | limits
    return {
        "allow": {(p.pk, named(p)) for p in policies.granting if has_allow_rules(p)},
        "deny": {
            (p.pk, named(p))
            for p in everything.values()
            if policy_selectors.has_deny_rules(p)
        },
        "ceiling": {(p.pk, named(p)) for p in limits.values() if has_allow_rules(p)},
    }
