"""What a run changes, line by line, for people to read: the first of each kind.

A plan says it with ids, and goes once it is written. These lines stay with the run.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from directory.models import Directory
from directory.sync.plan import Plan

LIMIT = 50  # of each kind
PEOPLE = ("new_people", "changed_people", "gone_people")
GROUPS = ("new_groups", "changed_groups", "gone_groups")
MEMBERSHIPS = ("added", "removed")


def lines_of(plan: Plan, directory: Directory) -> list[dict[str, str]]:
    """Return what a plan changes, looked at before it is written.

    Each line says what happens to whom: `what`, `id` and `name` (of changed ones the
    new name), of memberships with `group_id` and `group`, of groups that get another
    name with the `former` one. Names may be empty.
    """
    if plan.is_empty:
        return []
    some = {
        what: list(getattr(plan, what)[:LIMIT])
        for what in (*PEOPLE, *GROUPS, *MEMBERSHIPS)
    }
    pairs = [pair for what in MEMBERSHIPS for pair in some[what]]
    people = {
        **_names(
            directory.users.values_list("external_id", "display_name"),
            {*some["gone_people"], *(person for person, _ in pairs)},
        ),
        **{one.id: one.display_name for one in some["new_people"]},
    }
    groups = {
        **_names(
            directory.groups.values_list("external_id", "name"),
            {*some["gone_groups"], *(group for _, group in pairs)},
        ),
        **{one.id: one.name for one in some["new_groups"]},
    }
    lines: list[dict[str, str]] = []
    for what in PEOPLE:
        lines += [_line(what, one, people) for one in some[what]]
    for what in GROUPS:
        lines += [_line(what, one, groups) for one in some[what]]
    for line in lines:
        before = plan.names.get(line["id"], "")
        if line["what"] == "changed_groups" and before != line["name"]:
            line["former"] = before
    for what in MEMBERSHIPS:
        for person, group in some[what]:
            of = {"group_id": group, "group": groups.get(group, "")}
            lines.append(_line(what, person, people) | of)
    return lines


def _names(rows: Any, ids: Iterable[str]) -> dict[str, str]:
    return dict(rows.filter(external_id__in=list(ids)))


def _line(what: str, one: Any, names: Mapping[str, str]) -> dict[str, str]:
    if isinstance(one, str):
        return {"what": what, "id": one, "name": names.get(one, "")}
    name = one.display_name if what in PEOPLE else one.name
    return {"what": what, "id": one.id, "name": name}
