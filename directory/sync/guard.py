"""The brake: which plans a person must look at before they count. Pure.

A provider that answers less than there is, because a right was taken away or a filter
was set, looks just like a provider whose people have left.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from directory.sync.diff import KnownGroup
from directory.sync.plan import Plan

PRIVILEGED_GROWTH = 10
PERCENT, COUNT = 20, 500


@dataclass(frozen=True, slots=True)
class Brake:
    """How much may change unseen: `percent` or `count`, whichever is smaller."""

    percent: int = PERCENT
    count: int = COUNT

    def limit(self, total: int) -> int:
        """Return how many of `total` may change."""
        return min(total * self.percent // 100, self.count)


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows were that a plan changes.

    `people` counts who was active, `members` those of each group that is in use.
    """

    people: int
    groups: Mapping[str, KnownGroup]
    memberships: int
    members: Mapping[str, int]


GONE = ("gone_people", "gone_groups", "removed")


@dataclass(frozen=True, slots=True)
class Recent:
    """What pushes changed shortly before: they empty a directory in slices.

    `counts` are of GONE, `gains` the new members of groups that let people in.
    """

    counts: Mapping[str, int]
    gains: Mapping[str, int]


def count_gains(plan: Plan, privileged: Collection[str]) -> dict[str, int]:
    """Return how many new members each of the groups gets that let people in."""
    wanted = frozenset(privileged)
    return dict(Counter(group for _, group in plan.added if group in wanted))


def find_reasons(
    plan: Plan,
    known: Known,
    *,
    used_groups: Collection[str],
    privileged_groups: Collection[str],
    brake: Brake,
    recent: Recent | None = None,
) -> list[str]:
    """Return why a plan is held; none when it may be applied.

    `used_groups` are named by policies or hold roles; `privileged_groups` are those
    that let people in. A directory without anybody is filled without asking. With
    `recent`, for pushes, whoever comes is let in, and what went before counts as well.
    """
    if not known.people:
        return []
    return [
        *_much_changes(plan, known, brake, recent),
        *_used_groups_lose(plan, known, frozenset(used_groups)),
        *_privileged_groups_grow(plan, known, frozenset(privileged_groups), recent),
    ]


def _much_changes(
    plan: Plan, known: Known, brake: Brake, recent: Recent | None
) -> list[str]:
    people, pairs = known.people, known.memberships
    groups = sum(one.is_active for one in known.groups.values())
    parts = (
        ("people are new", "new_people", people),
        ("people change", "changed_people", people),
        ("people are gone", "gone_people", people),
        ("groups are new", "new_groups", groups),
        ("groups change", "changed_groups", groups),
        ("groups are gone", "gone_groups", groups),
        ("memberships are new", "added", pairs),
        ("memberships are gone", "removed", pairs),
    )
    counts = plan.counts()
    reasons = []
    for what, name, total in parts:
        if recent is not None and name not in GONE:
            continue
        before = recent.counts.get(name, 0) if recent else 0
        count, whole = counts[name] + before, total + before
        if counts[name] and count > brake.limit(whole):
            within = " within an hour" if before else ""
            reasons.append(f"{count:,} {what}{within}, of {whole:,}")
    return reasons


def _used_groups_lose(plan: Plan, known: Known, used: frozenset[str]) -> list[str]:
    before = known.members
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
    plan: Plan, known: Known, privileged: frozenset[str], recent: Recent | None
) -> list[str]:
    gains = Counter(count_gains(plan, privileged & known.groups.keys()))
    for group in gains:
        gains[group] += recent.gains.get(group, 0) if recent else 0
    return [
        f"the group `{known.groups[group].name}`, which lets people in, "
        f"has {gained:,} new members"
        for group, gained in sorted(gains.items())
        if gained > PRIVILEGED_GROWTH
    ]
