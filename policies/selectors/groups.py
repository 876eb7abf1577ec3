"""Groups that policies name and that are not there, or are called otherwise now.

By those that are not there, rules hold for nobody.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from directory import selectors as directory_selectors
from policies.language import Names
from policies.models import Policy, PolicyLanguage
from policies.selectors.documents import (
    claimed_groups_in,
    group_ids_in,
    rego_texts_in,
)
from policies.selectors.renaming import Renaming, former_names_in, renamings_of

MAX_TEXT = 120
GONE = "the group “{name}” is gone from its directory"


@dataclass(frozen=True, slots=True)
class GroupsNamed:
    """What policies name: what people call it, what is wrong, and what is new."""

    names: Names
    faults: Mapping[UUID, list[str]]
    renamed: Mapping[UUID, list[Renaming]]


def look_up_groups(policies: Iterable[Policy], *, now: datetime) -> GroupsNamed:
    """Return what is known of the groups that policies name, in two queries.

    A group may have vanished from its directory, be written by its name instead of its
    id, or never have been there. A new name is no fault as long as the id stays: names
    are shown as they are now, and for a while what they were. Policies in Rego are
    programs, whose texts may be anything: only those count that are the id or the name
    of a group that is gone or was renamed.
    """
    looked_at = list(policies)
    asked: dict[UUID, frozenset[str]] = {}
    written: dict[UUID, frozenset[str]] = {}
    for policy in looked_at:
        if policy.language == PolicyLanguage.PPL:
            asked[policy.pk] = group_ids_in(policy.source)
        else:
            written[policy.pk] = rego_texts_in(policy.source)
    claimed = {
        policy.pk: claimed_groups_in(policy.source)
        for policy in looked_at
        if policy.pk in asked
    }
    texts = frozenset().union(*asked.values())
    every = texts.union(*written.values())
    groups = directory_selectors.find_groups_called(every) if every else []
    every = every.union(*claimed.values())
    former = directory_selectors.find_former_names(every) if every else []
    faults, gone = _faults_of(texts, groups, former), _gone(groups)
    found = {
        pk: [faults[text] for text in sorted(some) if text in faults]
        for pk, some in asked.items()
    } | {
        pk: [gone[text] for text in sorted(some) if text in gone]
        for pk, some in written.items()
    }
    renamed = {
        policy.pk: renamings_of(
            policy,
            former,
            ids=asked.get(policy.pk) or written.get(policy.pk, frozenset()),
            texts=claimed.get(policy.pk, frozenset())
            | written.get(policy.pk, frozenset()),
            now=now,
        )
        for policy in looked_at
    }
    return GroupsNamed(
        Names(groups={one.external_id: one.name for one in groups}),
        {pk: flags for pk, flags in found.items() if flags},
        {pk: some for pk, some in renamed.items() if some},
    )


def naming_group(policies: QuerySet[Policy], text: str) -> QuerySet[Policy]:
    """Keep the policies that say this where ids of groups stand, in Rego anywhere.

    The database finds texts that hold it somewhere; they are read to be sure.
    """
    rows = policies.filter(source__contains=text).order_by()
    found = [
        pk
        for pk, language, source in rows.values_list("pk", "language", "source")
        if text
        in (
            group_ids_in(source)
            if language == PolicyLanguage.PPL
            else rego_texts_in(source)
        )
    ]
    return policies.filter(pk__in=found)


def _gone(groups: Sequence[Any]) -> dict[str, str]:
    """Return what is said of ids and names that only groups bear which are gone."""
    there = {text for one in groups if one.is_active for text in _called(one)}
    return {
        text: GONE.format(name=one.name)
        for one in groups
        if not one.is_active
        for text in _called(one)
        if text not in there
    }


def _called(group: Any) -> tuple[str, str]:
    return group.external_id, group.name


def _faults_of(
    texts: Collection[str], groups: Sequence[Any], former: Sequence[Any]
) -> dict[str, str]:
    ids = {one.external_id for one in groups if one.is_active}
    gone = {one.external_id: one.name for one in groups if not one.is_active}
    names = {one.name for one in groups if one.is_active}
    before = former_names_in(former)
    faults = {}
    for text in texts:
        said = text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
        if text in ids:
            continue
        if text in gone:
            faults[text] = GONE.format(name=gone[text])
        elif text in names:
            faults[text] = f"“{said}” is the name of a group; groups match by id"
        elif text in before:
            faults[text] = (
                f"“{said}” was the name of the group “{before[text]}”; "
                "groups match by id"
            )
        else:
            faults[text] = f"there is no group with the id “{said}”"
    return faults
