"""Reads of policies: lists, use, texts, and facts to try them with."""

from policies.selectors.attachments import (
    Usage,
    get_usage,
    keep_attached,
    list_attached_above,
    list_enforced,
    with_usage,
)
from policies.selectors.completion import get_completion, list_criteria
from policies.selectors.documents import (
    check_source,
    compile_source,
    describe,
    get_document,
    names_in,
    problem_as_json,
    read_source,
    summarize,
)
from policies.selectors.facts import METHODS, Attempt, Records, facts_for, source_state
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
    "METHODS",
    "Attempt",
    "Records",
    "Usage",
    "check_source",
    "compile_source",
    "describe",
    "diff_texts",
    "facts_for",
    "find_by_meaning",
    "get_completion",
    "get_document",
    "get_policy",
    "get_usage",
    "get_version",
    "keep_attached",
    "list_attachable",
    "list_attached_above",
    "list_criteria",
    "list_deleted",
    "list_enforced",
    "list_policies",
    "list_versions",
    "names_in",
    "problem_as_json",
    "read_source",
    "search_policies",
    "source_state",
    "summarize",
    "with_usage",
    "within",
]
