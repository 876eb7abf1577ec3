"""What the policy editor completes: words of the language, groups and people.

Only what the actor may look up is offered.
"""

from typing import Any

from console.core.actor import Actor
from directory import selectors as directory_selectors
from namespaces import access
from namespaces.permissions import Permission
from policies.language import CRITERIA, Action, Edition, Operator

MAX_FOUND = 50

ACTION_HELP = {
    Action.ALLOW: "Lets in whoever it applies to, unless something denies.",
    Action.DENY: "Keeps out whoever it applies to, whatever allows.",
}
OPERATOR_HELP = {
    Operator.AND: "All of the criteria hold.",
    Operator.OR: "Any of the criteria holds.",
    Operator.NOT: "None of the criteria holds.",
    Operator.NOR: "Not all of the criteria hold.",
}


def get_completion(actor: Actor, *, text: str = "") -> dict[str, list[dict[str, Any]]]:
    """Return what may be written, and up to 50 groups and people with this text.

    Groups and people are offered by name and written by the id that policies match.

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
        "actions": [
            {"name": one.value, "help": help_text}
            for one, help_text in ACTION_HELP.items()
        ],
        "operators": [
            {"name": one.value, "help": help_text}
            for one, help_text in OPERATOR_HELP.items()
        ],
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
    """Return the criteria as the language's table has them."""
    return [
        {
            "name": entry.name,
            "label": entry.label,
            "help": entry.help,
            "example": entry.example,
            "group": entry.group.value,
            "matcher": entry.matcher.value,
            "takes_sub_path": entry.takes_sub_path,
            "is_enterprise": entry.edition is Edition.ENTERPRISE,
        }
        for entry in CRITERIA.entries
    ]
