"""What becomes of policies when a namespace goes with everything in it, or comes back.

Receivers of `namespaces.services.signals`; connected when the app is ready.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.burial import Burial
from namespaces import access
from namespaces.permissions import Permission
from policies.exceptions import (
    EnforcedPolicyError,
    OpenToAnyoneError,
    PolicyOutOfReachError,
)
from policies.models import AttachmentMode, NamespacePolicy, Policy, PolicyLanguage
from policies.services import rules

if TYPE_CHECKING:
    from namespaces.models import Namespace

LET_GO = frozenset({"policies.Policy", "policies.NamespacePolicy"})
BACK = "came back with its namespace"


def let_go(sender: Any, *, going: Burial, actor: Actor, **_: Any) -> frozenset[str]:
    """Answer which kinds may go: policies, and what attaches them.

    Raises:
        EnforcedPolicyError: one is enforced where the actor is no admin.
    """
    _check_enforcers(_attachments(going), actor=rules.afresh(actor))
    return LET_GO


def record_going(
    sender: Any,
    *,
    namespace: "Namespace",
    going: Burial,
    actor: Actor,
    now: datetime,
    reason: str,
    **_: Any,
) -> None:
    """Record which policies go, and which attachments."""
    above = namespace.parent_id
    changes = [
        rules.change("detached", one.policy, before=_state(one), namespace_id=above)
        for one in _attachments(going)
    ]
    changes += [
        rules.change(
            "deleted", policy, before=rules.state_of(policy), namespace_id=above
        )
        for policy in going.of("policies.Policy")
    ]
    rules.record(changes, actor=rules.afresh(actor), now=now, reason=reason)


def check_back(
    sender: Any,
    *,
    coming: Burial,
    actor: Actor,
    now: datetime,
    reason: str,
    **_: Any,
) -> None:
    """Look at policies that came back with their namespace, and record them.

    Raises:
        EnforcedPolicyError, OpenToAnyoneError, PermissionDeniedError: it takes an admin
            to set this up.
        PolicyOutOfReachError: one that is attached lives elsewhere by now.
    """
    actor = rules.afresh(actor)
    attachments = _attachments(coming)
    _check_enforcers(attachments, actor=actor)
    for one in attachments:
        if not one.namespace.path.startswith(one.policy.namespace.path):
            raise PolicyOutOfReachError(
                gettext(
                    "`%(name)s`, which was attached to %(namespace)s, lives "
                    "elsewhere by now"
                )
                % {"name": one.policy.name, "namespace": one.namespace.name}
            )
    keys = [policy.pk for policy in coming.of("policies.Policy")]
    policies = list(Policy.objects.filter(pk__in=keys).select_related("namespace"))
    for policy in policies:
        if policy.language != PolicyLanguage.PPL:
            access.check_can(actor, Permission.POLICY_EDIT_REGO, policy.namespace_id)
        rules.check_openness(
            allows_anonymous=policy.allows_anonymous,
            namespace=policy.namespace,
            actor=actor,
        )
    for one in attachments:
        if one.policy.allows_anonymous and not access.can(
            actor, Permission.ROUTE_OPEN_TO_ANYONE, one.namespace
        ):
            raise OpenToAnyoneError
    changes = [
        rules.change("restored", policy, after=rules.state_of(policy))
        for policy in policies
    ]
    changes += [
        rules.change(
            "attached", one.policy, after=_state(one), namespace_id=one.namespace_id
        )
        for one in attachments
    ]
    rules.record(changes, actor=actor, now=now, reason=reason or BACK)


def _attachments(rows: Burial) -> list[NamespacePolicy]:
    keys = [one.pk for one in rows.of("policies.NamespacePolicy")]
    found = NamespacePolicy.objects.filter(pk__in=keys)
    return list(found.select_related("policy", "policy__namespace", "namespace"))


def _check_enforcers(attachments: list[NamespacePolicy], *, actor: Actor) -> None:
    for one in attachments:
        if one.mode == AttachmentMode.ENFORCED and not access.can(
            actor, Permission.POLICY_ENFORCE, one.namespace
        ):
            raise EnforcedPolicyError


def _state(one: NamespacePolicy) -> dict[str, Any]:
    return {
        "policy_id": one.policy_id,
        "namespace_id": one.namespace_id,
        "mode": one.mode,
    }
