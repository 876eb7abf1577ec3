"""Whom the demo's sign-in page offers: one button each, with what they may do."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from directory import selectors as directory_selectors
from namespaces import selectors as namespace_selectors
from namespaces.roles import ROLE_BY_CODE

WITH_A_GROUPS_ROLE = 2
WITHOUT_ANY = 1


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person of the demo, and a few words on their roles."""

    id: UUID
    name: str
    email: str
    roles: str
    rank: int


def list_people() -> list[DemoPerson]:
    """Return who holds roles by name, strongest first, and a few who do not."""
    people = list(directory_selectors.list_demo_people())
    direct: dict[UUID, list[tuple[int, str]]] = {}
    by_group: dict[UUID, tuple[int, str]] = {}
    for binding in namespace_selectors.list_all_bindings():
        role = ROLE_BY_CODE[binding.permission.codename]
        words = (
            role.rank,
            gettext("%(name)s of %(content_object)s")
            % {"name": role.name, "content_object": binding.content_object.name},
        )
        if binding.user_id:
            direct.setdefault(binding.user_id, []).append(words)
        elif binding.group_id:
            by_group[binding.group_id] = words
    members = directory_selectors.map_memberships(by_group)
    return [
        *sorted(
            (_person(one, direct[one.id]) for one in people if one.id in direct),
            key=lambda person: -person.rank,
        ),
        *[
            _person(one, [by_group[group] for group in members[one.id]])
            for one in people
            if one.id in members and one.id not in direct
        ][:WITH_A_GROUPS_ROLE],
        *[
            _person(one, [])
            for one in people
            if one.id not in members and one.id not in direct
        ][:WITHOUT_ANY],
    ]


def _person(user: Any, roles: list[tuple[int, str]]) -> DemoPerson:
    strongest_first = sorted(set(roles), reverse=True)
    return DemoPerson(
        id=user.id,
        name=str(user),
        email=user.email,
        roles=", ".join(words for _, words in strongest_first)
        or gettext("No role yet"),
        rank=strongest_first[0][0] if strongest_first else 0,
    )
