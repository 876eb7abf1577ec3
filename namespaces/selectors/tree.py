"""Reads of the tree."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from uuid import UUID

from django.db.models import PROTECT, ForeignObjectRel, QuerySet
from django.utils.translation import gettext

from console.core import tombstones
from console.core.actor import Actor
from console.core.models import Tombstone
from namespaces import access
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.models import Namespace
from namespaces.permissions import Permission
from namespaces.roles import Role


@dataclass(frozen=True, slots=True)
class NamespacePath:
    """A namespace with the names that lead to it.

    `names` starts with the root and ends with the namespace's own name.
    """

    id: UUID
    path: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join(self.names)


@dataclass(frozen=True, slots=True)
class Contents:
    """How many things of a kind live in a namespace."""

    count: int
    noun: str

    def __str__(self) -> str:
        return f"{self.count} {self.noun}"


@dataclass(frozen=True, slots=True)
class Node:
    """A namespace in the tree that one person sees.

    `role` is the person's role there; None for an ancestor that only leads to
    something visible, of which the name is all that is shown.
    """

    id: UUID
    name: str
    description: str
    path: str
    depth: int
    parent_id: UUID | None
    inherits_policies: bool
    role: Role | None

    @property
    def is_visible(self) -> bool:
        """The person sees the namespace itself."""
        return self.role is not None

    @property
    def is_root(self) -> bool:
        """It is the root of the whole tree."""
        return self.parent_id is None

    @property
    def key(self) -> str:
        """The id as text, for forms."""
        return str(self.id)

    @property
    def indented(self) -> str:
        """The name, indented by depth, for lists to choose from."""
        return "\u2003" * self.depth + self.name

    @property
    def level(self) -> int:
        """Depth as aria-level counts it, from 1."""
        return self.depth + 1


def list_namespaces(actor: Actor) -> QuerySet[Namespace]:
    """Return the namespaces that the actor sees, in tree order by path."""
    return Namespace.objects.filter(
        access.namespace_filter(actor, Permission.NAMESPACE_VIEW, field="")
    )


def list_namespaces_where(actor: Actor, permission: Permission) -> QuerySet[Namespace]:
    """Return the namespaces where the actor holds `permission`."""
    return Namespace.objects.filter(
        access.namespace_filter(actor, permission, field="")
    )


def list_nodes(actor: Actor) -> list[Node]:
    """Return all that the actor sees as a tree: parents before children, by name.

    The names of ancestors that lead to a visible namespace are included, with
    `is_visible` False. Pages read the tree in pieces (`branches`).
    """
    rows = list(list_namespaces(actor))
    found = {row.path for row in rows}
    above = {a for path in found for a in access.ancestor_paths(path)} - found
    rows += Namespace.objects.filter(path__in=above) if above else []
    return as_nodes(rows, actor=actor)


def as_nodes(rows: Iterable[Namespace], *, actor: Actor) -> list[Node]:
    """Return namespaces as a tree, parents before children, by name.

    What leads to them is among them, or they have the same parent.
    """
    rows = list(rows)
    names = {row.path: row.name.casefold() for row in rows}

    def place(row: Namespace) -> list[str]:
        chain = (*access.ancestor_paths(row.path), row.path)
        return [names.get(path, "") for path in chain]

    grants = access.grants_of(actor)
    return [
        _node(row, access.role_at(grants, row.path)) for row in sorted(rows, key=place)
    ]


def list_deleted(actor: Actor) -> QuerySet[Tombstone]:
    """Return the deleted namespaces that the actor may restore, the latest first."""
    places = list_namespaces_where(actor, Permission.NAMESPACE_DELETE).order_by()
    return tombstones.list_tombstones("namespace").filter(
        namespace_id__in=places.values("id")
    )


def find_namespaces(
    actor: Actor,
    permission: Permission,
    *,
    text: str = "",
    below: str = "",
    outside: str = "",
    limit: int,
) -> tuple[list[NamespacePath], bool]:
    """Return where the actor may, by a part of the name, and whether there are more.

    `below` and `outside` are paths: only that namespace and those below it, or none
    of them. A text with slashes is taken for the end of a path.
    """
    rows = list_namespaces_where(actor, permission)
    if below:
        rows = rows.filter(access.subtree(below))
    if outside:
        rows = rows.exclude(access.subtree(outside))
    *above, name = [part.strip() for part in text.strip("/").split("/")]
    if name:
        rows = rows.filter(name__icontains=name)
    for step, part in enumerate(reversed(above), start=1):
        rows = rows.filter(**{f"{'__'.join(['parent'] * step)}__name__iexact": part})
    found = list(rows.order_by("depth", "name", "pk")[: limit + 1])
    named = name_paths(found[:limit])
    return [named[row.pk] for row in found[:limit]], len(found) > limit


def list_children(namespace: Namespace, *, actor: Actor) -> list[Node]:
    """Return the namespaces directly in one that the actor sees, by name."""
    rows = list_namespaces(actor).filter(parent=namespace)
    grants = access.grants_of(actor)
    nodes = [_node(row, access.role_at(grants, row.path)) for row in rows]
    return sorted(nodes, key=lambda node: node.name.casefold())


def get_node(namespace: Namespace, *, actor: Actor) -> Node:
    """Return a namespace with the actor's role there."""
    return _node(namespace, access.role_at(access.grants_of(actor), namespace.path))


def _node(row: Namespace, role: Role | None) -> Node:
    return Node(
        id=row.id,
        name=row.name,
        description=row.description if role else "",
        path=row.path,
        depth=row.depth,
        parent_id=row.parent_id,
        inherits_policies=row.inherits_policies,
        role=role,
    )


def add_up(nodes: Iterable[Node], by_path: Mapping[str, int]) -> dict[UUID, int]:
    """Return, for each node, the sum of what is counted at its path and below."""
    paths = sorted(by_path)
    sums = [0, *accumulate(by_path[path] for path in paths)]
    return {
        node.id: sums[bisect_left(paths, node.path[:-1] + access.AFTER_SLASH)]
        - sums[bisect_left(paths, node.path)]
        for node in nodes
    }


def get_namespace(namespace_id: UUID | str, *, actor: Actor) -> Namespace:
    """Return a namespace that the actor sees.

    Raises:
        NamespaceNotFoundError: it isn't there, or the actor may not see it.
    """
    namespace = list_namespaces(actor).filter(pk=namespace_id).first()
    if namespace is None:
        raise NamespaceNotFoundError
    return namespace


def get_shown_namespace(namespace_id: UUID, *, actor: Actor) -> Namespace:
    """Return the same, read once for each request.

    For showing: the frame and the list of one page both name it. What changes a
    namespace reads it anew.

    Raises:
        NamespaceNotFoundError: it isn't there, or the actor may not see it.
    """
    shown: dict[UUID, Namespace] = actor.cache.setdefault("shown namespaces", {})
    if namespace_id not in shown:
        shown[namespace_id] = get_namespace(namespace_id, actor=actor)
    return shown[namespace_id]


def get_root() -> Namespace:
    """Return the root namespace.

    Raises:
        NamespaceNotFoundError: the database has not been set up.
    """
    root = Namespace.objects.filter(depth=0).first()
    if root is None:
        raise NamespaceNotFoundError(gettext("there is no root namespace yet"))
    return root


def get_namespace_by_path(path: str, *, actor: Actor) -> Namespace:
    """Return the namespace that a person writes as `Global/Engineering/Web`.

    Raises:
        NamespaceNotFoundError: a part of the path isn't there, or not to be seen.
    """
    names = [name.strip() for name in path.strip("/").split("/")]
    found = Namespace.objects.filter(depth=0, name__iexact=names[0]).first()
    for name in names[1:]:
        if found is None:
            break
        found = found.children.filter(name__iexact=name).first()
    if found is None or not access.can(actor, Permission.NAMESPACE_VIEW, found):
        raise NamespaceNotFoundError(
            gettext("there is no namespace `%(path)s`") % {"path": path}
        )
    return found


def name_paths(namespaces: Iterable[Namespace]) -> dict[UUID, NamespacePath]:
    """Return the path by names of each namespace, in one query."""
    rows = list(namespaces)
    wanted = {a for row in rows for a in access.ancestor_paths(row.path)}
    names = dict(Namespace.objects.filter(path__in=wanted).values_list("path", "name"))
    return {
        row.id: NamespacePath(
            row.id,
            row.path,
            (*(names[path] for path in access.ancestor_paths(row.path)), row.name),
        )
        for row in rows
    }


def name_places(ids: Iterable[str]) -> dict[str, str]:
    """Return the path by names of those namespaces that are there, by id as text."""
    rows = Namespace.objects.filter(pk__in=list(ids))
    return {str(pk): str(path) for pk, path in name_paths(rows).items()}


def list_chain(namespace: Namespace) -> list[Namespace]:
    """Return the namespace and all above it, outermost first."""
    return list_chains([namespace])[namespace.pk]


def list_chains(namespaces: Iterable[Namespace]) -> dict[UUID, list[Namespace]]:
    """Return the same for several namespaces, in one query."""
    paths = {one.pk: [*access.ancestor_paths(one.path), one.path] for one in namespaces}
    wanted = {path for chain in paths.values() for path in chain}
    found = {one.path: one for one in Namespace.objects.filter(path__in=wanted)}
    return {pk: [found[path] for path in chain] for pk, chain in paths.items()}


def count_below(namespace: Namespace) -> int:
    """Return how many namespaces lie below one."""
    below = Namespace.objects.filter(access.subtree(namespace.path))
    return below.exclude(pk=namespace.pk).count()


def list_cut_off(namespace: Namespace) -> tuple[str, ...]:
    """Return the outermost paths below a namespace where inheriting is switched off."""
    off = Namespace.objects.filter(
        access.subtree(namespace.path), inherits_policies=False
    ).exclude(pk=namespace.pk)
    return tuple(access.outermost(off.values_list("path", flat=True)))


def list_contents(namespace: Namespace) -> list[Contents]:
    """Count what lives in a namespace itself: children, and rows of any app."""
    found = []
    # Hidden ones as well: most rows that live in a namespace have no way back.
    fields = Namespace._meta.get_fields(include_hidden=True)  # noqa: SLF001 - Django's API
    for relation in fields:
        if not isinstance(relation, ForeignObjectRel):
            continue
        if relation.on_delete is not PROTECT:
            continue  # goes with it, or does without it
        table: Any = relation.field.model
        rows = table._default_manager.filter(**{relation.field.name: namespace})  # noqa: SLF001
        count = rows.count()
        if count:
            meta = table._meta  # noqa: SLF001
            noun = meta.verbose_name if count == 1 else meta.verbose_name_plural
            found.append(Contents(count, str(noun)))
    return found


def list_tree() -> list[Namespace]:
    """Return every namespace, parents before children, whoever may see them."""
    return list(Namespace.objects.order_by("depth", "path").defer("description"))


def version_of(namespace_id: str) -> int:
    """Return the version that a namespace has now, 0 when it isn't there."""
    rows = Namespace.objects.filter(pk=namespace_id).values_list("version", flat=True)
    return rows.first() or 0
