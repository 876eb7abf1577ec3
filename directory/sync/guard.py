"""The brake: which plans a person must look at before they count. Pure.

A provider that answers less than there is, because a right was taken away or a filter
was set, looks just like a provider whose people have left.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from directory.sync.diff import Known, Plan

FLOOR = 10  # in a small company, a handful is much in percent
PRIVILEGED_GROWTH = 10
PERCENT, COUNT = 20, 500


@dataclass(frozen=True, slots=True)
class Brake:
    """How much may change unseen: `percent` or `count`, whichever is smaller."""

    percent: int = PERCENT
    count: int = COUNT

    def limit(self, total: int) -> int:
        """Return how many of `total` may change."""
        return max(min(total * self.percent // 100, self.count), FLOOR)


def find_reasons(
    plan: Plan,
    known: Known,
    *,
    used_groups: Collection[str],
    privileged_groups: Collection[str],
    brake: Brake,
) -> list[str]:
    """Return why a plan is held; none when it may be applied.

    `used_groups` are named by policies or hold roles; `privileged_groups` are those
    that let people in. A directory without anybody is filled without asking.
    """
    if not any(one.is_active for one in known.people.values()):
        return []
    return [
        *_much_changes(plan, known, brake),
        *_used_groups_lose(plan, known, frozenset(used_groups)),
        *_privileged_groups_grow(plan, known, frozenset(privileged_groups)),
    ]


def _much_changes(plan: Plan, known: Known, brake: Brake) -> list[str]:
    people = sum(one.is_active for one in known.people.values())
    groups = sum(one.is_active for one in known.groups.values())
    pairs = known.count_memberships()
    parts = (
        ("people are new", len(plan.new_people), people),
        ("people change", len(plan.changed_people), people),
        ("people are gone", len(plan.gone_people), people),
        ("groups are new", len(plan.new_groups), groups),
        ("groups change", len(plan.changed_groups), groups),
        ("groups are gone", len(plan.gone_groups), groups),
        ("memberships are new", len(plan.added), pairs),
        ("memberships are gone", len(plan.removed), pairs),
    )
    return [
        f"{count:,} {what}, of {total:,}"
        for what, count, total in parts
        if count > brake.limit(total)
    ]


def _used_groups_lose(plan: Plan, known: Known, used: frozenset[str]) -> list[str]:
    before = Counter(g for groups in known.memberships.values() for g in groups)
    lost = Counter(group for _, group in plan.removed)
    gained = Counter(group for _, group in plan.added)
    reasons = []
    for group in sorted(used & before.keys()):
        name = known.groups[group].name
        if group in plan.gone_groups:
            reasons.append(f"the group `{name}`, which is in use, is gone")
        elif before[group] + gained[group] - lost[group] <= 0:
            reasons.append(f"the group `{name}`, which is in use, is empty now")
    return reasons


def _privileged_groups_grow(
    plan: Plan, known: Known, privileged: frozenset[str]
) -> list[str]:
    gained = Counter(group for _, group in plan.added)
    return [
        f"the group `{known.groups[group].name}`, which lets people in, "
        f"has {gained[group]:,} new members"
        for group in sorted(privileged & gained.keys() & known.groups.keys())
        if gained[group] > PRIVILEGED_GROWTH
    ]
