"""The doors: who may do what where. Auditors read this file; nothing else is here.

A role is held on a namespace and flows down: it counts in every namespace whose
path begins with that one's. The strongest role wins. There is no deny.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.exceptions import PermissionDeniedError
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.models import Namespace, RoleBinding
from namespaces.permissions import Permission
from namespaces.roles import ADMIN, ROLE_BY_CODE, Role

AFTER_SLASH = "0"  # the character that follows "/" in ASCII
OF_BINDING = (
    "content_object_id",
    "path",
    "permission__codename",
    "group_id",
    "expires_at",
)
OF_ACCOUNT = ("service_account__namespace__path", "service_account__owner_id")


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that an actor holds, and where it comes from.

    `group_id` is set when the role is held by being in that group.
    """

    namespace_id: UUID | None
    path: str
    role: Role
    group_id: UUID | None = None
    expires_at: datetime | None = None

    def covers(self, path: str) -> bool:
        """The grant's namespace is the one at `path`, or an ancestor of it."""
        return path.startswith(self.path)


EVERYWHERE = Grant(namespace_id=None, path="", role=ADMIN)


def read_grants(actor: Actor) -> tuple[Grant, ...]:
    """Read what the actor holds right now, in one query; for tokens of people in two.

    People who were deactivated, tokens that ended and bindings that expired hold
    nothing. A token holds no more than its owner does.
    """
    if actor.is_system:
        return (EVERYWHERE,)
    if actor.is_anonymous:
        return ()
    # Looked up for the few bindings that are left: a join would read the whole tree.
    place = Namespace.objects.filter(pk=OuterRef("content_object_id"))
    bindings = (
        RoleBinding.objects.filter(_held_by(actor))
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=Now()))
        .annotate(path=Subquery(place.values("path")))
    )
    if not actor.service_account_id:
        return tuple(
            Grant(namespace_id, path, ROLE_BY_CODE[code], group_id, expires_at)
            for namespace_id, path, code, group_id, expires_at in bindings.values_list(
                *OF_BINDING
            )
        )
    found = list(bindings.values_list(*OF_BINDING, *OF_ACCOUNT))
    grants = tuple(
        Grant(namespace_id, reach, ROLE_BY_CODE[code], group_id, expires_at)
        for namespace_id, path, code, group_id, expires_at, bound_to, _ in found
        if (reach := _reach(path, bound_to))
    )
    owner_id = found[0][-1] if found else None
    if owner_id is None:
        return grants
    return _limited(grants, read_grants(Actor(user_id=owner_id)))


def _limited(grants: tuple[Grant, ...], limits: tuple[Grant, ...]) -> tuple[Grant, ...]:
    """Return what is left of a token's grants within those of its owner.

    Where the owner holds a role further up, the weaker role counts; where further
    down, it counts from there.
    """
    return tuple(
        Grant(
            lower.namespace_id,
            lower.path,
            min(grant.role, limit.role, key=lambda role: role.rank),
            expires_at=_sooner(grant.expires_at, limit.expires_at),
        )
        for grant in grants
        for limit in limits
        if grant.path.startswith(limit.path) or limit.path.startswith(grant.path)
        for lower in [max(grant, limit, key=lambda one: len(one.path))]
    )


def _sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((end for end in (one, other) if end is not None), default=None)


def _held_by(actor: Actor) -> Q:
    if actor.service_account_id:
        return Q(
            service_account_id=actor.service_account_id,
            service_account__is_active=True,
        ) & (
            Q(service_account__expires_at__isnull=True)
            | Q(service_account__expires_at__gt=Now())
        )
    # As lists, and not as joins, which would read every person and membership.
    people = _rows_of("user").filter(pk=actor.user_id, is_active=True)
    groups = _rows_of("group").filter(
        is_active=True,
        memberships__user_id=actor.user_id,
        memberships__user__is_active=True,
    )
    return Q(user_id__in=people.order_by().values("pk")) | Q(
        group_id__in=groups.order_by().values("pk")
    )


def _rows_of(subject: str) -> QuerySet[Any]:
    """People or groups of the directory, an app that this one must not import."""
    model: Any = RoleBinding._meta.get_field(subject).related_model  # noqa: SLF001
    rows: QuerySet[Any] = model.objects.all()
    return rows


def _reach(path: str, bound_to: str) -> str:
    """Return from where on a token's binding on `path` counts, "" for nowhere.

    It works in the namespace that its account lives in and below, whatever was granted
    to it.
    """
    if path.startswith(bound_to):
        return path
    return bound_to if bound_to.startswith(path) else ""


def grants_of(actor: Actor) -> tuple[Grant, ...]:
    """Return what the actor holds, read once for each request."""
    grants: tuple[Grant, ...] | None = actor.cache.get("grants")
    if grants is None:
        grants = actor.cache["grants"] = read_grants(actor)
    return grants


def role_at(grants: Iterable[Grant], path: str) -> Role | None:
    """Return the strongest role among the grants that cover `path`."""
    return max(
        (grant.role for grant in grants if grant.covers(path)),
        key=lambda role: role.rank,
        default=None,
    )


def can(actor: Actor, permission: Permission, namespace: Namespace) -> bool:
    """Answer whether the actor may; for showing or hiding a button."""
    role = role_at(grants_of(actor), namespace.path)
    return role is not None and permission in role.permissions


def can_at_root(actor: Actor, permission: Permission) -> bool:
    """Answer whether the actor may at the root, without reading the root for it.

    A path of one number is the root's.
    """
    return any(
        grant.path.count("/") <= 1 and permission in grant.role.permissions
        for grant in grants_of(actor)
    )


def can_anywhere(actor: Actor, permission: Permission) -> bool:
    """Answer whether there is any namespace where the actor may."""
    return any(permission in grant.role.permissions for grant in grants_of(actor))


def check_can_anywhere(actor: Actor, permission: Permission) -> None:
    """Refuse unless there is a namespace where the actor may.

    Raises:
        PermissionDeniedError: there is none.
    """
    if not any(permission in grant.role.permissions for grant in read_grants(actor)):
        raise PermissionDeniedError


def check_can(
    actor: Actor, permission: Permission, namespace_id: UUID | str
) -> Namespace:
    """Refuse unless the actor may, and return the namespace.

    Rights are read anew: a service calls this under the writers' lock, so what it
    reads still holds at its commit.

    Raises:
        NamespaceNotFoundError: it isn't there, or the actor may not see it.
        PermissionDeniedError: the actor sees it, but may not do this.
    """
    namespace = Namespace.objects.filter(pk=namespace_id).first()
    role = (
        role_at(read_grants(actor), namespace.path) if namespace is not None else None
    )
    if namespace is None or role is None:
        raise NamespaceNotFoundError
    if permission not in role.permissions:
        raise PermissionDeniedError(
            gettext("your role in %(name)s is %(role)s; `%(value)s` needs another")
            % {"name": namespace.name, "role": role.name, "value": permission.value}
        )
    return namespace


def namespace_filter(
    actor: Actor,
    permission: Permission,
    *,
    field: str = "namespace",
    above: bool = False,
) -> Q:
    """Return the condition that rows live where the actor holds `permission`.

    `field` leads from the row to its namespace ("" for namespaces themselves).
    With `above`, rows of the ancestors of those namespaces pass too, which is how
    policies are seen by the teams below.
    """
    prefix = f"{field}__path" if field else "path"
    reach = reach_of(actor, permission, above=above)
    if reach.is_everything:
        return Q()
    condition = Q(pk__in=[])
    for path in reach.subtrees:
        condition |= subtree(path, prefix)
    if reach.ancestors:
        condition |= Q(**{f"{prefix}__in": reach.ancestors})
    return condition


@dataclass(frozen=True, slots=True)
class Reach:
    """Where an actor may do something: subtrees by their paths, and some above them.

    No subtree lies in another.
    """

    subtrees: tuple[str, ...]
    ancestors: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        """The whole tree: the root, or the console itself."""
        return any(path.count("/") <= 1 for path in self.subtrees)


def reach_of(actor: Actor, permission: Permission, *, above: bool = False) -> Reach:
    """Return where the actor holds `permission`.

    With `above`, the ancestors of those namespaces are in it, too.
    """
    paths = outermost(
        grant.path for grant in grants_of(actor) if permission in grant.role.permissions
    )
    found = {a for path in paths for a in ancestor_paths(path)} if above else ()
    return Reach(tuple(paths), tuple(sorted(found)))


def subtree(path: str, column: str = "path") -> Q:
    """Return the condition that a path is `path` or lies below it, as a range.

    A range uses the index of every database; LIKE does not.
    """
    first, end = bounds(path)
    return Q(**{f"{column}__gte": first, f"{column}__lt": end})


def bounds(path: str) -> tuple[str, str]:
    """Return the least path of a subtree, and the least one behind it."""
    return path, path[:-1] + AFTER_SLASH


def ancestor_paths(path: str) -> list[str]:
    """Return the paths of all namespaces above `path`, outermost first."""
    numbers = path.rstrip("/").split("/")
    return ["/".join(numbers[:end]) + "/" for end in range(1, len(numbers))]


def outermost(paths: Iterable[str]) -> list[str]:
    """Drop the paths that lie below another one."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an actor may or may not do something in a namespace.

    `grants` are those that cover the namespace, the strongest first.
    """

    permission: Permission
    grants: tuple[Grant, ...]

    @property
    def role(self) -> Role | None:
        """The role that the actor has there: the strongest."""
        return self.grants[0].role if self.grants else None

    @property
    def allowed(self) -> bool:
        """Whether that role suffices."""
        return self.role is not None and self.permission in self.role.permissions


def explain_access(
    actor: Actor, permission: Permission, namespace: Namespace
) -> Explanation:
    """Say why the actor may or may not: each binding that counts, role and path.

    The grants are read as `check_can` reads them, so that the explanation of an
    answer can't differ from the answer.
    """
    covering = (grant for grant in read_grants(actor) if grant.covers(namespace.path))
    strongest_first = sorted(covering, key=lambda grant: (-grant.role.rank, grant.path))
    return Explanation(permission, tuple(strongest_first))
