"""Reads of the tree and of role bindings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from console.core.models import AuditEvent
from namespaces import access
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.models import ApiServiceAccount, Namespace, RoleBinding
from namespaces.permissions import Permission
from namespaces.roles import Role, roles_with

ROOT_SLASHES = 1  # the root's path has one


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
class HeldRole:
    """A role that somebody holds, and where it comes from.

    `namespace` is None for the console itself. Unless `is_shown`, the reader learns
    that there is such a role, and neither which nor where.
    """

    role: Role
    namespace: NamespacePath | None
    group_id: UUID | None
    expires_at: datetime | None
    suffices: bool
    is_shown: bool


@dataclass(frozen=True, slots=True)
class AccessAnswer:
    """Whether somebody may do something in a namespace, and why."""

    namespace: NamespacePath
    permission: Permission
    allowed: bool
    held: list[HeldRole]
    sufficient: tuple[Role, ...]


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


def list_contents(namespace: Namespace) -> list[Contents]:
    """Count what lives in a namespace itself: children, and rows of any app."""
    found = []
    for relation in Namespace._meta.related_objects:  # noqa: SLF001 - Django's API
        table: Any = relation.related_model
        if table is RoleBinding:
            continue
        rows = table._default_manager.filter(**{relation.field.name: namespace})  # noqa: SLF001
        count = rows.count()
        if count:
            meta = table._meta  # noqa: SLF001
            noun = meta.verbose_name if count == 1 else meta.verbose_name_plural
            found.append(Contents(count, str(noun)))
    return found


def list_bindings(actor: Actor) -> QuerySet[RoleBinding]:
    """Return the bindings on the namespaces that the actor sees."""
    return RoleBinding.objects.filter(
        access.namespace_filter(
            actor, Permission.NAMESPACE_VIEW, field="content_object"
        )
    ).select_related("content_object", "permission", "user", "group", "service_account")


def get_binding(binding_id: int | str, *, actor: Actor) -> RoleBinding:
    """Return a binding on a namespace that the actor sees.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
    """
    binding = list_bindings(actor).filter(pk=binding_id).first()
    if binding is None:
        raise NotFoundError
    return binding


def list_role_bindings(namespace: Namespace, *, actor: Actor) -> QuerySet[RoleBinding]:
    """Return the bindings that hold in a namespace: its own and inherited ones.

    Those of ancestors that the actor doesn't see are left out: of these the names are
    all that may be shown (decision 8).
    """
    get_namespace(namespace.id, actor=actor)
    paths = [*access.ancestor_paths(namespace.path), namespace.path]
    return (
        list_bindings(actor)
        .filter(content_object__path__in=paths)
        .order_by("-content_object__depth", "id")
    )


def list_own_roles(actor: Actor) -> list[HeldRole]:
    """Return the roles that the actor holds, with where, strongest first."""
    grants = sorted(
        access.grants_of(actor), key=lambda grant: (-grant.role.rank, grant.path)
    )
    return _held_roles(grants, Permission.NAMESPACE_VIEW, seen=None)


def explain_access(
    subject: Actor, permission: Permission, namespace_id: UUID | str, *, actor: Actor
) -> AccessAnswer:
    """Say for the actor why somebody may, or may not, do something in a namespace.

    Where a role is held on an ancestor that the actor doesn't see, the answer says
    that it is, and no more.

    Raises:
        NamespaceNotFoundError: the actor does not see the namespace.
    """
    namespace = get_namespace(namespace_id, actor=actor)
    explanation = access.explain_access(subject, permission, namespace)
    seen = {grant.path for grant in access.grants_of(actor)}
    return AccessAnswer(
        namespace=name_paths([namespace])[namespace.id],
        permission=permission,
        allowed=explanation.allowed,
        held=_held_roles(explanation.grants, permission, seen=seen),
        sufficient=roles_with(permission),
    )


def _held_roles(
    grants: Iterable[access.Grant], permission: Permission, *, seen: set[str] | None
) -> list[HeldRole]:
    """Name the places of grants, as far as the reader sees them.

    `seen` are the paths that the reader holds roles on; None shows everything.
    """
    grants = list(grants)
    ids = [grant.namespace_id for grant in grants if grant.namespace_id]
    names = name_paths(Namespace.objects.filter(pk__in=ids))
    return [
        HeldRole(
            role=grant.role,
            namespace=names[grant.namespace_id] if grant.namespace_id else None,
            group_id=grant.group_id,
            expires_at=grant.expires_at,
            suffices=permission in grant.role.permissions,
            is_shown=seen is None or any(grant.path.startswith(path) for path in seen),
        )
        for grant in grants
    ]


def list_audit_events(actor: Actor) -> QuerySet[AuditEvent]:
    """Return the events that the actor may read.

    Those of the namespaces where they hold `audit:view`; whoever holds it on the root
    reads everything, also what belongs to no namespace, or to one that is gone.
    """
    paths = [
        grant.path
        for grant in access.grants_of(actor)
        if Permission.AUDIT_VIEW in grant.role.permissions
    ]
    if any(path.count("/") <= ROOT_SLASHES for path in paths):
        return AuditEvent.objects.filter()
    readable = list_namespaces_where(actor, Permission.AUDIT_VIEW).order_by()
    return AuditEvent.objects.filter(
        namespace_id__in=readable.values_list("id", flat=True)
    )


def list_all_bindings() -> QuerySet[RoleBinding]:
    """Return every binding that holds now, for callers who answer no person's query.

    The demo's sign-in page and commands on the host read it; pages use
    `list_role_bindings`.
    """
    return RoleBinding.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=Now())
    ).select_related("content_object", "permission")


def find_service_account(token_hash: str) -> ApiServiceAccount | None:
    """Return the live service account of a token's hash, or None."""
    return (
        ApiServiceAccount.objects.filter(token_hash=token_hash, is_active=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=Now()))
        .first()
    )
