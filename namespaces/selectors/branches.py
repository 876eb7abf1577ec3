"""Reads of the tree piece by piece: what a page shows before anything is unfolded.

However large the tree is, a piece holds so many namespaces and no more. Whole trees
are read by `tree.list_nodes`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models.functions import Lower

from console.core.actor import Actor
from namespaces import access
from namespaces.models import Namespace
from namespaces.permissions import Permission
from namespaces.selectors.tree import (
    Node,
    as_nodes,
    list_namespaces,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the tree that one person sees.

    Attributes:
        nodes: parents before children, by name.
        folded: those of them that have children, none of which is among the nodes.
        more_in: the namespace that has more children than are among the nodes, if
            that is so; the rest comes after `shown` of them.
        is_cut: namespaces with the wanted text, or with roles of their own, were left
            out.
    """

    nodes: list[Node]
    folded: frozenset[UUID]
    more_in: Node | None = None
    shown: int = 0
    is_cut: bool = False


def list_first(actor: Actor, *, most: int) -> Piece:
    """Return the top of the tree: as many whole levels as fit into `most`.

    All of it if it is small. What the person's roles are held on is there in any
    case, with the names that lead there. When not even the children of the only
    namespace on top fit, the first of them are there.
    """
    reach = access.reach_of(actor, Permission.NAMESPACE_VIEW)
    above = {a for path in reach.subtrees for a in access.ancestor_paths(path)}
    rows = list(Namespace.objects.filter(path__in=[*reach.subtrees[:most], *above]))
    shallow = list(list_namespaces(actor).order_by("depth", "path")[: most + 1])
    if len(shallow) > most:
        deepest = shallow[-1].depth
        shallow = [row for row in shallow if row.depth < deepest]
    rows += shallow
    piece = _piece(rows, actor=actor)
    if len(piece.nodes) == 1 and piece.folded:
        (top,) = piece.nodes
        below = list_below(top, actor=actor, most=most)
        return replace(below, nodes=[top, *below.nodes])
    return replace(piece, is_cut=len(reach.subtrees) > most)


def list_below(node: Node, *, actor: Actor, most: int, start: int = 0) -> Piece:
    """Return the children of a namespace that the actor sees, by name, from `start`."""
    rows = list_namespaces(actor).filter(parent=node.id)
    found = list(rows.order_by(Lower("name"), "pk")[start : start + most + 1])
    piece = _piece(found[:most], actor=actor)
    if len(found) <= most:
        return piece
    return replace(piece, more_in=node, shown=start + most)


def find_nodes(actor: Actor, *, text: str, most: int) -> Piece:
    """Return the namespaces with a text in their names, and what leads to them."""
    rows = list_namespaces(actor).filter(name__icontains=text)
    found = list(rows.order_by("depth", Lower("name"), "pk")[: most + 1])
    shown: set[str] = set()
    fitting: list[Namespace] = []
    for row in found:
        leading = {row.path, *access.ancestor_paths(row.path)}
        if len(shown | leading) > most and fitting:
            break
        shown |= leading
        fitting.append(row)
    above = shown - {row.path for row in fitting}
    rows_above = Namespace.objects.filter(path__in=above) if above else []
    piece = _piece([*rows_above, *fitting], actor=actor)
    return replace(piece, is_cut=len(fitting) < len(found))


def _piece(rows: Iterable[Namespace], *, actor: Actor) -> Piece:
    nodes = as_nodes({row.pk: row for row in rows}.values(), actor=actor)
    unfolded = {node.parent_id for node in nodes}
    leaves = [n.id for n in nodes if n.is_visible and n.id not in unfolded]
    having = Namespace.objects.filter(parent__in=leaves).order_by()
    folded = frozenset(having.values_list("parent_id", flat=True).distinct())
    return Piece(nodes, folded)
