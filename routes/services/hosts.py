"""Owners of hosts: the first namespace that publishes a host has it (decision 9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from console.core import audit
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import NotFoundError
from console.core.transactions import writing
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from routes import selectors
from routes.exceptions import HostOwnedError, HostRestingError, WildcardHostError
from routes.models import HostClaim
from routes.services.rules import BATCH

if TYPE_CHECKING:
    from namespaces.models import Namespace

REST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be written for a namespace to own hosts."""

    fresh: list[str]
    taken: list[HostClaim]


def plan_claims(
    hosts: Iterable[str], namespace: "Namespace", *, actor: Actor, now: datetime
) -> Plan:
    """Find what it takes for a namespace to own hosts. Writes nothing.

    Raises as `claim_hosts` does.
    """
    wanted = list(dict.fromkeys(hosts))
    claims = _read(wanted)
    zones = _read(sorted({zone for host in wanted for zone in _zones(host)}))
    plan = Plan([], [])
    for host in wanted:
        claim = claims.get(host)
        if claim is not None and claim.namespace_id == namespace.pk:
            if claim.released_at is not None:
                plan.taken.append(claim)
            continue
        if host.startswith("*."):
            _check_wildcard(actor)
        for zone in filter(None, map(zones.get, _zones(host))):
            _check_zone(zone, host, namespace, actor=actor)
        if claim is None:
            plan.fresh.append(host)
            continue
        _check_is_free(claim, actor=actor, now=now)
        plan.taken.append(claim)
    return plan


def claim_hosts(
    hosts: Iterable[str], namespace: "Namespace", *, actor: Actor, now: datetime
) -> None:
    """Make a namespace the owner of hosts, or find that it is.

    Raises:
        HostOwnedError: one belongs to another namespace, or lies in its zone.
        HostRestingError: one was given up by another namespace not long ago.
        WildcardHostError: one has a `*`, and the actor is no admin of the root.
    """
    plan = plan_claims(hosts, namespace, actor=actor, now=now)
    for claim in plan.taken:
        claim.namespace = namespace
        claim.released_at = None
        claim.modified_at = now
        claim.save()
    HostClaim.objects.bulk_create(
        (
            HostClaim(host=host, namespace=namespace, created_at=now, modified_at=now)
            for host in plan.fresh
        ),
        batch_size=BATCH,
    )


def _read(hosts: Sequence[str]) -> dict[str, HostClaim]:
    found: dict[str, HostClaim] = {}
    for start in range(0, len(hosts), BATCH):
        rows = HostClaim.objects.filter(host__in=hosts[start : start + BATCH])
        found |= {row.host: row for row in rows.select_related("namespace")}
    return found


def _zones(host: str) -> list[str]:
    """Return the wildcards that a host falls under."""
    labels = host.removeprefix("*.").split(".")
    zones = [f"*.{'.'.join(labels[at:])}" for at in range(len(labels))]
    return [zone for zone in zones if zone not in {host, f"*.{host}"}]


def _check_wildcard(actor: Actor) -> None:
    root = namespace_selectors.get_root()
    if not access.can(actor, Permission.HOST_RELEASE, root):
        raise WildcardHostError(fields={"from": [WildcardHostError.default_message]})


def _check_zone(
    zone: HostClaim, host: str, namespace: "Namespace", *, actor: Actor
) -> None:
    """A zone serves the namespace that has it, and those below."""
    if zone.released_at is not None or zone.namespace is None:
        return
    if not namespace.path.startswith(zone.namespace.path):
        raise _owned(host, zone.namespace, actor)


def check_zones_stay(
    namespace: "Namespace", left: Sequence[str], *, actor: Actor
) -> None:
    """Refuse a move of a subtree that takes hosts out of a zone of those left above.

    `left` are the paths of the namespaces that would no longer be above it. Whoever
    could give the zone's hosts away may.

    Raises:
        HostOwnedError: a host lies in the zone of one of them.
    """
    zones = HostClaim.objects.filter(
        host__startswith="*.", released_at__isnull=True, namespace__path__in=left
    )
    inside = HostClaim.objects.filter(
        access.subtree(namespace.path, "namespace__path"), released_at__isnull=True
    )
    for zone in zones.select_related("namespace"):
        claim = inside.filter(host__endswith=zone.host[1:]).first()
        if claim is not None:
            _check_may_leave(zone, claim.host, actor=actor)


def check_may_move(
    hosts: Iterable[str],
    sources: Iterable["Namespace"],
    target: "Namespace",
    *,
    actor: Actor,
) -> None:
    """Refuse to move hosts to where they could not be claimed.

    Hosts that a zone's owner found in other hands, and left there, may move on.

    Raises:
        WildcardHostError: one has a `*`, and the actor is no admin of the root.
        HostOwnedError: one would leave the zone that it lies in.
    """
    wanted, paths = list(hosts), [source.path for source in sources]
    zones = _read(sorted({zone for host in wanted for zone in _zones(host)}))
    for host in wanted:
        if host.startswith("*."):
            _check_wildcard(actor)
        for zone in filter(None, map(zones.get, _zones(host))):
            owner = zone.namespace
            if zone.released_at is not None or owner is None:
                continue
            leaves = not target.path.startswith(owner.path)
            if leaves and any(path.startswith(owner.path) for path in paths):
                _check_may_leave(zone, host, actor=actor)


def _check_may_leave(zone: HostClaim, host: str, *, actor: Actor) -> None:
    owner = zone.namespace
    if owner and not access.can(actor, Permission.HOST_RELEASE, owner):
        raise _owned(host, owner, actor)


def _check_is_free(claim: HostClaim, *, actor: Actor, now: datetime) -> None:
    if claim.released_at is None:
        raise _owned(claim.host, claim.namespace, actor)
    ends = claim.released_at + REST
    if now < ends:
        text = f"`{claim.host}` was given up lately, and is free from {ends:%Y-%m-%d}"
        raise HostRestingError(
            f"{text}; until then only its former owner may take it",
            fields={"from": [text]},
            details={"free_at": ends.isoformat()},
        )


def _owned(host: str, owner: "Namespace | None", actor: Actor) -> HostOwnedError:
    name = "another namespace"
    if owner is not None and access.can(actor, Permission.NAMESPACE_VIEW, owner):
        name = owner.name
    text = f"`{host}` belongs to {name}"
    return HostOwnedError(
        f"{text}; only its owner may publish under it", fields={"from": [text]}
    )


def release_hosts(hosts: Iterable[str], *, now: datetime) -> None:
    """Let hosts rest that no route uses any more. Called after the routes are gone."""
    wanted = list(dict.fromkeys(hosts))
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        used = selectors.hosts_in_use(part)
        free = [host for host in part if host not in used]
        HostClaim.objects.filter(host__in=free, released_at__isnull=True).update(
            released_at=now, modified_at=now
        )


def hand_over_hosts(
    hosts: Iterable[str], namespace: "Namespace", *, now: datetime
) -> None:
    """Make a namespace the owner of hosts that come with routes that move there."""
    wanted = list(hosts)
    for start in range(0, len(wanted), BATCH):
        HostClaim.objects.filter(host__in=wanted[start : start + BATCH]).update(
            namespace=namespace, released_at=None, modified_at=now
        )


@writing()
def release_host(host: str, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """End the rest of a host that was given up, so that anybody may claim it.

    Raises:
        NotFoundError: no such host rests, or the actor may not see its last owner.
        PermissionDeniedError: the actor is no admin there.
    """
    claim = HostClaim.objects.filter(host=host, released_at__isnull=False).first()
    if claim is None:
        raise NotFoundError
    owner = claim.namespace or namespace_selectors.get_root()
    access.check_can(actor, Permission.HOST_RELEASE, owner.pk)
    audit.record(
        Change(
            action="host.released",
            target_type="host",
            target_id=claim.pk,
            target_label=claim.host,
            namespace_id=owner.pk,
            before={"host": claim.host, "released_at": claim.released_at},
        ),
        actor=actor,
        now=now,
        reason=reason,
    )
    claim.delete()
