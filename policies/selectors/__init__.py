"""Reads of policies: lists, use, texts, and facts to try them with."""

from policies.selectors.attachments import (
    Usage,
    UsageCount,
    count_usage,
    get_usage,
    keep_attached,
    list_attached_above,
    list_enforced,
    with_usage,
)
from policies.selectors.documents import (
    check_source,
    compile_source,
    get_document,
    problem_as_json,
    read_source,
)
from policies.selectors.facts import Attempt, Records, facts_for, source_state
from policies.selectors.policies import (
    diff_texts,
    find_by_meaning,
    get_policy,
    get_version,
    list_attachable,
    list_deleted,
    list_policies,
    list_versions,
    search_policies,
    within,
)

__all__ = [
    "Attempt",
    "Records",
    "Usage",
    "UsageCount",
    "check_source",
    "compile_source",
    "count_usage",
    "diff_texts",
    "facts_for",
    "find_by_meaning",
    "get_document",
    "get_policy",
    "get_usage",
    "get_version",
    "keep_attached",
    "list_attachable",
    "list_attached_above",
    "list_deleted",
    "list_enforced",
    "list_policies",
    "list_versions",
    "problem_as_json",
    "read_source",
    "search_policies",
    "source_state",
    "with_usage",
    "within",
]
