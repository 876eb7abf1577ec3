"""Who holds which role where: grant, change, revoke."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission as AuthPermission
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from console.core import audit, previews
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import (
    NotFoundError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.transactions import writing
from namespaces import access
from namespaces.exceptions import (
    LastAdminError,
    SubjectNotFoundError,
)
from namespaces.models import ApiServiceAccount, Namespace, RoleBinding
from namespaces.permissions import Permission
from namespaces.roles import ADMIN
from namespaces.services import granting

SUBJECTS = ("user", "group", "service_account")


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
    reason: str = "",
    seen: str = "",
) -> RoleBinding:
    """Give one subject a role on a namespace, replacing the one it has there.

    An admin grants at most their own role, and never to themselves: neither by name,
    nor, beyond what they hold anyway, to a group that they are in.

    Raises:
        ValidationFailedError: not exactly one subject, or no such role.
        SubjectNotFoundError: there is no such person, group or service account.
        RoleNotGrantableError: to oneself, or above one's own role.
        LastAdminError: the root would be left without an admin.
    """
    namespace = access.check_can(actor, Permission.NAMESPACE_GRANT, namespace_id)
    granting.check_ends_later(expires_at, now)
    subject = _subject(user_id, group_id, service_account_id)
    granting.check_not_own(user_id, service_account_id, actor=actor)
    granting.check_grantable(role, namespace, actor=actor)
    granting.check_gains_nothing(group_id, role, expires_at, namespace, actor=actor)
    binding = RoleBinding.objects.filter(content_object=namespace, **subject).first()
    if binding is None:
        binding = RoleBinding(content_object=namespace, created_at=now, **subject)
        before = None
    else:
        before = _state(binding)
        binding.version += 1
    with _watched(namespace, actor=actor, seen=seen):
        _save(binding, role, expires_at)
    _record("granted", binding, before=before, actor=actor, now=now, reason=reason)
    return binding


def _watched(
    namespace: Namespace, *, actor: Actor, seen: str
) -> AbstractContextManager[None]:
    """Frame a change of a role, whose consequences can be asked for beforehand."""
    return previews.watched("role.change", actor=actor, seen=seen, namespace=namespace)


@writing()
def change_role(
    binding_id: int,
    *,
    version: int,
    role: str,
    expires_at: datetime | None,
    actor: Actor,
    now: datetime,
    reason: str = "",
    seen: str = "",
) -> RoleBinding:
    """Change the role of a binding, or until when it holds.

    Raises:
        NotFoundError: there is no such binding that the actor may see.
        StaleVersionError: somebody else changed it first.
        RoleNotGrantableError: it is the actor's own, or above their own role.
        LastAdminError: the root would be left without an admin.
    """
    binding = _get(binding_id, actor=actor)
    _check_version(binding, version)
    granting.check_ends_later(expires_at, now)
    granting.check_not_own(binding.user_id, binding.service_account_id, actor=actor)
    place = binding.content_object
    granting.check_grantable(role, place, actor=actor)
    granting.check_gains_nothing(binding.group_id, role, expires_at, place, actor=actor)
    before = _state(binding)
    if before["role"] == role and before["expires_at"] == expires_at:
        return binding
    binding.version += 1
    with _watched(place, actor=actor, seen=seen):
        _save(binding, role, expires_at)
    _record("changed", binding, before=before, actor=actor, now=now, reason=reason)
    return binding


@writing()
def revoke_role(
    binding_id: int,
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
    reason: str = "",
    seen: str = "",
) -> None:
    """Take a role away.

    Raises:
        NotFoundError: there is no such binding that the actor may see.
        StaleVersionError: somebody else changed it first.
        RoleNotGrantableError: it is the actor's own.
        LastAdminError: the root would be left without an admin.
    """
    binding = _get(binding_id, actor=actor)
    if version is not None:
        _check_version(binding, version)
    granting.check_not_own(binding.user_id, binding.service_account_id, actor=actor)
    before = _state(binding)
    _record("revoked", binding, before=before, actor=actor, now=now, reason=reason)
    with _watched(binding.content_object, actor=actor, seen=seen):
        binding.delete()
        check_root_keeps_an_admin()


@writing()
def bind_account(
    account: ApiServiceAccount, role: str, *, actor: Actor, now: datetime
) -> None:
    """Give a service account its role in its own namespace, or another one.

    Called by `accounts`: it takes less than granting roles, because an account can't
    do more than its owner. Nobody gives a role above their own.
    """
    namespace = account.namespace
    granting.check_grantable(role, namespace, actor=actor)
    binding = RoleBinding.objects.filter(
        content_object=namespace, service_account=account
    ).first()
    before = _state(binding) if binding else None
    if before and before["role"] == role:
        return
    if binding is None:
        binding = RoleBinding(
            content_object=namespace, service_account=account, created_at=now
        )
    else:
        binding.version += 1
    _save(binding, role, None)
    verb = "changed" if before else "granted"
    _record(verb, binding, before=before, actor=actor, now=now)


@writing()
def check_root_keeps_an_admin() -> None:
    """Refuse a change after which nobody could administer the root.

    Called as well by services that deactivate or delete people.

    Raises:
        LastAdminError: no active person would be left who is admin of the root.
    """
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


@writing()
def revoke_all(
    namespace: Namespace, *, actor: Actor, now: datetime
) -> dict[str, list[Any]]:
    """Take all roles away on a namespace that is about to be deleted, and below.

    Called by `deletion` after its checks. Returns, by the id of each namespace, what
    `restore_all` takes.
    """
    within = access.subtree(namespace.path, "content_object__path")
    kept: dict[str, list[Any]] = {}
    rows = RoleBinding.objects.filter(within)
    for place, state in _revoke(rows, actor=actor, now=now):
        kept.setdefault(str(place), []).append(state)
    return kept


@writing()
def revoke_all_of(accounts: Iterable[UUID], *, actor: Actor, now: datetime) -> None:
    """Take the roles of service accounts away that are about to be deleted."""
    held = RoleBinding.objects.filter(service_account__in=list(accounts))
    _revoke(held, actor=actor, now=now)


def _revoke(
    bindings: QuerySet[RoleBinding], *, actor: Actor, now: datetime
) -> list[tuple[UUID, Any]]:
    kept = []
    for binding in bindings:
        state = _state(binding)
        _record("revoked", binding, before=state, actor=actor, now=now)
        kept.append((binding.content_object_id, state))
        binding.delete()
    return kept


@writing()
def restore_all(
    kept: list[dict[str, Any]], namespace: Namespace, *, actor: Actor, now: datetime
) -> None:
    """Give the roles back that a deletion took, as far as the actor may grant them.

    Subjects that are gone by now, roles that have ended, and whoever may not grant
    roles here leave the namespace without.
    """
    role = access.role_at(access.read_grants(actor), namespace.path)
    if role is None or Permission.NAMESPACE_GRANT not in role.permissions:
        return
    for state in kept:
        ends = state["expires_at"] and datetime.fromisoformat(state["expires_at"])
        try:
            subject = _subject(*(state[f"{name}_id"] for name in SUBJECTS))
        except SubjectNotFoundError:
            continue
        if ends and ends <= now:
            continue
        binding = RoleBinding(content_object=namespace, created_at=now, **subject)
        _save(binding, state["role"], ends or None)
        _record("granted", binding, before=None, actor=actor, now=now)


def _get(binding_id: int, *, actor: Actor) -> RoleBinding:
    """Return a binding of a namespace where the actor grants roles."""
    rows = RoleBinding.objects.select_related("content_object", "permission")
    binding: RoleBinding | None = rows.filter(pk=binding_id).first()
    if binding is None:
        raise NotFoundError
    access.check_can(actor, Permission.NAMESPACE_GRANT, binding.content_object_id)
    return binding


def _check_version(binding: RoleBinding, version: int) -> None:
    if binding.version != version:
        raise StaleVersionError(details={"current": audit.plain(_state(binding))})


def _subject(
    user_id: UUID | None, group_id: UUID | None, service_account_id: UUID | None
) -> dict[str, UUID]:
    """Return the one subject that was named, once it is known to exist."""
    ids = (user_id, group_id, service_account_id)
    given = {name: one for name, one in zip(SUBJECTS, ids, strict=True) if one}
    if len(given) != 1:
        raise ValidationFailedError(
            gettext("name one person, one group or one service account")
        )
    ((name, subject_id),) = given.items()
    if not granting.row_of(name, subject_id).exists():
        raise SubjectNotFoundError(fields={f"{name}_id": [gettext("unknown id")]})
    return {f"{name}_id": subject_id}


def _save(binding: RoleBinding, role: str, expires_at: datetime | None) -> None:
    binding.permission = AuthPermission.objects.get_by_natural_key(
        role, "namespaces", "namespace"
    )
    binding.expires_at = expires_at
    binding.save()
    check_root_keeps_an_admin()


def _state(binding: RoleBinding) -> dict[str, Any]:
    return {
        "role": binding.permission.codename,
        "user_id": binding.user_id,
        "group_id": binding.group_id,
        "service_account_id": binding.service_account_id,
        "expires_at": binding.expires_at,
    }


def _record(
    verb: str,
    binding: RoleBinding,
    *,
    before: dict[str, Any] | None,
    actor: Actor,
    now: datetime,
    reason: str = "",
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
            after=None if verb == "revoked" else _state(binding),
        ),
        actor=actor,
        now=now,
        reason=reason,
    )
