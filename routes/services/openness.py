"""Routes that let in anybody, and lose a policy that refused some (decision 4).

Receivers of the signals of `namespaces` and `policies`; connected when the app is
ready. Whatever lets in people who have not signed in is up to admins: opening a
route, and just as much taking away what stood in front of an open one.
"""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from console.core.actor import Actor
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from policies import selectors as policy_selectors
from routes import selectors
from routes.exceptions import RouteOpenToAnyoneError
from routes.models import Route, RoutePolicy
from routes.services import rules

if TYPE_CHECKING:
    from namespaces.models import Namespace
    from policies.models import Policy


def check_detached(
    sender: Any, *, policy: "Policy", namespace: "Namespace", actor: Actor, **_: Any
) -> None:
    """Refuse to take a policy that denies off routes that anybody may pass.

    Raises:
        RouteOpenToAnyoneError: there is such a route, and the actor is no admin there.
    """
    if not policy_selectors.has_deny_rules(policy):
        return
    _check_below(namespace, lost={policy.pk}, actor=actor)


def check_no_longer_inheriting(
    sender: Any, *, namespace: "Namespace", actor: Actor, **_: Any
) -> None:
    """Refuse to switch inheriting off where that takes a denying policy away.

    Raises:
        RouteOpenToAnyoneError: as above.
    """
    if namespace.parent is None:
        return
    lost = {
        one.policy_id
        for one in policy_selectors.list_attached_above(namespace.parent)
        if one.mode == "inherited" and policy_selectors.has_deny_rules(one.policy)
    }
    if not lost:
        return
    _check_below(namespace, lost=lost, actor=actor)


def check_reworded(sender: Any, *, policy: "Policy", actor: Actor, **_: Any) -> None:
    """Refuse to reword a policy that denied in front of routes that anybody may pass.

    Raises:
        RouteOpenToAnyoneError: as above.
    """
    where = Q(attachments__policy=policy)
    for one in policy.namespace_attachments.select_related("namespace"):
        where |= access.subtree(one.namespace.path, "namespace__path")
    open_routes = _open_routes(Route.objects.filter(where).distinct(), actor=actor)
    _refuse((route for route, ids in open_routes if policy.pk in ids), actor=actor)


def _check_below(
    namespace: "Namespace", *, lost: Collection[UUID], actor: Actor
) -> None:
    """Refuse when policies no longer arrive at an open route in or below it."""
    cut_off = namespace_selectors.list_cut_off(namespace)
    touched = Route.objects.filter(
        access.subtree(namespace.path, "namespace__path"), inherits_policies=True
    )
    _refuse(
        (
            route
            for route, ids in _open_routes(touched, actor=actor)
            if {*lost} - ids and not route.namespace.path.startswith(cut_off)
        ),
        actor=actor,
    )


def _open_routes(
    routes: QuerySet[Route], *, actor: Actor
) -> Iterator[tuple[Route, set[UUID]]]:
    """Give the routes that could let in anybody, each with what decides over it.

    As they are now, after the change. Those where the actor may open routes are left
    out.
    """
    if actor.is_system:
        return
    own = access.namespace_filter(rules.afresh(actor), Permission.ROUTE_OPEN_TO_ANYONE)
    public = RoutePolicy.objects.filter(
        route=OuterRef("pk"), policy__allows_anonymous=True
    )
    may_be_open = Q(Exists(public))
    if policy_selectors.is_any_public_inherited():
        may_be_open |= Q(inherits_policies=True)
    rows = routes.filter(may_be_open).exclude(own).select_related("namespace")
    found = rows.order_by("name", "pk").iterator(chunk_size=rules.BATCH)
    while part := list(islice(found, rules.BATCH)):
        deciding = selectors.policies_of_many(part)
        for route in part:
            policies = deciding[route.pk]
            if policies.allows_anonymous:
                ids = {policy.pk for policy in policies.granting}
                yield route, ids | {one.policy_id for one in policies.enforced}


def _refuse(open_routes: Iterator[Route], *, actor: Actor) -> None:
    first = next(open_routes, None)
    if first is None:
        return
    seen = selectors.list_routes(rules.afresh(actor)).filter(pk=first.pk).exists()
    name = f"`{first.name}`" if seen else "a route that you don't see"
    raise RouteOpenToAnyoneError(
        gettext(
            "%(name)s lets in people who have not signed in, and would lose "
            "a policy that refuses some of them; only an admin may do this"
        )
        % {"name": name},
        details={"route": str(first.pk)} if seen else {},
    )
