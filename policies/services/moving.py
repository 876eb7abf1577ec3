"""Moving policies between namespaces."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.transactions import writing
from namespaces import access
from namespaces.permissions import Permission
from policies import selectors
from policies.exceptions import PolicyOutOfReachError
from policies.models import Policy
from policies.services import rules

if TYPE_CHECKING:
    from namespaces.models import Namespace


@writing()
def move_policy(
    policy_id: UUID | str,
    *,
    namespace_id: UUID | str,
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Policy:
    """Let a policy live elsewhere, where all that it is attached to still sees it.

    Needs the right to edit policies in both.

    Raises:
        StaleVersionError: somebody else saved first.
        NamespaceNotFoundError: the actor doesn't see the new namespace.
        PolicyOutOfReachError: it is attached to something that wouldn't see it there.
        EnforcedPolicyError, OpenToAnyoneError, PolicyNameTakenError
    """
    policy, actor = rules.load(policy_id, Permission.POLICY_EDIT, actor=actor)
    rules.check_version(policy, version)
    target = access.check_can(actor, Permission.POLICY_EDIT, namespace_id)
    if target.pk == policy.namespace_id:
        return policy
    rules.check_enforcers(policy, actor=actor)
    rules.check_openness(
        allows_anonymous=policy.allows_anonymous, namespace=target, actor=actor
    )
    rules.check_name_is_free(policy.name, target)
    _check_reach(policy, target, actor=actor)
    before = rules.state_of(policy)
    policy.namespace = target
    return rules.write(
        policy, "moved", before, actor=actor, now=now, reason=reason or "moved"
    )


@writing()
def move_policies(
    versions: Mapping[UUID | str, int],
    *,
    namespace_id: UUID | str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> list[Policy]:
    """Let several policies live elsewhere, all or none, each in the version seen.

    Raises as `move_policy` does.
    """
    return [
        move_policy(
            policy_id,
            namespace_id=namespace_id,
            version=version,
            actor=actor,
            now=now,
            reason=reason,
        )
        for policy_id, version in versions.items()
    ]


def _check_reach(policy: Policy, target: "Namespace", *, actor: Actor) -> None:
    """Refuse a place that something attached lies neither in nor below."""
    left = selectors.get_usage(policy, actor=actor, outside=target)
    if not left.is_empty:
        raise PolicyOutOfReachError(
            gettext(
                "in %(name)s it would no longer be seen where it is attached: "
                "%(in_words)s"
            )
            % {"name": target.name, "in_words": left.in_words()},
            details=left.as_json(),
        )
