"""Writes to the tree and to role bindings.

Each function is one use: it takes the writers' lock, checks, writes, and records.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission as AuthPermission
from django.db.models import F, Max, Q, Value
from django.db.models.functions import Concat, Substr

from console.core import audit, outbox
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import StaleVersionError, ValidationFailedError
from console.core.transactions import writing
from namespaces import access
from namespaces.exceptions import (
    LastAdminError,
    NamespaceCycleError,
    NamespaceNameTakenError,
    NamespaceNotEmptyError,
    NamespaceTooDeepError,
    RoleNotGrantableError,
    RootNamespaceError,
)
from namespaces.models import MAX_DEPTH, ROOT_NAME, Namespace, RoleBinding
from namespaces.permissions import Permission
from namespaces.roles import ADMIN, ROLE_BY_CODE

MAX_NAME_LENGTH = 100


def _state(namespace: Namespace) -> dict[str, Any]:
    return {
        "name": namespace.name,
        "description": namespace.description,
        "parent_id": namespace.parent_id,
        "inherits_policies": namespace.inherits_policies,
    }


@writing()
def ensure_root(*, now: datetime) -> Namespace:
    """Create the root namespace unless it is there. Used when a database is set up."""
    root = Namespace.objects.filter(depth=0).first()
    if root is None:
        root = Namespace.objects.create(
            name=ROOT_NAME,
            number=1,
            path="1/",
            depth=0,
            created_at=now,
            modified_at=now,
        )
    return root


@writing()
def create_namespace(
    *,
    parent_id: UUID | str,
    name: str,
    actor: Actor,
    now: datetime,
    description: str = "",
) -> Namespace:
    """Create a namespace under another one.

    Raises:
        ValidationFailedError: the name can't be used.
        NamespaceNameTakenError: the parent has a child of that name.
        NamespaceTooDeepError: the tree would be deeper than 32.
    """
    parent = access.check_can(actor, Permission.NAMESPACE_CREATE, parent_id)
    if parent.depth + 1 >= MAX_DEPTH:
        raise NamespaceTooDeepError(f"namespaces go {MAX_DEPTH} levels deep, no deeper")
    number = (Namespace.objects.aggregate(top=Max("number"))["top"] or 0) + 1
    namespace = Namespace.objects.create(
        parent=parent,
        name=_free_name(name, parent=parent),
        description=description,
        number=number,
        path=f"{parent.path}{number}/",
        depth=parent.depth + 1,
        created_at=now,
        modified_at=now,
    )
    _record("created", namespace, before=None, actor=actor, now=now)
    return namespace


@writing()
def update_namespace(
    namespace_id: UUID | str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    name: str | None = None,
    description: str | None = None,
    inherits_policies: bool | None = None,
) -> Namespace:
    """Change a namespace's name, description, or whether it inherits policies.

    None leaves a value as it is. Whoever changes these writes the version they saw.

    Raises:
        StaleVersionError: somebody else saved first.
        RootNamespaceError: the root can't be renamed.
        NamespaceNameTakenError: the parent has another child of that name.
    """
    namespace = access.check_can(actor, Permission.NAMESPACE_EDIT, namespace_id)
    if namespace.version != version:
        raise StaleVersionError(details={"current": _state(namespace)})
    before = _state(namespace)
    if name is not None and name.strip() != namespace.name:
        if namespace.parent is None:
            raise RootNamespaceError
        namespace.name = _free_name(name, parent=namespace.parent, besides=namespace)
    if description is not None:
        namespace.description = description
    if inherits_policies is not None:
        namespace.inherits_policies = inherits_policies
    if _state(namespace) == before:
        return namespace
    namespace.version += 1
    namespace.modified_at = now
    namespace.save()
    _record("updated", namespace, before=before, actor=actor, now=now)
    return namespace


@writing()
def move_namespace(
    namespace_id: UUID | str, *, under: UUID | str, actor: Actor, now: datetime
) -> Namespace:
    """Move a namespace, with all below it, under another parent.

    The actor must be an admin of the namespace, of the old parent (because its
    people lose sight of the subtree) and of the new one (because its people gain it).

    Raises:
        RootNamespaceError: the root can't be moved.
        NamespaceCycleError: the new parent lies inside the moved subtree.
        NamespaceNameTakenError: the new parent has a child of that name.
        NamespaceTooDeepError: the subtree would reach below level 32.
    """
    namespace = access.check_can(actor, Permission.NAMESPACE_MOVE, namespace_id)
    if namespace.parent_id is None:
        raise RootNamespaceError
    access.check_can(actor, Permission.NAMESPACE_MOVE, namespace.parent_id)
    parent = access.check_can(actor, Permission.NAMESPACE_MOVE, under)
    if parent.path.startswith(namespace.path):
        raise NamespaceCycleError
    below = Namespace.objects.filter(access.subtree(namespace.path))
    shift = parent.depth + 1 - namespace.depth
    deepest = below.aggregate(deepest=Max("depth"))["deepest"]
    if deepest + shift >= MAX_DEPTH:
        raise NamespaceTooDeepError(f"namespaces go {MAX_DEPTH} levels deep, no deeper")
    before = _state(namespace)
    _free_name(namespace.name, parent=parent, besides=namespace)
    Namespace.objects.filter(pk=namespace.pk).update(
        parent=parent, version=F("version") + 1, modified_at=now
    )
    new_path = f"{parent.path}{namespace.number}/"
    below.update(
        path=Concat(Value(new_path), Substr("path", len(namespace.path) + 1)),
        depth=F("depth") + shift,
    )
    namespace.refresh_from_db()
    _record("moved", namespace, before=before, actor=actor, now=now)
    return namespace


@writing()
def delete_namespace(namespace_id: UUID | str, *, actor: Actor, now: datetime) -> None:
    """Delete a namespace that nothing lives in any more.

    Raises:
        RootNamespaceError: the root can't be deleted.
        NamespaceNotEmptyError: something lives in it, or below it.
    """
    namespace = access.check_can(actor, Permission.NAMESPACE_DELETE, namespace_id)
    if namespace.parent_id is None:
        raise RootNamespaceError
    access.check_can(actor, Permission.NAMESPACE_DELETE, namespace.parent_id)
    blockers = _blockers(namespace)
    if blockers:
        raise NamespaceNotEmptyError(
            f"{namespace.name} still holds {', '.join(blockers)}",
            details={"holds": blockers},
        )
    _record("deleted", namespace, before=_state(namespace), actor=actor, now=now)
    namespace.delete()


def _blockers(namespace: Namespace) -> list[str]:
    """Name what lives in a namespace: children and rows of any app."""
    found = []
    for relation in Namespace._meta.related_objects:  # noqa: SLF001 - Django's API
        if relation.related_model is RoleBinding:
            continue
        rows = relation.related_model._default_manager  # noqa: SLF001 - likewise
        count = rows.filter(**{relation.field.name: namespace}).count()
        if count:
            meta = relation.related_model._meta  # noqa: SLF001 - likewise
            noun = meta.verbose_name if count == 1 else meta.verbose_name_plural
            found.append(f"{count} {noun}")
    return found


def _free_name(
    name: str, *, parent: Namespace, besides: Namespace | None = None
) -> str:
    """Return the name in the form that is stored, or say why it can't be used."""
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME_LENGTH or "/" in name:
        raise ValidationFailedError(
            "the name can't be used",
            fields={"name": ["give 1 to 100 characters, without `/`"]},
        )
    taken = parent.children.filter(name__iexact=name)
    if besides is not None:
        taken = taken.exclude(pk=besides.pk)
    if taken.exists():
        raise NamespaceNameTakenError(
            f"{parent.name} already has a namespace `{name}`",
            fields={"name": ["this name is taken here"]},
        )
    return name


def _record(
    verb: str,
    namespace: Namespace,
    *,
    before: dict[str, Any] | None,
    actor: Actor,
    now: datetime,
) -> None:
    event = audit.record(
        Change(
            action=f"namespace.{verb}",
            target_type="namespace",
            target_id=namespace.id,
            target_label=namespace.name,
            namespace_id=namespace.id,
            before=before,
            after=None if verb == "deleted" else _state(namespace),
        ),
        actor=actor,
        now=now,
    )
    outbox.enqueue("namespaces", {"id": str(namespace.id)}, event=event, now=now)


@writing()
def grant_role(
    *,
    namespace_id: UUID | str,
    role: str,
    actor: Actor,
    now: datetime,
    user_id: UUID | None = None,
    group_id: UUID | None = None,
    service_account_id: UUID | None = None,
    expires_at: datetime | None = None,
) -> RoleBinding:
    """Give one subject a role on a namespace, replacing the one it has there.

    An admin grants at most their own role, and never to themselves.

    Raises:
        ValidationFailedError: not exactly one subject, or no such role.
        RoleNotGrantableError: to oneself, or above one's own role.
        LastAdminError: the root would be left without an admin.
    """
    namespace = access.check_can(actor, Permission.NAMESPACE_GRANT, namespace_id)
    subject = _subject(user_id, group_id, service_account_id)
    if role not in ROLE_BY_CODE:
        raise ValidationFailedError(
            f"there is no role `{role}`", fields={"role": ["viewer, manager or admin"]}
        )
    if user_id is not None and user_id == actor.user_id:
        raise RoleNotGrantableError("nobody changes their own role; ask another admin")
    own = access.role_at(access.read_grants(actor), namespace.path)
    if own is None or ROLE_BY_CODE[role].rank > own.rank:
        raise RoleNotGrantableError("nobody grants a role above their own")
    existing = RoleBinding.objects.filter(content_object=namespace, **subject).first()
    before = _binding_state(existing) if existing else None
    binding = existing or RoleBinding(
        content_object=namespace, created_at=now, **subject
    )
    binding.permission = _permission(role)
    binding.expires_at = expires_at
    binding.save()
    _check_root_keeps_an_admin()
    _record_binding("granted", binding, before=before, actor=actor, now=now)
    return binding


@writing()
def revoke_role(binding_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a role away.

    Raises:
        NamespaceNotFoundError: there is no such binding that the actor may see.
        RoleNotGrantableError: it is the actor's own.
        LastAdminError: the root would be left without an admin.
    """
    binding = RoleBinding.objects.filter(pk=binding_id).first()
    access.check_can(
        actor,
        Permission.NAMESPACE_GRANT,
        binding.content_object_id if binding else UUID(int=0),
    )
    assert binding is not None  # noqa: S101 - check_can raised otherwise
    if binding.user_id is not None and binding.user_id == actor.user_id:
        raise RoleNotGrantableError("nobody changes their own role; ask another admin")
    before = _binding_state(binding)
    _record_binding("revoked", binding, before=before, actor=actor, now=now)
    binding.delete()
    _check_root_keeps_an_admin()


def check_root_keeps_an_admin() -> None:
    """Refuse a change after which nobody could administer the root.

    Called by services that deactivate or delete people, under the writers' lock.

    Raises:
        LastAdminError: no active person would be left who is admin of the root.
    """
    _check_root_keeps_an_admin()


def _check_root_keeps_an_admin() -> None:
    lasting = RoleBinding.objects.filter(
        content_object__depth=0,
        permission__codename=ADMIN.code,
        expires_at__isnull=True,
    )
    alive = lasting.filter(
        Q(user__is_active=True)
        | Q(group__is_active=True, group__memberships__user__is_active=True)
    )
    if not alive.exists():
        raise LastAdminError


def _subject(
    user_id: UUID | None, group_id: UUID | None, service_account_id: UUID | None
) -> dict[str, UUID]:
    given = {
        name: value
        for name, value in (
            ("user_id", user_id),
            ("group_id", group_id),
            ("service_account_id", service_account_id),
        )
        if value is not None
    }
    if len(given) != 1:
        raise ValidationFailedError("name one person, one group or one service account")
    return given


def _permission(role: str) -> AuthPermission:
    return AuthPermission.objects.get_by_natural_key(role, "namespaces", "namespace")


def _binding_state(binding: RoleBinding) -> dict[str, Any]:
    return {
        "role": binding.permission.codename,
        "user_id": binding.user_id,
        "group_id": binding.group_id,
        "service_account_id": binding.service_account_id,
        "expires_at": binding.expires_at,
    }


def _record_binding(
    verb: str,
    binding: RoleBinding,
    *,
    before: dict[str, Any] | None,
    actor: Actor,
    now: datetime,
) -> None:
    subject = binding.user or binding.group or binding.service_account
    audit.record(
        Change(
            action=f"role.{verb}",
            target_type="role_binding",
            target_id=str(binding.pk),
            target_label=f"{subject}: {binding.permission.codename}",
            namespace_id=binding.content_object_id,
            before=before,
            after=None if verb == "revoked" else _binding_state(binding),
        ),
        actor=actor,
        now=now,
    )
