"""Attaching policies to namespaces: inherited by the routes below, or enforced.

Attachments to routes are the `routes` app's.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from console.core import previews
from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError
from console.core.transactions import writing
from namespaces import access
from namespaces.permissions import Permission
from policies import selectors
from policies.exceptions import AttachmentNotFoundError, PolicyOutOfReachError
from policies.models import AttachmentMode, NamespacePolicy, Policy
from policies.services import rules, signals

PERMISSION_FOR = {
    AttachmentMode.INHERITED: Permission.POLICY_ATTACH,
    AttachmentMode.ENFORCED: Permission.POLICY_ENFORCE,
}


@writing()
def attach_to_namespace(
    policy_id: UUID | str,
    *,
    namespace_id: UUID | str,
    mode: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    seen: str = "",
) -> NamespacePolicy:
    """Let a policy count on every route of a namespace and below.

    Inherited needs a manager of the namespace, enforced an admin. One that is attached
    there already changes its mode, which needs the right to both.

    Raises:
        PolicyNotFoundError: the actor doesn't see the policy.
        NamespaceNotFoundError: the actor doesn't see the namespace.
        PolicyOutOfReachError: the policy lives neither there nor above.
        OpenToAnyoneError: it could let in anybody, and the actor is no admin.
        WorldChangedError: it would change something else than what was `seen`.
    """
    wanted = _mode(mode)
    actor = rules.afresh(actor)
    policy = selectors.get_policy(policy_id, actor=actor)
    namespace = access.check_can(actor, PERMISSION_FOR[wanted], namespace_id)
    if not namespace.path.startswith(policy.namespace.path):
        raise _out_of_reach(policy, namespace.name)
    rules.check_openness(
        allows_anonymous=policy.allows_anonymous, namespace=namespace, actor=actor
    )
    existing = NamespacePolicy.objects.filter(
        namespace=namespace, policy=policy
    ).first()
    if existing is not None:
        if existing.mode == wanted:
            return existing
        _check_may_detach(existing, actor=actor)
    before = _state(existing) if existing else None
    attachment = existing or NamespacePolicy(
        namespace=namespace,
        policy=policy,
        created_at=now,
        created_by=actor.label[:255],
    )
    attachment.mode = wanted
    with previews.watched("policy.attach", actor=actor, seen=seen, namespace=namespace):
        attachment.save()
    change = rules.change(
        "attached",
        policy,
        before=before,
        after=_state(attachment),
        namespace_id=namespace.pk,
    )
    rules.record([change], actor=actor, now=now, reason=reason)
    return attachment


@writing()
def detach_from_namespace(
    policy_id: UUID | str,
    *,
    namespace_id: UUID | str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    seen: str = "",
) -> None:
    """Let a policy no longer count on a namespace. An enforced one needs an admin.

    Raises:
        PolicyNotFoundError: the actor doesn't see the policy.
        AttachmentNotFoundError: it isn't attached there.
        and what the receivers of `signals.detached` refuse.
    """
    actor = rules.afresh(actor)
    policy = selectors.get_policy(policy_id, actor=actor)
    access.check_can(actor, Permission.POLICY_VIEW, namespace_id)
    attachment = NamespacePolicy.objects.filter(
        namespace_id=namespace_id, policy=policy
    ).first()
    if attachment is None:
        raise AttachmentNotFoundError
    _check_may_detach(attachment, actor=actor)
    change = rules.change(
        "detached",
        policy,
        before=_state(attachment),
        namespace_id=attachment.namespace_id,
    )
    rules.record([change], actor=actor, now=now, reason=reason)
    namespace = attachment.namespace
    with previews.watched("policy.detach", actor=actor, seen=seen, namespace=namespace):
        attachment.delete()
        signals.detached.send(Policy, policy=policy, namespace=namespace, actor=actor)


@writing()
def attach_policies(
    policy_ids: Iterable[UUID | str],
    *,
    namespace_id: UUID | str,
    mode: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> list[NamespacePolicy]:
    """Let several policies count on a namespace, all or none.

    Raises as `attach_to_namespace` does.
    """
    return [
        attach_to_namespace(
            one,
            namespace_id=namespace_id,
            mode=mode,
            actor=actor,
            now=now,
            reason=reason,
        )
        for one in policy_ids
    ]


@writing()
def detach_policies(
    policy_ids: Iterable[UUID | str],
    *,
    namespace_id: UUID | str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> int:
    """Take several policies off a namespace, all or none; others stay as they are.

    Returns how many were attached. Raises as `detach_from_namespace` does.
    """
    fresh = rules.afresh(actor)
    access.check_can(fresh, Permission.POLICY_VIEW, namespace_id)
    policies = [selectors.get_policy(one, actor=fresh) for one in policy_ids]
    attached = NamespacePolicy.objects.filter(
        namespace_id=namespace_id, policy__in=policies
    )
    ids = list(attached.order_by("policy__name", "pk").values_list("policy", flat=True))
    for one in ids:
        detach_from_namespace(
            one, namespace_id=namespace_id, actor=actor, now=now, reason=reason
        )
    return len(ids)


def _check_may_detach(attachment: NamespacePolicy, *, actor: Actor) -> None:
    permission = PERMISSION_FOR[AttachmentMode(attachment.mode)]
    access.check_can(actor, permission, attachment.namespace_id)


def _out_of_reach(policy: Policy, namespace: str) -> PolicyOutOfReachError:
    text = gettext(
        "`%(policy)s` lives in %(home)s, and is seen only there and below; "
        "%(namespace)s is elsewhere"
    )
    home = policy.namespace.name
    values = {"policy": policy.name, "home": home, "namespace": namespace}
    return PolicyOutOfReachError(text % values)


def _mode(mode: str) -> AttachmentMode:
    if mode not in AttachmentMode.values:
        raise ValidationFailedError(
            gettext("there is no mode `%(mode)s`") % {"mode": mode},
            fields={"mode": [gettext("inherited or enforced")]},
        )
    return AttachmentMode(mode)


def _state(attachment: NamespacePolicy) -> dict[str, object]:
    return {
        "policy_id": attachment.policy_id,
        "namespace_id": attachment.namespace_id,
        "mode": attachment.mode,
    }
