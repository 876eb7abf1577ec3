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
    try_rego,
)
from policies.services.tried_rego import TriedRego
from policies.services.verdicts import (
    answers_for,
    lift_quarantine,
    record_strike,
    verdicts_by,
    verdicts_of,
)

__all__ = [
    "PERMISSION_FOR",
    "PolicyDraft",
    "Trial",
    "TriedChange",
    "TriedCriterion",
    "TriedOperator",
    "TriedPolicy",
    "TriedRego",
    "TriedRule",
    "answers_for",
    "attach_to_namespace",
    "create_policies",
    "create_policy",
    "delete_policies",
    "delete_policy",
    "detach_from_namespace",
    "lift_quarantine",
    "move_policy",
    "record_strike",
    "restore_policy",
    "revert_policy",
    "trial_of",
    "try_policy",
    "try_rego",
    "update_policy",
    "verdicts_by",
    "verdicts_of",
]
