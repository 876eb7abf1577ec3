"""Lending a zone, or a path of a host, to another namespace; and taking it back."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.utils.translation import gettext, ngettext

from console.core import audit, tombstones
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    ValidationFailedError,
)
from console.core.models import AuditEvent
from console.core.transactions import writing
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.permissions import Permission
from policies.translating import translated
from routes import selectors
from routes.models import HostClaim, HostDelegation
from routes.services.hosts import owned_error
from routes.services.lent import Dependents, list_dependents
from routes.services.rules import afresh
from routes.services.zones import nearest_zones
from routes.validation import UnusableError
from routes.validation.ownership import read_shared_host, read_shared_path, read_zone

if TYPE_CHECKING:
    from namespaces.models import Namespace


@writing()
def delegate_host(
    *,
    host: str,
    namespace_id: UUID | str,
    actor: Actor,
    now: datetime,
    path: str = "",
    reason: str = "",
    delegation_id: UUID | None = None,
) -> HostDelegation:
    """Let a namespace publish in a zone (`*.corp.com`), or under a path of a host.

    Takes an admin of whoever has it: the namespace that the zone around it was
    delegated to, or the root; for a path, the namespace that owns the host. Hosts in a
    zone that others own already stay theirs. `delegation_id` is that of one that comes
    back.

    Raises:
        ValidationFailedError: it is neither a zone nor a host with a path.
        HostOwnedError: the actor doesn't see who has it.
        PermissionDeniedError: the actor is no admin there.
        NamespaceNotFoundError: the actor doesn't see the namespace that gets it.
        ConflictError: it is delegated already, or nobody owns the host.
    """
    actor = afresh(actor)
    host, path = _read(host, path)
    namespace = access.check_can(actor, Permission.NAMESPACE_VIEW, namespace_id)
    owner = _owner_of_path(host) if path else _owner_of_zone(host)
    if not access.can(actor, Permission.NAMESPACE_VIEW, owner):
        error = owned_error(host, owner, actor)
        error.fields = {"host": error.fields["from"]}
        raise error
    access.check_can(actor, Permission.HOST_DELEGATE, owner.pk)
    if HostDelegation.objects.filter(host=host, path=path).exists():
        text = f"`{host}{path}` is delegated already; take that back first"
        raise ConflictError(text, fields={"host": [text]})
    delegation = HostDelegation.objects.create(
        id=delegation_id or uuid4(),
        host=host,
        path=path,
        namespace=namespace,
        owner=owner,
        created_at=now,
        modified_at=now,
    )
    _record("created", delegation, actor=actor, now=now, reason=reason)
    return delegation


@writing()
def revoke_delegation(
    delegation_id: UUID | str, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Take a delegation back; `restore_delegation` undoes that.

    Routes that would be left without a right to their host have to go first: nobody
    is cut off by surprise, and none keeps what it may not have.

    Raises:
        NotFoundError: there is none, or the actor sees neither of its namespaces.
        PermissionDeniedError: the actor is no admin of the one that gave it.
        ConflictError: routes need it; `details` names those that the actor sees.
    """
    actor = afresh(actor)
    delegation = _get_own(delegation_id, actor=actor)
    needing = list_dependents(delegation, actor=actor)
    if needing:
        count = needing.count
        raise ConflictError(
            ngettext(
                "%(count)s route needs `%(delegation)s`; delete or change these first",
                "%(count)s routes need `%(delegation)s`; delete or change these first",
                count,
            )
            % {"count": count, "delegation": delegation},
            details={
                "routes": [str(one.pk) for one in needing.shown],
                "hidden": needing.hidden,
            },
        )
    event = _record("revoked", delegation, actor=actor, now=now, reason=reason)
    tombstones.bury(_state(delegation), event=event)
    delegation.delete()


@writing()
def restore_delegation(
    delegation_id: UUID | str, *, actor: Actor, now: datetime, reason: str = ""
) -> HostDelegation:
    """Undo that a delegation was taken back: delegate the same again, with its id.

    Raises:
        NotFoundError: none of that id was taken back, or the actor does not see who
            had given it.
        and what `delegate_host` refuses by now.
    """
    tombstone = tombstones.unearth("host-delegation", delegation_id)
    try:
        place = tombstone.namespace_id or UUID(int=0)
        access.check_can(actor, Permission.HOST_DELEGATE, place)
    except NamespaceNotFoundError as error:
        # In the same words as for one that was never taken back.
        raise NotFoundError from error
    state = tombstone.snapshot
    return delegate_host(
        host=state["host"],
        path=state["path"],
        namespace_id=state["namespace_id"],
        delegation_id=tombstone.target_id,
        actor=actor,
        now=now,
        reason=reason,
    )


def preview_revocation(delegation_id: UUID | str, *, actor: Actor) -> Dependents:
    """Return the routes that stand in the way of taking a delegation back.

    Raises:
        NotFoundError: there is none, or the actor sees neither of its namespaces.
        PermissionDeniedError: the actor is no admin of the one that gave it.
    """
    return list_dependents(_get_own(delegation_id, actor=actor), actor=actor)


def _get_own(delegation_id: UUID | str, *, actor: Actor) -> HostDelegation:
    """Return a delegation that the actor may take back."""
    delegation = selectors.get_delegation(delegation_id, actor=actor)
    if not access.can(actor, Permission.HOST_DELEGATE, delegation.owner):
        raise PermissionDeniedError(
            gettext("an admin of whoever delegated it has to do this")
        )
    return delegation


def _read(host: str, path: str) -> tuple[str, str]:
    if not path.strip():
        return _canonical("host", read_zone, host), ""
    return (
        _canonical("host", read_shared_host, host),
        _canonical("path", read_shared_path, path),
    )


def _canonical(field: str, read: Callable[[str], str], text: str) -> str:
    try:
        return read(text.strip())
    except UnusableError as error:
        said = translated(error.sentence)
        raise ValidationFailedError(said, fields={field: [said]}) from error


def _owner_of_zone(zone: str) -> "Namespace":
    """Return who decides about a zone: whoever has the one around it, or the root."""
    around = nearest_zones([zone]).get(zone)
    is_around = around is not None and around.is_delegated and around.host != zone
    return around.namespace if around and is_around else namespace_selectors.get_root()


def _owner_of_path(host: str) -> "Namespace":
    claims = HostClaim.objects.filter(host=host, released_at__isnull=True)
    claim = claims.select_related("namespace").first()
    if claim is None or claim.namespace is None:
        text = f"nobody owns `{host}`; whoever publishes there first will"
        raise ConflictError(text, fields={"host": [text]})
    return claim.namespace


def _state(delegation: HostDelegation) -> dict[str, str]:
    return {
        "host": delegation.host,
        "path": delegation.path,
        "namespace_id": str(delegation.namespace_id),
        "owner_id": str(delegation.owner_id),
    }


def _record(
    verb: str, delegation: HostDelegation, *, actor: Actor, now: datetime, reason: str
) -> AuditEvent:
    state = _state(delegation)
    return audit.record(
        Change(
            action=f"host-delegation.{verb}",
            target_type="host-delegation",
            target_id=delegation.pk,
            target_label=str(delegation),
            namespace_id=delegation.owner_id,
            before=state if verb == "revoked" else None,
            after=state if verb == "created" else None,
        ),
        actor=actor,
        now=now,
        reason=reason,
    )
