"""Writes of policies, and trying them."""

from policies.services.attachments import (
    PERMISSION_FOR,
    attach_to_namespace,
    detach_from_namespace,
)
from policies.services.deletion import delete_policies, delete_policy, restore_policy
from policies.services.moving import move_policy
from policies.services.saving import (
    PolicyDraft,
    create_policies,
    create_policy,
    revert_policy,
    update_policy,
)
from policies.services.trial import (
    Trial,
    TriedChange,
    TriedCriterion,
    TriedOperator,
    TriedPolicy,
    TriedRule,
    trial_of,
    try_policy,
)

__all__ = [
    "PERMISSION_FOR",
    "PolicyDraft",
    "Trial",
    "TriedChange",
    "TriedCriterion",
    "TriedOperator",
    "TriedPolicy",
    "TriedRule",
    "attach_to_namespace",
    "create_policies",
    "create_policy",
    "delete_policies",
    "delete_policy",
    "detach_from_namespace",
    "move_policy",
    "restore_policy",
    "revert_policy",
    "trial_of",
    "try_policy",
    "update_policy",
]
