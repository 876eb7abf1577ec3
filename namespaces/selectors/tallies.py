"""Reads of how many rows live where: sums of counts that the database keeps.

No row that is counted is read.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, Sum

from namespaces import access
from namespaces.models import Tally
from namespaces.selectors.tree import Node, add_up


def count_living(kind: str, reach: access.Reach, *, within: str = "") -> int:
    """Return how many rows of a kind live where a reach goes.

    `within` is the path of a namespace: only there and below it.
    """
    rows = Tally.objects.filter(kind=kind)
    if not reach.is_everything:
        narrowed = (_narrower(path, within) for path in reach.subtrees)
        above = [path for path in reach.ancestors if path.startswith(within)]
        condition = Q(namespace__path__in=above) if above else Q(pk__in=[])
        for path in filter(None, narrowed):
            condition |= access.subtree(path, "namespace__path")
        rows = rows.filter(condition)
    elif within:
        rows = rows.filter(access.subtree(within, "namespace__path"))
    return rows.aggregate(total=Sum("count"))["total"] or 0


def _narrower(path: str, within: str) -> str:
    """Return what a subtree and another have in common, "" for nothing."""
    if path.startswith(within):
        return path
    return within if within.startswith(path) else ""


def count_below_each(
    nodes: Iterable[Node], kinds: Iterable[str]
) -> dict[str, dict[UUID, int]]:
    """Return, for each kind and node, how many rows live there and below.

    Only for nodes that the person sees; others have 0.
    """
    nodes = [node for node in nodes if node.is_visible]
    condition = Q(pk__in=[])
    for path in access.outermost(node.path for node in nodes):
        condition |= access.subtree(path, "namespace__path")
    by_path: dict[str, dict[str, int]] = {kind: {} for kind in kinds}
    rows = Tally.objects.filter(condition, kind__in=list(by_path), count__gt=0)
    for kind, path, count in rows.values_list("kind", "namespace__path", "count"):
        by_path[kind][path] = count
    return {kind: add_up(nodes, counted) for kind, counted in by_path.items()}
