"""Owners of hosts: the first namespace that publishes a host has it (decision 9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext

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
from routes.models import HostClaim, HostDelegation
from routes.services import signals
from routes.services.rules import BATCH
from routes.services.zones import Zone, nearest_zones
from routes.validation.paths import covers

if TYPE_CHECKING:
    from namespaces.models import Namespace

REST = timedelta(days=7)


class Use(NamedTuple):
    """A host that a route takes requests of.

    `match` is the path condition in one text, None where there are no paths: a tunnel,
    or a server name.
    """

    host: str
    match: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be written for a namespace to own hosts."""

    fresh: list[str]
    taken: list[HostClaim]


def plan_claims(
    uses: Iterable[Use], namespace: "Namespace", *, actor: Actor, now: datetime
) -> Plan:
    """Find what it takes for a namespace to own hosts. Writes nothing.

    Raises as `claim_hosts` does.
    """
    wanted: dict[str, set[str | None]] = {}
    for use in uses:
        wanted.setdefault(use.host, set()).add(use.match)
    claims = _read(list(wanted))
    zones = nearest_zones(wanted)
    plan = Plan([], [])
    for host, matches in wanted.items():
        claim = claims.get(host)
        if claim is not None and claim.namespace_id == namespace.pk:
            if claim.released_at is not None:
                plan.taken.append(claim)
            continue
        if claim is not None and _is_delegated(claim, matches, namespace):
            continue
        _check_zone(host, zones.get(host), namespace, actor=actor)
        if claim is None:
            plan.fresh.append(host)
            continue
        _check_is_free(claim, actor=actor, now=now)
        plan.taken.append(claim)
    return plan


def claim_hosts(
    uses: Iterable[Use], namespace: "Namespace", *, actor: Actor, now: datetime
) -> None:
    """Make a namespace the owner of hosts, or find that it is.

    Where the owner delegated the paths, it stays the owner.

    Raises:
        HostOwnedError: one belongs to another namespace, or lies in its zone.
        HostRestingError: one was given up by another namespace not long ago.
        WildcardHostError: one has a `*`, no zone for it is delegated to the namespace,
            and the actor is no admin of the root.
    """
    plan = plan_claims(uses, namespace, actor=actor, now=now)
    others = [one.host for one in plan.taken if one.namespace_id != namespace.pk]
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
    if others or plan.fresh:
        signals.owned_anew.send(
            None, hosts=[*others, *plan.fresh], actor=actor, now=now
        )


def _read(hosts: Sequence[str]) -> dict[str, HostClaim]:
    found: dict[str, HostClaim] = {}
    for start in range(0, len(hosts), BATCH):
        rows = HostClaim.objects.filter(host__in=hosts[start : start + BATCH])
        found |= {row.host: row for row in rows.select_related("namespace")}
    return found


def _is_delegated(
    claim: HostClaim, matches: Iterable[str | None], namespace: "Namespace"
) -> bool:
    """The owner lets the namespace publish under all of these paths."""
    if claim.released_at is not None or claim.namespace_id is None:
        return False
    rows = HostDelegation.objects.filter(
        host=claim.host, owner_id=claim.namespace_id
    ).exclude(path="")
    paths = [
        row.path
        for row in rows.select_related("namespace")
        if namespace.path.startswith(row.namespace.path)
    ]
    return all(any(lies_under(match, path) for path in paths) for match in matches)


def lies_under(match: str | None, path: str) -> bool:
    """Answer whether a path condition accepts nothing but what lies under a path."""
    # The path without its slash at the end is of it as well, but not what continues it.
    return bool(match) and (
        covers(f"prefix:{path}", match or "") or match == f"path:{path[:-1]}"
    )


def _check_zone(
    host: str, zone: Zone | None, namespace: "Namespace", *, actor: Actor
) -> None:
    """A zone serves the namespace that has it, and those below; wildcards need one."""
    if host.startswith("*.") and not (
        zone and zone.is_delegated and zone.is_for(namespace)
    ):
        _check_wildcard(actor)
    if zone is not None and not zone.is_for(namespace):
        raise owned_error(host, zone.namespace, actor)


def _check_wildcard(actor: Actor) -> None:
    root = namespace_selectors.get_root()
    if not access.can(actor, Permission.HOST_RELEASE, root):
        raise WildcardHostError(fields={"from": [WildcardHostError().message]})


def check_hosts_within(
    hosts: Iterable[str], namespace: "Namespace", *, actor: Actor
) -> None:
    """Refuse hosts, such as a certificate's, that are none of a namespace's business.

    Its own are those that it, or a namespace below, owns or may publish. Of hosts that
    nobody has, all but wildcards are anybody's.

    Raises:
        HostOwnedError: one belongs to another namespace, or lies in its zone.
        WildcardHostError: one has a `*`, no zone for it is delegated there, and the
            actor is no admin of the root.
    """
    wanted = list(hosts)
    claims, zones = _read(wanted), nearest_zones(wanted)
    for host in wanted:
        claim, zone = claims.get(host), zones.get(host)
        if claim is not None and claim.released_at is None and claim.namespace:
            if not claim.namespace.path.startswith(namespace.path):
                raise owned_error(host, claim.namespace, actor)
            continue
        if zone is not None and zone.namespace.path.startswith(namespace.path):
            continue
        _check_zone(host, zone, namespace, actor=actor)


def check_zones_stay(
    namespace: "Namespace", left: Sequence[str], *, actor: Actor
) -> None:
    """Refuse a move of a subtree that takes hosts out of a zone of those left above.

    `left` are the paths of the namespaces that would no longer be above it. Whoever
    could give the zone's hosts away may.

    Raises:
        HostOwnedError: a host lies in the zone of one of them.
    """
    inside = HostClaim.objects.filter(
        access.subtree(namespace.path, "namespace__path"), released_at__isnull=True
    )
    for host, zone in nearest_zones(inside.values_list("host", flat=True)).items():
        if zone.namespace.path in left:
            _check_may_leave(zone, host, actor=actor)


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
        WildcardHostError: one has a `*`, and neither a delegated zone nor an admin of
            the root lets it be there.
        HostOwnedError: one would leave the zone that it lies in, or belongs to another
            namespace, which only delegated paths of it.
    """
    wanted, places = list(hosts), list(sources)
    ids = {place.pk for place in places}
    zones = nearest_zones(wanted)
    for host, claim in _read(wanted).items():
        if claim.released_at is None and claim.namespace_id not in ids:
            raise owned_error(host, claim.namespace, actor)
    for host in wanted:
        zone = zones.get(host)
        if host.startswith("*.") and not (
            zone and zone.is_delegated and zone.is_for(target)
        ):
            _check_wildcard(actor)
        leaves = zone is not None and not zone.is_for(target)
        if zone and leaves and any(map(zone.is_for, places)):
            _check_may_leave(zone, host, actor=actor)


def _check_may_leave(zone: Zone, host: str, *, actor: Actor) -> None:
    if not access.can(actor, Permission.HOST_RELEASE, zone.namespace):
        raise owned_error(host, zone.namespace, actor)


def _check_is_free(claim: HostClaim, *, actor: Actor, now: datetime) -> None:
    if claim.released_at is None:
        raise owned_error(claim.host, claim.namespace, actor)
    ends = claim.released_at + REST
    if now < ends:
        text = f"`{claim.host}` was given up lately, and is free from {ends:%Y-%m-%d}"
        raise HostRestingError(
            gettext("%(text)s; until then only its former owner may take it")
            % {"text": text},
            fields={"from": [text]},
            details={"free_at": ends.isoformat()},
        )


def owned_error(host: str, owner: "Namespace | None", actor: Actor) -> HostOwnedError:
    """Return what to say of a host of another namespace, named to who may see it."""
    name = "another namespace"
    if owner is not None and access.can(actor, Permission.NAMESPACE_VIEW, owner):
        name = owner.name
    text = f"`{host}` belongs to {name}"
    return HostOwnedError(
        gettext("%(text)s; only its owner may publish under it") % {"text": text},
        fields={"from": [text]},
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


def may_release(claim: HostClaim, actor: Actor) -> bool:
    """Answer whether the actor may end a host's rest, for showing a button."""
    owner = claim.namespace or namespace_selectors.get_root()
    return access.can(actor, Permission.HOST_RELEASE, owner)


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
