"""Reads of routes: lists, settings, policies that decide, overlaps, history."""

from routes.selectors.effective import (
    EffectivePolicies,
    chains_of,
    has_allow_rules,
    policies_of,
    policies_of_many,
)
from routes.selectors.history import (
    SettingChange,
    changes_of,
    changes_since,
    list_history,
    names_in_history,
)
from routes.selectors.imports import find_import, get_import, list_imports
from routes.selectors.overlaps import (
    find_answering,
    find_at,
    list_overlaps,
    list_overlaps_of_draft,
)
from routes.selectors.routes import (
    get_route,
    hosts_in_use,
    hosts_left_by,
    list_deleted,
    list_published,
    list_routes,
    list_using_hosts,
    search_routes,
    within,
)
from routes.selectors.settings import (
    changed_keys,
    mask,
    masked_settings,
    masks_of,
    open_settings,
    secrets_of,
    settings_of,
)
from routes.selectors.survey import Survey, survey_routes

__all__ = [
    "EffectivePolicies",
    "SettingChange",
    "Survey",
    "chains_of",
    "changed_keys",
    "changes_of",
    "changes_since",
    "find_answering",
    "find_at",
    "find_import",
    "get_import",
    "get_route",
    "has_allow_rules",
    "hosts_in_use",
    "hosts_left_by",
    "list_deleted",
    "list_history",
    "list_imports",
    "list_overlaps",
    "list_overlaps_of_draft",
    "list_published",
    "list_routes",
    "list_using_hosts",
    "mask",
    "masked_settings",
    "masks_of",
    "names_in_history",
    "open_settings",
    "policies_of",
    "policies_of_many",
    "search_routes",
    "secrets_of",
    "settings_of",
    "survey_routes",
    "within",
]
