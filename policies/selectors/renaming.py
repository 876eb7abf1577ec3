"""Groups that were renamed after a policy was saved which speaks of them.

Groups match by id, so a renaming lets nobody in or out. But whoever wrote the policy
chose a group by what it was called, and a text in a claim or in Rego may well be that
name itself.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from policies.models import Policy

SHOWN_FOR = timedelta(days=90)
MIN_WORD = 3  # shorter names stand in any text


@dataclass(frozen=True, slots=True)
class Renaming:
    """A group that is called otherwise than when a policy was saved.

    `is_by_name` holds where the policy asks for the former name itself. `still_says`
    holds where it stands in a text that names the group by its id.
    """

    group: str
    name: str
    former_name: str
    since: datetime
    is_by_name: bool = False
    still_says: bool = False

    @property
    def text(self) -> str:
        """What happened, as a sentence."""
        return f"the group “{self.former_name}” is called “{self.name}” now"


def renamings_of(
    policy: Policy,
    former: Iterable[Any],
    *,
    ids: Collection[str],
    texts: Collection[str],
    now: datetime,
) -> list[Renaming]:
    """Return what a policy speaks of that is called otherwise since it was saved.

    `former` are former names of groups, the newest first; `ids` what the policy names
    by id, and `texts` what it compares with texts that may be names.
    """
    oldest = now - SHOWN_FOR
    by_group: dict[Any, list[Any]] = {}
    for one in former:
        if oldest < one.until > policy.modified_at:
            by_group.setdefault(one.group_id, []).append(one)
    found = [
        renaming
        for names in by_group.values()
        for renaming in _of_group(policy, names, ids=ids, texts=texts)
    ]
    return sorted(found, key=lambda one: (not one.is_by_name, one.name, one.group))


def _of_group(
    policy: Policy, names: list[Any], *, ids: Collection[str], texts: Collection[str]
) -> Iterator[Renaming]:
    group, since, then = names[0].group, names[0].until, names[-1].name
    if group.external_id in ids and then != group.name:
        yield Renaming(
            group=group.external_id,
            name=group.name,
            former_name=then,
            since=since,
            still_says=_says(policy.source.replace(group.external_id, ""), then),
        )
    asked = {one.name for one in names if one.name in texts} - {group.name}
    for name in sorted(asked):
        yield Renaming(group.external_id, group.name, name, since, is_by_name=True)


def _says(source: str, name: str) -> bool:
    """Answer whether a name stands in a text by itself, in a comment for example."""
    if len(name) < MIN_WORD:
        return False
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", source, re.IGNORECASE))


def former_names_in(former: Iterable[Any]) -> Mapping[str, str]:
    """Return what groups are called now by what they were called; the newest counts."""
    found: dict[str, str] = {}
    for one in former:
        found.setdefault(one.name, one.group.name)
    return found
