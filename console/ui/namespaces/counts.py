"""How much lives in each namespace and below it, as one person sees it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from console.core.actor import Actor
from namespaces.selectors import Node, add_up, count_by_path
from policies import selectors as policy_selectors
from routes import selectors as route_selectors


@dataclass(frozen=True, slots=True)
class Counts:
    """Routes and policies of a namespace and of all below it."""

    routes: int
    policies: int


def count_below(nodes: Iterable[Node], *, actor: Actor) -> dict[UUID, Counts]:
    """Return the counts of each node, in two queries."""
    nodes = list(nodes)
    routes = add_up(nodes, count_by_path(route_selectors.list_routes(actor)))
    policies = add_up(nodes, count_by_path(policy_selectors.list_policies(actor)))
    return {node.id: Counts(routes[node.id], policies[node.id]) for node in nodes}
