"""Writes of policies, and trying them."""

from policies.services.attachments import (
    PERMISSION_FOR,
    attach_to_namespace,
    detach_from_namespace,
)
from policies.services.deletion import delete_policies, delete_policy, restore_policy
from policies.services.examples import (
    MAX_EXAMPLES,
    ExampleResult,
    add_example,
    remove_example,
    run_examples,
    try_examples,
)
from policies.services.fetching import (
    LONGEST,
    SHORTEST,
    fetch_address,
    fetch_due,
    is_fresh,
    list_address,
    refetch_address,
    unlist_address,
)
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
)
from policies.services.tried_rego import TriedRego
from policies.services.trying import (
    Draft,
    open_draft,
    rego_answer,
    saved_draft,
    try_draft,
    try_policy,
    try_rego,
)
from policies.services.verdicts import (
    answers_for,
    lift_quarantine,
    record_refused_types,
    record_strike,
    verdicts_by,
    verdicts_of,
)

__all__ = [
    "LONGEST",
    "MAX_EXAMPLES",
    "PERMISSION_FOR",
    "SHORTEST",
    "Draft",
    "ExampleResult",
    "PolicyDraft",
    "Trial",
    "TriedChange",
    "TriedCriterion",
    "TriedOperator",
    "TriedPolicy",
    "TriedRego",
    "TriedRule",
    "add_example",
    "answers_for",
    "attach_to_namespace",
    "create_policies",
    "create_policy",
    "delete_policies",
    "delete_policy",
    "detach_from_namespace",
    "fetch_address",
    "fetch_due",
    "is_fresh",
    "lift_quarantine",
    "list_address",
    "move_policy",
    "open_draft",
    "record_refused_types",
    "record_strike",
    "refetch_address",
    "rego_answer",
    "remove_example",
    "restore_policy",
    "revert_policy",
    "run_examples",
    "saved_draft",
    "trial_of",
    "try_draft",
    "try_examples",
    "try_policy",
    "try_rego",
    "unlist_address",
    "update_policy",
    "verdicts_by",
    "verdicts_of",
]
