"""Deleting a namespace with what lives in it, and taking that back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Sum
from django.utils.translation import gettext

from console.core import audit, burial, previews, tombstones
from console.core.actor import Actor
from console.core.audit import Change
from console.core.burial import Burial
from console.core.exceptions import NotFoundError
from console.core.transactions import writing
from namespaces import access, selectors
from namespaces.exceptions import (
    NamespaceNotEmptyError,
    NamespaceNotFoundError,
    NamespaceTooDeepError,
    RootNamespaceError,
)
from namespaces.models import (
    MAX_DEPTH,
    ApiServiceAccount,
    Namespace,
    RoleBinding,
    Tally,
)
from namespaces.permissions import Permission
from namespaces.services import accounts, bindings, signals, tree

OURS = frozenset({"namespaces.Namespace", "namespaces.ApiServiceAccount"})


@writing()
def delete_namespace(
    namespace_id: UUID | str,
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
    reason: str = "",
    with_contents: bool = False,
    seen: str = "",
) -> None:
    """Delete a namespace with the roles on it; `restore_namespace` takes it back.

    One in which something lives goes only `with_contents`: then everything in it and
    below goes along, unless something outside depends on it.

    Raises:
        StaleVersionError: somebody else changed it first (when `version` is given).
        WorldChangedError: something else would go than what was `seen`.
        RootNamespaceError: the root can't be deleted.
        NamespaceNotEmptyError: something lives in it that is to stay, or has to.
        TooLargeError: too much would go at a time.
        and what the receivers of `signals.deleting` refuse.
    """
    namespace, going = check_deletion(
        namespace_id,
        actor=actor,
        version=version,
        with_contents=with_contents,
        seen=seen,
    )
    told: dict[str, Any] = {"actor": actor, "now": now, "reason": reason}
    signals.burying.send(Namespace, namespace=namespace, going=going, **told)
    _bury(namespace, going, **told)


def check_deletion(
    namespace_id: UUID | str,
    *,
    actor: Actor,
    version: int | None = None,
    with_contents: bool = False,
    seen: str = "",
) -> tuple[Namespace, Burial]:
    """Return a namespace with all that would go, or say what stands in the way.

    Writes nothing. For a look ahead, which takes no lock; `delete_namespace` does it
    again under the lock.

    Raises:
        the same as `delete_namespace`.
    """
    namespace = access.check_can(actor, Permission.NAMESPACE_DELETE, namespace_id)
    if namespace.parent_id is None:
        raise RootNamespaceError
    tree.check_above(namespace, Permission.NAMESPACE_DELETE, actor=actor)
    tree.check_version(namespace, version)
    if not with_contents:
        _check_is_empty(namespace)
    _check_is_small(namespace)
    previews.tell_beforehand(
        "namespace.delete", actor=actor, seen=seen, namespace=namespace
    )
    going = burial.gather([namespace], without=[RoleBinding, Tally])
    answers = signals.deleting.send(
        Namespace, namespace=namespace, going=going, actor=actor
    )
    _check_all_may_go(namespace, going, [labels for _, labels in answers])
    return namespace, going


def _bury(
    namespace: Namespace, going: Burial, *, actor: Actor, now: datetime, reason: str
) -> None:
    """Record what goes of this app, keep all of it for an undo, and remove it."""
    told: dict[str, Any] = {"actor": actor, "now": now, "reason": reason}
    machines = going.of("namespaces.ApiServiceAccount")
    # The deepest first: what a namespace is in goes after it.
    places = sorted(going.of("namespaces.Namespace"), key=lambda row: -row.depth)
    roles = bindings.revoke_all(namespace, actor=actor, now=now)
    # Nobody would see the events of namespaces that are no more.
    events = tree.record_all("deleted", places, seen_from=namespace.parent_id, **told)
    bindings.revoke_all_of([one.pk for one in machines], actor=actor, now=now)
    changes = [
        _change("revoked", one, seen_from=namespace.parent_id, before=one)
        for one in machines
    ]
    audit.record_all(changes, **told)
    snapshot = {**going.snapshot(), "roles": roles}
    tombstones.bury(snapshot, event=events[-1])
    going.remove()
    # Counts are not kept: the database counts what comes back.
    Tally.objects.filter(namespace__in=[row.pk for row in places]).delete()


def _check_is_small(namespace: Namespace) -> None:
    """Refuse at once what is counted to be too much, before all of it is read.

    Others wait meanwhile.
    """
    counted = Tally.objects.filter(access.subtree(namespace.path, "namespace__path"))
    things = counted.aggregate(total=Sum("count"))["total"] or 0
    if things + selectors.count_below(namespace) > burial.MAX_ROWS:
        raise burial.too_large()


def _check_is_empty(namespace: Namespace) -> None:
    held = selectors.list_contents(namespace)
    if held:
        raise NamespaceNotEmptyError(
            gettext("%(name)s still holds %(names)s")
            % {"name": namespace.name, "names": ", ".join(map(str, held))},
            details={"holds": [str(one) for one in held]},
        )


def _check_all_may_go(
    namespace: Namespace, going: Burial, answers: Iterable[Any]
) -> None:
    """Refuse when something would go that no app has looked at."""
    known = OURS.union(*answers)
    left = [model for model in going.held if model._meta.label not in known]  # noqa: SLF001
    if left:
        names = ", ".join(
            sorted(
                f"{len(going.rows[model])} {model._meta.verbose_name_plural}"  # noqa: SLF001
                for model in left
            )
        )
        raise NamespaceNotEmptyError(
            gettext(
                "%(name)s, or what is below it, still holds %(names)s, which do "
                "not go along; move or delete these first"
            )
            % {"name": namespace.name, "names": names},
            details={"holds": names},
        )


@writing()
def restore_namespace(
    namespace_id: UUID | str, *, actor: Actor, now: datetime, reason: str = ""
) -> Namespace:
    """Take a deletion back: the namespace with its id, and all that went with it.

    Roles come back only when the actor may grant them. What needs an admin to be set
    up needs one to come back.

    Raises:
        NamespaceNotFoundError: nothing of that id was deleted, or its parent is gone,
            or not to be seen.
        NamespaceNameTakenError: another one has its name by now.
        ConflictError: something that it needs is there no more.
        and what the receivers of `signals.restoring` and `signals.restored` refuse.
    """
    try:
        tombstone = tombstones.unearth("namespace", namespace_id)
    except NotFoundError as error:
        # In the same words as for one whose place the actor doesn't see.
        raise NamespaceNotFoundError from error
    coming = burial.read(tombstone.snapshot)
    places = sorted(coming.of("namespaces.Namespace"), key=lambda row: row.depth)
    top = places[0]
    parent = access.check_can(actor, Permission.NAMESPACE_DELETE, top.parent_id)
    tree.free_name(top.name, parent=parent)
    _place(places, parent)
    told: dict[str, Any] = {"actor": actor, "now": now, "reason": reason}
    signals.restoring.send(Namespace, namespace=top, coming=coming, **told)
    coming.insert()
    tree.record_all("restored", places, **told)
    changes = [
        _change("restored", one, seen_from=one.namespace_id, after=one)
        for one in coming.of("namespaces.ApiServiceAccount")
    ]
    audit.record_all(changes, **told)
    signals.restored.send(Namespace, namespace=top, coming=coming, **told)
    for place in places:
        kept = tombstone.snapshot["roles"].get(str(place.pk), [])
        bindings.restore_all(kept, place, actor=actor, now=now)
    return Namespace.objects.get(pk=top.pk)


def _change(
    verb: str,
    account: ApiServiceAccount,
    *,
    seen_from: UUID | None,
    before: ApiServiceAccount | None = None,
    after: ApiServiceAccount | None = None,
) -> Change:
    return Change(
        action=f"service-account.{verb}",
        target_type="service-account",
        target_id=account.pk,
        target_label=account.name,
        namespace_id=seen_from,
        before=accounts.state_of(before) if before else None,
        after=accounts.state_of(after) if after else None,
    )


def _place(places: list[Any], parent: Namespace) -> None:
    """Give restored namespaces numbers of their own and a path below their parent.

    Their old numbers may have been given to others.
    """
    number = Namespace.objects.aggregate(top=Max("number"))["top"]
    above = {parent.pk: parent}
    for place in places:
        number += 1
        over = above[place.parent_id]
        place.number = number
        place.path = f"{over.path}{number}/"
        place.depth = over.depth + 1
        if place.depth >= MAX_DEPTH:
            raise NamespaceTooDeepError(
                gettext("namespaces go %(max_depth)s levels deep, no deeper")
                % {"max_depth": MAX_DEPTH}
            )
        above[place.pk] = place
