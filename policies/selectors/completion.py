"""What the policy editor completes: words of the language, groups and people.

Only what the actor may look up is offered.
"""

from typing import Any

from console.core.actor import Actor
from devices import selectors as device_selectors
from directory import selectors as directory_selectors
from namespaces import access
from namespaces.permissions import Permission
from policies.language import CRITERIA, Action, Criterion, Operator
from policies.language.criteria import MatcherKind
from policies.language.matchers import ListOperator, TextOperator
from policies.selectors.facts import METHODS
from policies.translating import translated

MAX_FOUND = 1000

DAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon-fri",
    "sat-sun",
)
# What stands below a criterion, the usual one first.
KEYS = {
    MatcherKind.TEXT: tuple(one.value for one in TextOperator),
    MatcherKind.LIST: tuple(one.value for one in ListOperator),
    MatcherKind.CERTIFICATE: (
        "fingerprint",
        "spki_hash",
        "san_dns",
        "san_email",
        "san_uri",
    ),
    MatcherKind.DEVICE: ("type", "approved", "is"),
    MatcherKind.DATE: ("after", "before"),
    MatcherKind.TIME_OF_DAY: ("timezone", "after", "before"),
    MatcherKind.RECORD: ("type", "field", "is", "has", "exists"),
}


def get_completion(actor: Actor, *, text: str = "") -> dict[str, Any]:
    """Return what may be written, and the groups and people with this text.

    Groups and people are offered by name and written by the id that policies match,
    up to 1,000 of each.

    Raises:
        PermissionDeniedError: the actor sees policies nowhere.
    """
    access.check_can_anywhere(actor, Permission.POLICY_VIEW)
    people = directory_selectors.list_people(actor).filter(is_active=True)
    groups = directory_selectors.list_groups(actor).filter(is_active=True)
    if text:
        people = directory_selectors.search_people(people, text)
        groups = directory_selectors.search_groups(groups, text)
    return {
        "actions": [one.value for one in Action],
        "operators": [one.value for one in Operator],
        "criteria": list_criteria(),
        "groups": [
            {"id": row.external_id, "name": row.name, "email": row.email}
            for row in groups.order_by("name", "pk")[:MAX_FOUND]
        ],
        "people": [
            {"id": row.external_id, "name": str(row), "email": row.email}
            for row in people.order_by("display_name", "pk")[:MAX_FOUND]
        ],
    }


def list_criteria() -> list[dict[str, Any]]:
    """Return the criteria as the language's table has them, with what may follow."""
    types = [row.code for row in device_selectors.list_device_types()]
    return [
        {
            "name": entry.name,
            "label": translated(entry.label),
            "help": translated(entry.help),
            "example": entry.example,
            "group": entry.group.value,
            "matcher": entry.matcher.value,
            "matcher_operators": list(KEYS.get(entry.matcher, ())),
            "values": _values(entry, types),
            "takes_sub_path": entry.takes_sub_path,
        }
        for entry in CRITERIA.entries
    ]


def _values(entry: Criterion, device_types: list[str]) -> list[str] | None:
    """Return the values that make sense, None where nobody can list them."""
    if entry.name == "http_method":
        return list(METHODS)
    if entry.matcher is MatcherKind.IGNORED:
        return ["true"]
    if entry.matcher is MatcherKind.DAY_OF_WEEK:
        return list(DAYS)
    if entry.matcher is MatcherKind.DEVICE:
        return device_types
    return None
