"""Reads of the tree and of role bindings."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from console.core.actor import Actor
from namespaces import access
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.models import ApiServiceAccount, Namespace, RoleBinding
from namespaces.permissions import Permission


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


def list_tree(actor: Actor) -> list[Namespace]:
    """Return what the actor sees as a tree: parents before children, by name.

    The names of ancestors that lead to a visible namespace are included; their
    attribute `visible` is False.
    """
    visible = list(list_namespaces(actor))
    seen = {namespace.path for namespace in visible}
    above = {a for path in seen for a in access.ancestor_paths(path)} - seen
    rows = visible + list(Namespace.objects.filter(path__in=above))
    by_path = {row.path: row for row in rows}
    for row in rows:
        row.visible = row.path in seen  # type: ignore[attr-defined]

    def position(row: Namespace) -> list[str]:
        chain = [*access.ancestor_paths(row.path), row.path]
        return [by_path[path].name.casefold() for path in chain]

    return sorted(rows, key=position)


def get_namespace(namespace_id: UUID | str, *, actor: Actor) -> Namespace:
    """Return a namespace that the actor sees.

    Raises:
        NamespaceNotFoundError: it isn't there, or the actor may not see it.
    """
    namespace = list_namespaces(actor).filter(pk=namespace_id).first()
    if namespace is None:
        raise NamespaceNotFoundError
    return namespace


def get_root() -> Namespace:
    """Return the root namespace.

    Raises:
        NamespaceNotFoundError: the database has not been set up.
    """
    root = Namespace.objects.filter(depth=0).first()
    if root is None:
        raise NamespaceNotFoundError("there is no root namespace yet")
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
        raise NamespaceNotFoundError(f"there is no namespace `{path}`")
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


def list_chain(namespace: Namespace) -> list[Namespace]:
    """Return the namespace and all above it, outermost first."""
    paths = [*access.ancestor_paths(namespace.path), namespace.path]
    return list(Namespace.objects.filter(path__in=paths).order_by("depth"))


def list_role_bindings(namespace: Namespace, *, actor: Actor) -> QuerySet[RoleBinding]:
    """Return the bindings that hold in a namespace: its own and inherited ones."""
    get_namespace(namespace.id, actor=actor)
    paths = [*access.ancestor_paths(namespace.path), namespace.path]
    return (
        RoleBinding.objects.filter(content_object__path__in=paths)
        .select_related(
            "content_object", "permission", "user", "group", "service_account"
        )
        .order_by("-content_object__depth", "id")
    )


def find_service_account(token_hash: str) -> ApiServiceAccount | None:
    """Return the live service account of a token's hash, or None."""
    return (
        ApiServiceAccount.objects.filter(token_hash=token_hash, is_active=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=Now()))
        .first()
    )
