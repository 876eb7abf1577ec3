"""Groups that policies name and that are not there: by them, rules hold for nobody."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from directory import selectors as directory_selectors
from policies.language import Names
from policies.models import Policy, PolicyLanguage
from policies.selectors.documents import group_ids_in

MAX_TEXT = 120


@dataclass(frozen=True, slots=True)
class GroupsNamed:
    """What policies name: what people call it, and what is wrong, by policy."""

    names: Names
    faults: Mapping[UUID, list[str]]


def look_up_groups(policies: Iterable[Policy]) -> GroupsNamed:
    """Return what is known of the groups that policies name, in one query.

    A group may have vanished from its directory, be written by its name instead of its
    id, or never have been there. A new name is no fault as long as the id stays: names
    are shown as they are now. Policies in Rego are programs: which groups they ask for
    can't be told.
    """
    asked = {
        policy.pk: group_ids_in(policy.source)
        for policy in policies
        if policy.language == PolicyLanguage.PPL
    }
    texts = frozenset().union(*asked.values())
    groups = directory_selectors.find_groups_called(texts) if texts else []
    faults = _faults_of(texts, groups)
    found = {
        pk: [faults[text] for text in sorted(some) if text in faults]
        for pk, some in asked.items()
    }
    return GroupsNamed(
        Names(groups={one.external_id: one.name for one in groups}),
        {pk: flags for pk, flags in found.items() if flags},
    )


def keep_naming(policies: Iterable[Policy], text: str) -> list[Policy]:
    """Keep the policies in PPL that say this where ids of groups stand."""
    return [
        policy
        for policy in policies
        if policy.language == PolicyLanguage.PPL and text in group_ids_in(policy.source)
    ]


def _faults_of(texts: Collection[str], groups: Sequence[Any]) -> dict[str, str]:
    ids = {one.external_id for one in groups if one.is_active}
    gone = {one.external_id: one.name for one in groups if not one.is_active}
    names = {one.name for one in groups if one.is_active}
    faults = {}
    for text in texts:
        said = text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
        if text in ids:
            continue
        if text in gone:
            faults[text] = f"the group “{gone[text]}” is gone from its directory"
        elif text in names:
            faults[text] = f"“{said}” is the name of a group; groups match by id"
        else:
            faults[text] = f"there is no group with the id “{said}”"
    return faults
