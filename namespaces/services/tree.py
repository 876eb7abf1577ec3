"""The tree: create, change, move. Deleting is next door, in `deletion`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext

from console.core import audit, outbox, previews
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import (
    PermissionDeniedError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.models import AuditEvent
from console.core.transactions import writing
from namespaces import access
from namespaces.exceptions import (
    NamespaceCycleError,
    NamespaceNameTakenError,
    NamespaceNotFoundError,
    NamespaceTooDeepError,
    RootNamespaceError,
)
from namespaces.models import MAX_DEPTH, ROOT_NAME, Namespace
from namespaces.permissions import Permission
from namespaces.services import signals

MAX_NAME_LENGTH = 100


def state_of(namespace: Namespace) -> dict[str, Any]:
    """Return a namespace as the audit log keeps it."""
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
    namespace = _insert(
        parent,
        name=free_name(name, parent=parent),
        description=description,
        now=now,
    )
    record("created", namespace, before=None, actor=actor, now=now)
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
    reason: str = "",
    seen: str = "",
) -> Namespace:
    """Change a namespace's name, description, or whether it inherits policies.

    None leaves a value as it is. Whoever changes these writes the version they saw.

    Raises:
        StaleVersionError: somebody else saved first.
        RootNamespaceError: the root can't be renamed.
        NamespaceNameTakenError: the parent has another child of that name.
        and what the receivers of `signals.inheriting`, `uninheriting` refuse.
    """
    namespace = access.check_can(actor, Permission.NAMESPACE_EDIT, namespace_id)
    check_version(namespace, version)
    before = state_of(namespace)
    if name is not None and name.strip() != namespace.name:
        if namespace.parent is None:
            raise RootNamespaceError
        namespace.name = free_name(name, parent=namespace.parent, besides=namespace)
    if description is not None:
        namespace.description = description
    if inherits_policies is not None:
        namespace.inherits_policies = inherits_policies
    if state_of(namespace) == before:
        return namespace
    namespace.version += 1
    namespace.modified_at = now
    record("updated", namespace, before=before, actor=actor, now=now, reason=reason)
    if namespace.inherits_policies == before["inherits_policies"]:
        namespace.save()
        return namespace
    with previews.watched(
        "namespace.inherit", actor=actor, seen=seen, namespace=namespace
    ):
        namespace.save()
        switch = signals.uninheriting
        if namespace.inherits_policies:
            switch = signals.inheriting
        switch.send(Namespace, namespace=namespace, actor=actor)
    return namespace


@writing()
def move_namespace(
    namespace_id: UUID | str,
    *,
    under: UUID | str,
    actor: Actor,
    now: datetime,
    version: int | None = None,
    reason: str = "",
    seen: str = "",
) -> Namespace:
    """Move a namespace, with all below it, under another parent.

    The actor must be an admin of the namespace, of the old parent (because its
    people lose sight of the subtree) and of the new one (because its people gain it).

    Raises:
        StaleVersionError: somebody else changed it first (when `version` is given).
        WorldChangedError: it would change something else than what was `seen`.
        RootNamespaceError: the root can't be moved.
        NamespaceCycleError: the new parent lies inside the moved subtree.
        NamespaceNameTakenError: the new parent has a child of that name.
        NamespaceTooDeepError: the subtree would reach below level 32.
        and what the receivers of `signals.moving` refuse.
    """
    namespace = access.check_can(actor, Permission.NAMESPACE_MOVE, namespace_id)
    if namespace.parent_id is None:
        raise RootNamespaceError
    check_above(namespace, Permission.NAMESPACE_MOVE, actor=actor)
    parent = access.check_can(actor, Permission.NAMESPACE_MOVE, under)
    check_version(namespace, version)
    if parent.path.startswith(namespace.path):
        raise NamespaceCycleError
    below = Namespace.objects.filter(access.subtree(namespace.path))
    shift = parent.depth + 1 - namespace.depth
    deepest = below.aggregate(deepest=Max("depth"))["deepest"]
    if deepest + shift >= MAX_DEPTH:
        raise NamespaceTooDeepError(
            gettext("namespaces go %(max_depth)s levels deep, no deeper")
            % {"max_depth": MAX_DEPTH}
        )
    before = state_of(namespace)
    free_name(namespace.name, parent=parent, besides=namespace)
    signals.moving.send(Namespace, namespace=namespace, parent=parent, actor=actor)
    with previews.watched(
        "namespace.move", actor=actor, seen=seen, namespace=namespace
    ):
        _put(namespace, parent, shift=shift, now=now)
    namespace.refresh_from_db()
    record("moved", namespace, before=before, actor=actor, now=now, reason=reason)
    return namespace


def _put(namespace: Namespace, parent: Namespace, *, shift: int, now: datetime) -> None:
    """Write the new place of a namespace and of all below it."""
    below = Namespace.objects.filter(access.subtree(namespace.path))
    Namespace.objects.filter(pk=namespace.pk).update(
        parent=parent, version=F("version") + 1, modified_at=now
    )
    new_path = f"{parent.path}{namespace.number}/"
    below.update(
        path=Concat(Value(new_path), Substr("path", len(namespace.path) + 1)),
        depth=F("depth") + shift,
    )


def _insert(parent: Namespace, *, now: datetime, **values: Any) -> Namespace:
    """Add a row under a parent, with the next number."""
    if parent.depth + 1 >= MAX_DEPTH:
        raise NamespaceTooDeepError(
            gettext("namespaces go %(max_depth)s levels deep, no deeper")
            % {"max_depth": MAX_DEPTH}
        )
    number = (Namespace.objects.aggregate(top=Max("number"))["top"] or 0) + 1
    return Namespace.objects.create(
        parent=parent,
        number=number,
        path=f"{parent.path}{number}/",
        depth=parent.depth + 1,
        created_at=now,
        modified_at=now,
        **values,
    )


def check_above(namespace: Namespace, permission: Permission, *, actor: Actor) -> None:
    """Refuse unless the actor holds the permission on the parent as well."""
    try:
        access.check_can(actor, permission, namespace.parent_id or "")
    except NamespaceNotFoundError as error:
        raise PermissionDeniedError(
            gettext("`%(value)s` is needed on the namespace above it, too")
            % {"value": permission.value}
        ) from error


def check_version(namespace: Namespace, version: int | None) -> None:
    """Refuse when somebody else saved since the caller looked."""
    if version is not None and namespace.version != version:
        raise StaleVersionError(details={"current": audit.plain(state_of(namespace))})


def free_name(name: str, *, parent: Namespace, besides: Namespace | None = None) -> str:
    """Return the name in the form that is stored, or say why it can't be used."""
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME_LENGTH or "/" in name:
        raise ValidationFailedError(
            gettext("the name can't be used"),
            fields={"name": [gettext("give 1 to 100 characters, without `/`")]},
        )
    taken = parent.children.filter(name__iexact=name)
    if besides is not None:
        taken = taken.exclude(pk=besides.pk)
    if taken.exists():
        raise NamespaceNameTakenError(
            gettext("%(owner)s already has a namespace `%(name)s`")
            % {"owner": parent.name, "name": name},
            fields={"name": [gettext("this name is taken here")]},
        )
    return name


def record(
    verb: str,
    namespace: Namespace,
    *,
    before: dict[str, Any] | None,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> AuditEvent:
    """Write the audit event of a change, and tell enforcement."""
    change = _change(verb, namespace, before=before)
    (event,) = _write([change], actor=actor, now=now, reason=reason)
    return event


def record_all(
    verb: str,
    places: Iterable[Namespace],
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    seen_from: UUID | None = None,
) -> list[AuditEvent]:
    """Write the audit events of namespaces that go, or come back, together.

    `seen_from` is the namespace whose people may read that they went.
    """
    is_gone = verb == "deleted"
    changes = [
        _change(
            verb,
            place,
            before=state_of(place) if is_gone else None,
            seen_from=seen_from,
        )
        for place in places
    ]
    return _write(changes, actor=actor, now=now, reason=reason)


def _change(
    verb: str,
    namespace: Namespace,
    *,
    before: dict[str, Any] | None,
    seen_from: UUID | None = None,
) -> Change:
    return Change(
        action=f"namespace.{verb}",
        target_type="namespace",
        target_id=namespace.id,
        target_label=namespace.name,
        namespace_id=seen_from or namespace.id,
        before=before,
        after=None if verb == "deleted" else state_of(namespace),
    )


def _write(
    changes: list[Change], *, actor: Actor, now: datetime, reason: str
) -> list[AuditEvent]:
    events = audit.record_all(changes, actor=actor, now=now, reason=reason)
    outbox.enqueue_all("namespaces", events, now=now)
    return events
