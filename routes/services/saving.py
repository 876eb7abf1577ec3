"""Creating routes, one or thousands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from console.core.actor import Actor
from console.core.transactions import writing
from namespaces import access
from namespaces.permissions import Permission
from policies import selectors as policy_selectors
from routes.exceptions import RouteSettingsError
from routes.models import Route, RoutePolicy
from routes.services import rules
from routes.services.addresses import Wanted, check_addresses_are_free
from routes.services.hosts import claim_hosts
from routes.services.upstreams import check_upstreams
from routes.services.writing import fill, read, uses_of
from routes.validation import Address, Problem
from routes.validation.ownership import hosts_of_upstreams

if TYPE_CHECKING:
    from namespaces.models import Namespace
    from policies.models import Policy

Progress = Callable[[int], None]
Reading = tuple[dict[str, Any], Address]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDraft:
    """A route that is to be created; `settings` are under Core's keys."""

    name: str
    settings: Mapping[str, Any]
    policy_ids: Sequence[UUID | str] = ()
    inherits_policies: bool = True


@writing()
def create_route(
    *,
    namespace_id: UUID | str,
    name: str,
    settings: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    policy_ids: Sequence[UUID | str] = (),
    inherits_policies: bool = True,
    reason: str = "",
) -> Route:
    """Create a route, and make its namespace the owner of its host if it is free.

    Raises:
        RouteSettingsError: the settings have problems; `details` lists them all.
        RouteNameTakenError, RouteAddressTakenError
        HostOwnedError, HostRestingError, WildcardHostError
        UnknownPolicyError: a policy that routes of this namespace can't have.
        RouteOpenToAnyoneError: it could let in anybody, and the actor is no admin.
    """
    draft = RouteDraft(
        name=name,
        settings=settings,
        policy_ids=policy_ids,
        inherits_policies=inherits_policies,
    )
    return create_routes(
        [draft], namespace_id=namespace_id, actor=actor, now=now, reason=reason
    )[0]


@writing()
def create_routes(
    drafts: Sequence[RouteDraft],
    *,
    namespace_id: UUID | str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    progress: Progress | None = None,
) -> list[Route]:
    """Create several routes of one namespace, all or none.

    `progress` hears how many are written so far. Raises as `create_route` does; a
    RouteSettingsError holds the problems of all drafts, each with its number.
    """
    namespace = access.check_can(actor, Permission.ROUTE_CREATE, namespace_id)
    actor = rules.afresh(actor)
    readings = _read_all(drafts)
    policies = _policies(drafts, namespace, actor=actor)
    _check_openness(drafts, policies, namespace, actor=actor)
    rules.check_names_are_free([values["name"] for values, _ in readings], namespace)
    claim_hosts(
        [use for reading in readings for use in uses_of(*reading)],
        namespace,
        actor=actor,
        now=now,
    )
    to = [host for values, _ in readings for host in hosts_of_upstreams(values)]
    check_upstreams(to, namespace, actor=actor)
    routes = [
        _drafted(draft, reading, namespace, actor=actor, now=now)
        for draft, reading in zip(drafts, readings, strict=True)
    ]
    check_addresses_are_free(
        [
            Wanted(route.name, address, route.match)
            for route, (_, address) in zip(routes, readings, strict=True)
        ],
        actor=actor,
    )
    attached = list(map(_ids, drafts))
    _insert(routes, attached, progress, by=actor.label[:255], now=now)
    changes = [
        rules.change("created", route, after=rules.state_of(route, policy_ids=ids))
        for route, ids in zip(routes, attached, strict=True)
    ]
    rules.record(changes, actor=actor, now=now, reason=reason)
    return routes


def _read_all(drafts: Sequence[RouteDraft]) -> list[Reading]:
    readings: list[Reading] = []
    problems: list[tuple[int, Problem]] = []
    for number, draft in enumerate(drafts):
        values, address, found = read({**draft.settings, "name": draft.name})
        problems += [(number, problem) for problem in found]
        if address is not None:
            readings.append((values, address))
    if problems:
        raise RouteSettingsError(problems)
    return readings


def _policies(
    drafts: Sequence[RouteDraft], namespace: "Namespace", *, actor: Actor
) -> dict[UUID, "Policy"]:
    wanted = dict.fromkeys(one for draft in drafts for one in draft.policy_ids)
    if not wanted:
        return {}
    access.check_can(actor, Permission.POLICY_ATTACH, namespace.pk)
    return rules.attachable(wanted, namespace, actor=actor)


def _check_openness(
    drafts: Sequence[RouteDraft],
    policies: Mapping[UUID, "Policy"],
    namespace: "Namespace",
    *,
    actor: Actor,
) -> None:
    inherited = any(
        one.policy.allows_anonymous
        for one in policy_selectors.list_attached_above(namespace)
        if one.mode == "inherited"
    )
    is_open = any(policy.allows_anonymous for policy in policies.values())
    is_open |= inherited and any(draft.inherits_policies for draft in drafts)
    rules.check_openness(is_open=is_open, namespace=namespace, actor=actor)


def _drafted(
    draft: RouteDraft,
    reading: Reading,
    namespace: "Namespace",
    *,
    actor: Actor,
    now: datetime,
) -> Route:
    values, address = reading
    rules.check_reserved(None, values, namespace, actor=actor)
    route = Route(
        id=uuid4(),
        namespace=namespace,
        inherits_policies=draft.inherits_policies,
        created_at=now,
        modified_at=now,
    )
    fill(route, values, address)
    return route


def _ids(draft: RouteDraft) -> list[UUID]:
    ids = (one if isinstance(one, UUID) else UUID(one) for one in draft.policy_ids)
    return list(dict.fromkeys(ids))


def _insert(
    routes: Sequence[Route],
    attached: Sequence[Sequence[UUID]],
    progress: Progress | None,
    *,
    by: str,
    now: datetime,
) -> None:
    for start in range(0, len(routes), rules.BATCH):
        part = routes[start : start + rules.BATCH]
        Route.objects.bulk_create(part)
        RoutePolicy.objects.bulk_create(
            RoutePolicy(
                route=route,
                policy_id=policy_id,
                position=position,
                created_at=now,
                created_by=by,
            )
            for route, ids in zip(
                part, attached[start : start + rules.BATCH], strict=True
            )
            for position, policy_id in enumerate(ids)
        )
        if progress is not None:
            progress(start + len(part))
