"""Who may what in a namespace, by name and behind groups."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from console.core.actor import Actor
from directory.models import User
from directory.selectors.people import count_members, list_people_behind
from namespaces import selectors as namespace_selectors
from namespaces.roles import ROLE_BY_CODE, Role

if TYPE_CHECKING:
    from uuid import UUID

    from namespaces.models import Namespace


@dataclass(frozen=True, slots=True)
class EffectivePerson:
    """Somebody who holds a role in a namespace, by however many ways.

    `ways` say where each comes from, the deciding one first.
    """

    person: User
    role: Role
    ways: tuple[str, ...]


def list_effective_people(
    namespace: "Namespace", *, actor: Actor, limit: int
) -> list[EffectivePerson] | None:
    """Return who may what in a namespace: people by name and behind groups.

    By the strongest role of each, as far as the actor sees the bindings; None when
    more than `limit` memberships would have to be read.
    """
    bindings = namespace_selectors.list_live_role_bindings(namespace, actor=actor)
    sizes = count_members(one.group_id for one in bindings if one.group_id)
    if sum(sizes.values()) > limit:
        return None
    members = list_people_behind(sizes)
    held: dict[UUID, list[tuple[int, str, User, Role]]] = {}
    for one in bindings:
        role = ROLE_BY_CODE[one.permission.codename]
        where = {"role": role.name, "namespace": one.content_object.name}
        way = gettext("%(role)s of %(namespace)s") % where
        if one.group_id:
            way = gettext("%(way)s, by %(group)s") % {"way": way, "group": one.group}
        behind = members.get(one.group_id, []) if one.group_id else [one.user]
        for person in behind:
            if person is not None and person.is_active:
                entry = (-role.rank, way, person, role)
                held.setdefault(person.pk, []).append(entry)
    found = []
    for ways in held.values():
        ways.sort(key=lambda entry: entry[:2])
        _, _, person, role = ways[0]
        found.append(EffectivePerson(person, role, tuple(way for _, way, *_ in ways)))
    return sorted(found, key=lambda one: (-one.role.rank, str(one.person).casefold()))
