"""Upstreams: who owns them, and who else may route to them.

An upstream is owned once an admin registers it for their namespace. From then on only
that namespace, and those below, may add routes to it; others need its consent. Routes
that exist are left alone, and listed to whoever registers.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.utils.translation import gettext

from console.core import audit
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import (
    ConflictError,
    PermissionDeniedError,
    ValidationFailedError,
)
from console.core.transactions import writing
from namespaces import access
from namespaces.permissions import Permission
from policies.translating import translated
from routes import selectors
from routes.exceptions import UpstreamOwnedError
from routes.models import ConsentStatus, Route, UpstreamClaim, UpstreamConsent
from routes.services.rules import afresh
from routes.validation import UnusableError
from routes.validation.ownership import (
    hosts_of_upstreams,
    lies_in,
    nearest_target,
    read_target,
)

if TYPE_CHECKING:
    from namespaces.models import Namespace


class Registry:
    """Everything that is registered, read once for however many routes."""

    def __init__(self) -> None:
        rows = UpstreamClaim.objects.select_related("namespace")
        self._claims = {row.target: row for row in rows}

    @property
    def is_empty(self) -> bool:
        """Nobody has registered anything."""
        return not self._claims

    def claim_over(self, host: str) -> UpstreamClaim | None:
        """Return the narrowest registration that a host or target lies in."""
        nearest = nearest_target(host, self._claims) if self._claims else None
        return self._claims[nearest] if nearest else None

    def refused(
        self, hosts: Iterable[str], namespace: "Namespace"
    ) -> list[tuple[str, UpstreamClaim]]:
        """Return the hosts that a namespace may not route to, with who has them."""
        found = []
        for host in dict.fromkeys(hosts):
            claim = self.claim_over(host)
            if claim is None or namespace.path.startswith(claim.namespace.path):
                continue
            granted = claim.consents.filter(status=ConsentStatus.GRANTED)
            paths = granted.values_list("namespace__path", flat=True)
            if not any(map(namespace.path.startswith, paths)):
                found.append((host, claim))
        return found


def check_upstreams(
    hosts: Iterable[str],
    namespace: "Namespace",
    *,
    actor: Actor,
    registry: Registry | None = None,
) -> None:
    """Refuse routes to upstreams of another namespace that did not consent.

    Raises:
        UpstreamOwnedError: it names the owner to whoever may see it.
    """
    refused = (registry or Registry()).refused(hosts, namespace)
    if refused:
        host, claim = refused[0]
        raise owned_upstream(host, claim, actor=actor)


def owned_upstream(
    host: str, claim: UpstreamClaim, *, actor: Actor
) -> UpstreamOwnedError:
    """Return what to say of an upstream that belongs to somebody else."""
    name = "another namespace"
    if access.can(actor, Permission.NAMESPACE_VIEW, claim.namespace):
        name = claim.namespace.name
    text = f"the upstream `{host}` belongs to {name}, which has to consent; ask for it"
    return UpstreamOwnedError(text, fields={"to": [text]}, details={"upstream": host})


def check_upstreams_stay(
    namespace: "Namespace", left: list[str], *, actor: Actor
) -> None:
    """Refuse a move that takes routes away from under the owner of their upstreams.

    `left` are the paths of the namespaces that would no longer be above. Whoever could
    consent for them may.

    Raises:
        UpstreamOwnedError: a route leads to what one of them registered.
    """
    rows = UpstreamClaim.objects.filter(namespace__path__in=left)
    claims = [
        claim
        for claim in rows.select_related("namespace")
        if not access.can(actor, Permission.UPSTREAM_EDIT, claim.namespace)
    ]
    if not claims:
        return
    inside = Route.objects.filter(access.subtree(namespace.path, "namespace__path"))
    for settings in inside.values_list("settings", flat=True).iterator():
        for host in hosts_of_upstreams(settings):
            for claim in claims:
                if lies_in(host, claim.target):
                    raise owned_upstream(host, claim, actor=actor)


def preview_upstream(
    *, namespace_id: UUID | str, target: str, actor: Actor
) -> dict[str, Any]:
    """Return which routes of others lead to what is to be registered.

    Raises:
        PermissionDeniedError: the actor may not register anything there.
        ValidationFailedError: it is no host or network.
    """
    namespace = access.check_can(actor, Permission.UPSTREAM_EDIT, namespace_id)
    shown, hidden = selectors.list_routes_into(
        canonical_target(target), outside=namespace.path, actor=actor
    )
    return {"routes": shown, "hidden": hidden}


@writing()
def register_upstream(
    *,
    namespace_id: UUID | str,
    target: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> UpstreamClaim:
    """Make a host, all hosts below a name, or a network, the upstream of a namespace.

    What others registered within it already stays theirs.

    Raises:
        ValidationFailedError: it is no host or network, or most of everybody's.
        ConflictError: it is registered already.
        UpstreamOwnedError: it lies within what another namespace registered, where the
            actor is no admin.
    """
    namespace = access.check_can(actor, Permission.UPSTREAM_EDIT, namespace_id)
    actor = afresh(actor)
    target = canonical_target(target)
    around = Registry().claim_over(target)
    if around is not None and around.target == target:
        owner = owned_upstream(target, around, actor=actor)
        raise ConflictError(
            gettext("`%(target)s` is registered already") % {"target": target},
            fields={"target": [owner.message]},
        )
    is_inside = around and namespace.path.startswith(around.namespace.path)
    if (
        around
        and not is_inside
        and not access.can(actor, Permission.UPSTREAM_EDIT, around.namespace)
    ):
        error = owned_upstream(target, around, actor=actor)
        error.fields = {"target": error.fields["to"]}
        raise error
    claim = UpstreamClaim.objects.create(
        id=uuid4(),
        namespace=namespace,
        target=target,
        created_at=now,
        modified_at=now,
    )
    after = {"target": target, "namespace_id": str(namespace.pk)}
    _record(
        "upstream.registered",
        claim.pk,
        target,
        claim.namespace_id,
        actor=actor,
        now=now,
        reason=reason,
        after=after,
    )
    return claim


@writing()
def release_upstream(
    upstream_id: UUID | str, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Give an upstream up, with the consents to it; everybody may route there again.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
        PermissionDeniedError: the actor is no admin of its namespace.
    """
    claim = selectors.get_upstream(upstream_id, actor=afresh(actor))
    access.check_can(actor, Permission.UPSTREAM_EDIT, claim.namespace_id)
    before = {"target": claim.target, "namespace_id": str(claim.namespace_id)}
    key = claim.pk
    claim.delete()
    _record(
        "upstream.released",
        key,
        claim.target,
        claim.namespace_id,
        actor=actor,
        now=now,
        reason=reason,
        before=before,
    )


def canonical_target(text: str) -> str:
    """Return the canonical form of what is to be registered.

    Raises:
        ValidationFailedError: it can't be.
    """
    try:
        return read_target(text)
    except UnusableError as error:
        said = translated(error.sentence)
        raise ValidationFailedError(said, fields={"target": [said]}) from error


def _record(
    action: str,
    key: UUID,
    label: str,
    namespace_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        Change(
            action=action,
            target_type=action.partition(".")[0],
            target_id=key,
            target_label=label,
            namespace_id=namespace_id,
            before=before,
            after=after,
        ),
        actor=actor,
        now=now,
        reason=reason,
    )


@writing()
def request_consent(
    *,
    namespace_id: UUID | str,
    upstream: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> UpstreamConsent:
    """Ask whoever has an upstream to let a namespace route to it.

    The request is recorded where the owner reads it. Asking again after a refusal
    opens the same request anew.

    Raises:
        ValidationFailedError: nobody else registered the upstream.
        ConflictError: it was asked for, or granted, already.
    """
    namespace = access.check_can(actor, Permission.ROUTE_CREATE, namespace_id)
    host = canonical_target(upstream)
    claim = Registry().claim_over(host)
    if claim is None or namespace.path.startswith(claim.namespace.path):
        text = f"routes to `{host}` need nobody's consent here"
        raise ValidationFailedError(text, fields={"upstream": [text]})
    consent = claim.consents.filter(namespace=namespace).first()
    if consent is not None and consent.status != ConsentStatus.REFUSED:
        text = f"this is {consent.get_status_display().lower()} already"
        raise ConflictError(text, fields={"upstream": [text]})
    before = _state(consent) if consent else None
    consent = consent or UpstreamConsent(
        id=uuid4(), upstream=claim, namespace=namespace, created_at=now, version=0
    )
    consent.reason, consent.asked_by = reason[:500], actor.label[:255]
    return _decide(
        consent, ConsentStatus.REQUESTED, before, actor=actor, now=now, reason=reason
    )


@writing()
def decide_consent(
    consent_id: UUID | str,
    *,
    is_granted: bool,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> UpstreamConsent:
    """Grant or refuse a request; a grant can be taken back by refusing it.

    Routes that were made meanwhile stay, and can't be given another upstream there.

    Raises:
        NotFoundError: it isn't there, or the actor sees neither end.
        PermissionDeniedError: the actor is no admin of the upstream's namespace.
    """
    actor = afresh(actor)
    consent = selectors.get_consent(consent_id, actor=actor)
    owner = consent.upstream.namespace
    if not access.can(actor, Permission.UPSTREAM_EDIT, owner):
        raise PermissionDeniedError(
            gettext("an admin of whoever has the upstream decides")
        )
    status = ConsentStatus.GRANTED if is_granted else ConsentStatus.REFUSED
    if consent.status == status:
        return consent
    before = _state(consent)
    consent.decided_by = actor.label[:255]
    return _decide(consent, status, before, actor=actor, now=now, reason=reason)


def _decide(
    consent: UpstreamConsent,
    status: ConsentStatus,
    before: dict[str, Any] | None,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
) -> UpstreamConsent:
    consent.status = status
    consent.version += 1
    consent.modified_at = now
    consent.save()
    _record(
        f"upstream-consent.{status.value}",
        consent.pk,
        f"{consent.upstream.target} for {consent.namespace.name}",
        consent.upstream.namespace_id,
        actor=actor,
        now=now,
        reason=reason,
        before=before,
        after=_state(consent),
    )
    return consent


def _state(consent: UpstreamConsent) -> dict[str, Any]:
    return {
        "upstream_id": str(consent.upstream_id),
        "target": consent.upstream.target,
        "namespace_id": str(consent.namespace_id),
        "status": consent.status,
    }
