"""What must hold for routes when the tree of namespaces changes above them.

Receivers of `namespaces.services.signals`; connected when the app is ready.
"""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from console.core.actor import Actor
from namespaces import access
from policies import selectors as policy_selectors
from routes.exceptions import PoliciesOutOfReachError
from routes.models import RoutePolicy
from routes.services import rules
from routes.services.hosts import check_zones_stay
from routes.services.moving import check_enforced_stay
from routes.services.upstreams import check_upstreams_stay

if TYPE_CHECKING:
    from namespaces.models import Namespace


def check_move(
    sender: Any, *, namespace: "Namespace", parent: "Namespace", actor: Actor, **_: Any
) -> None:
    """Refuse a move that frees routes from what their namespaces above them decided.

    Raises:
        EnforcedPoliciesLeaveError: a policy enforced above would be left behind, and
            the actor is no admin of the namespace that enforces it.
        PoliciesOutOfReachError: something in the subtree has a policy from above that
            would not be seen there any more.
        HostOwnedError: a host would leave the zone that it lies in.
    """
    source = namespace.parent
    if source is None:
        return
    actor = rules.afresh(actor)
    check_enforced_stay(source, parent, actor=actor)
    left = [
        path
        for path in access.ancestor_paths(namespace.path)
        if not parent.path.startswith(path)
    ]
    _check_policies_stay(namespace, parent, left)
    check_zones_stay(namespace, left, actor=actor)
    check_upstreams_stay(namespace, left, actor=actor)


def _check_policies_stay(
    namespace: "Namespace", parent: "Namespace", left: list[str]
) -> None:
    on_routes = RoutePolicy.objects.filter(
        access.subtree(namespace.path, "route__namespace__path"),
        policy__namespace__path__in=left,
    )
    names = set(on_routes.values_list("policy__name", flat=True).distinct())
    names |= {
        one.policy.name
        for one in policy_selectors.list_attached_within(namespace, living_in=left)
    }
    if names:
        listed = ", ".join(f"`{name}`" for name in sorted(names))
        raise PoliciesOutOfReachError(
            gettext(
                "policies that are not seen in %(name)s are attached in "
                "%(namespace)s or below: %(listed)s; detach them first"
            )
            % {"name": parent.name, "namespace": namespace.name, "listed": listed},
            details={"policies": sorted(names)},
        )


def check_inheriting(
    sender: Any, *, namespace: "Namespace", actor: Actor, **_: Any
) -> None:
    """Refuse to inherit again what could let in anybody, unless an admin wants it.

    Raises:
        RouteOpenToAnyoneError: the actor is no admin of the namespace.
    """
    opens = any(
        one.policy.allows_anonymous
        for one in policy_selectors.list_attached_above(namespace)
        if one.mode == "inherited" and one.namespace_id != namespace.pk
    )
    rules.check_openness(is_open=opens, namespace=namespace, actor=rules.afresh(actor))
