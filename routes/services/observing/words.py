"""How changes are told: a stable code for programs, words for people."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext, ngettext_lazy

from console.core.previews import MOST_LISTED, Group, Item

# Behind a count: for one, and for several.
WORDS = {
    "policies_arrive": ngettext_lazy(
        "policy from above begins to count", "policies from above begin to count"
    ),
    "policies_leave": ngettext_lazy(
        "policy from above no longer counts", "policies from above no longer count"
    ),
    "policies_pickable": ngettext_lazy(
        "further policy can be picked there", "further policies can be picked there"
    ),
    "policies_out_of_reach": ngettext_lazy(
        "policy can no longer be picked there", "policies can no longer be picked there"
    ),
    "roles_gained": ngettext_lazy("role begins to count", "roles begin to count"),
    "roles_lost": ngettext_lazy("role no longer counts", "roles no longer count"),
    "people_gain": ngettext_lazy("person gains rights", "people gain rights"),
    "people_lose": ngettext_lazy("person loses rights", "people lose rights"),
    "namespaces_moved": ngettext_lazy(
        "namespace below it moves along", "namespaces below it move along"
    ),
    "routes_moved": ngettext_lazy("route moves along", "routes move along"),
    "routes_changed": ngettext_lazy(
        "route is decided otherwise", "routes are decided otherwise"
    ),
    "routes_unchanged": ngettext_lazy(
        "route there stays as it is", "routes there stay as they are"
    ),
    "routes_reached": ngettext_lazy(
        "route lies there or below",
        "routes lie there and below; of the first 50 these are decided otherwise",
    ),
    "namespaces_go": ngettext_lazy("namespace in it goes", "namespaces in it go"),
    "routes_go": ngettext_lazy(
        "route goes; its host rests for a week",
        "routes go; their hosts rest for a week",
    ),
    "policies_go": ngettext_lazy("policy goes", "policies go"),
    "roles_go": ngettext_lazy("role on it goes too", "roles on it go too"),
}


def told(code: str, items: Sequence[Item], *, count: int | None = None) -> Group:
    """Return a group of things that change in one way; most at most are listed."""
    number = len(items) if count is None else count
    label = str(WORDS[code] % number)
    return Group(code, label, number, tuple(items[:MOST_LISTED]))


def named(policy: Any) -> str:
    """Return a policy's name, and that nothing is proven of one in Rego."""
    if policy.language == "rego":
        return gettext("%(name)s (in Rego; not proven)") % {"name": policy.name}
    return str(policy.name)


def by_name(items: Sequence[Item]) -> list[Item]:
    """Return them in the order of a list that people read."""
    return sorted(items, key=lambda one: (one.name.casefold(), one.note, one.id))
