"""Reads of role bindings: who holds what where, and why somebody may or may not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from namespaces import access
from namespaces.models import Namespace, RoleBinding
from namespaces.permissions import Permission
from namespaces.roles import ADMIN, Role, roles_with
from namespaces.selectors.tree import NamespacePath, get_namespace, name_paths

ROOT_SLASHES = 1  # the root's path has one
MAX_ENDING = 50


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that somebody holds, and where it comes from.

    `namespace` is None for the console itself; `group_name` is "" when the role is held
    by name. Unless `is_shown`, the reader learns that there is such a role, and neither
    which nor where.
    """

    role: Role
    namespace: NamespacePath | None
    group_id: UUID | None
    group_name: str
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
    role: Role | None


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


def list_bindings_of(
    actor: Actor, *, user_id: UUID | None, group_ids: Iterable[UUID]
) -> list[RoleBinding]:
    """Return the roles of a person and of groups, as far as the actor sees them."""
    held = Q(group_id__in=list(group_ids))
    if user_id is not None:
        held |= Q(user_id=user_id)
    return list(
        list_bindings(actor).filter(held).order_by("content_object__path", "id")
    )


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


def list_live_role_bindings(namespace: Namespace, *, actor: Actor) -> list[RoleBinding]:
    """Return the same without those that have ended."""
    live = Q(expires_at__isnull=True) | Q(expires_at__gt=Now())
    return list(list_role_bindings(namespace, actor=actor).filter(live))


def list_own_roles(
    actor: Actor, *, group_names: Mapping[UUID, str] | None = None
) -> list[HeldRole]:
    """Return the roles that the actor holds, with where, strongest first."""
    grants = sorted(
        access.grants_of(actor), key=lambda grant: (-grant.role.rank, grant.path)
    )
    return _held_roles(grants, Permission.NAMESPACE_VIEW, group_names or {}, seen=None)


def explain_access(
    subject: Actor,
    permission: Permission,
    namespace_id: UUID | str,
    *,
    actor: Actor,
    group_names: Mapping[UUID, str] | None = None,
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
        held=_held_roles(explanation.grants, permission, group_names or {}, seen=seen),
        sufficient=roles_with(permission),
        role=explanation.role,
    )


def _held_roles(
    grants: Iterable[access.Grant],
    permission: Permission,
    group_names: Mapping[UUID, str],
    *,
    seen: set[str] | None,
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
            group_name=group_names.get(grant.group_id, "") if grant.group_id else "",
            expires_at=grant.expires_at,
            suffices=permission in grant.role.permissions,
            is_shown=seen is None or any(grant.path.startswith(path) for path in seen),
        )
        for grant in grants
    ]


def list_ending_roles(actor: Actor, *, before: datetime) -> list[RoleBinding]:
    """Return the roles that end before a moment, where the actor grants roles."""
    where = access.namespace_filter(
        actor, Permission.NAMESPACE_GRANT, field="content_object"
    )
    ending = list_bindings(actor).filter(
        where, expires_at__gt=Now(), expires_at__lt=before
    )
    return list(ending.order_by("expires_at", "id")[:MAX_ENDING])


def holds_on_root(actor: Actor, permission: Permission) -> bool:
    """Answer whether the actor holds a permission on the root itself."""
    return any(
        grant.path.count("/") <= ROOT_SLASHES and permission in grant.role.permissions
        for grant in access.grants_of(actor)
    )


def has_single_root_admin(actor: Actor) -> bool:
    """Answer whether the actor is admin of the root, and nobody else is."""
    if not holds_on_root(actor, Permission.NAMESPACE_GRANT):
        return False
    admins = list_bindings(actor).filter(
        content_object__depth=0, permission__codename=ADMIN.code
    )
    return admins.count() == 1


def list_all_bindings() -> QuerySet[RoleBinding]:
    """Return every binding that holds now, for callers who answer no person's query.

    The demo's sign-in page and commands on the host read it; pages use
    `list_role_bindings`.
    """
    return RoleBinding.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=Now())
    ).select_related("content_object", "permission")
