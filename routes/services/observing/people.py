"""Who holds which role in a namespace: the people behind bindings and groups."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext, ngettext

from console.core.actor import Actor
from console.core.previews import Group, Item
from directory import selectors as directory_selectors
from namespaces import selectors as namespace_selectors
from namespaces.roles import ROLE_BY_CODE, Role
from routes.services.observing.words import by_name, told

if TYPE_CHECKING:
    from namespaces.models import Namespace, RoleBinding

MOST_PEOPLE = 2_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Who may what in a namespace at one moment, as one reader sees it.

    Attributes:
        bindings: the roles that count there: who, and where from.
        people: the strongest role of each person behind them; empty when these are
            too many to be told by name.
    """

    bindings: dict[tuple[str, str, str], Item]
    people: dict[UUID, tuple[str, Role]]


def standing_in(namespace: "Namespace", *, actor: Actor) -> Standing:
    """Return who may what in a namespace now, as far as the actor may know."""
    rows = namespace_selectors.list_live_role_bindings(namespace, actor=actor)
    sizes = directory_selectors.count_members(
        one.group_id for one in rows if one.group_id
    )
    bindings = {_key(one): _item(one, sizes) for one in rows}
    people: dict[UUID, tuple[str, Role]] = {}
    if sum(sizes.values()) <= MOST_PEOPLE:
        members = directory_selectors.list_people_behind(sizes)
        for one in rows:
            role = ROLE_BY_CODE[one.permission.codename]
            behind = members.get(one.group_id, []) if one.group_id else [one.user]
            for person in filter(None, behind):
                held = people.get(person.pk)
                if held is None or held[1].rank < role.rank:
                    people[person.pk] = (str(person), role)
    return Standing(bindings, people)


def tell_standing(before: Standing, after: Standing) -> list[Group]:
    """Return which roles begin and cease to count, and for whom that matters."""
    gained = [after.bindings[key] for key in after.bindings.keys() - before.bindings]
    lost = [before.bindings[key] for key in before.bindings.keys() - after.bindings]
    stronger: list[Item] = []
    weaker: list[Item] = []
    for key in before.people.keys() | after.people.keys():
        name, old = before.people.get(key, ("", None))
        new_name, new = after.people.get(key, ("", None))
        if old == new:
            continue
        rises = old is None or (new is not None and new.rank > old.rank)
        note = f"{old.name if old else 'no role'} → {new.name if new else 'no role'}"
        (stronger if rises else weaker).append(Item(name or new_name, note, str(key)))
    return [
        told("roles_gained", by_name(gained)),
        told("roles_lost", by_name(lost)),
        told("people_gain", by_name(stronger)),
        told("people_lose", by_name(weaker)),
    ]


def _key(one: "RoleBinding") -> tuple[str, str, str]:
    subject = one.user_id or one.group_id or one.service_account_id
    return str(subject), one.permission.codename, str(one.content_object_id)


def _item(one: "RoleBinding", sizes: dict[UUID, int]) -> Item:
    role = ROLE_BY_CODE[one.permission.codename]
    where = {"role": role.name, "namespace": one.content_object.name}
    notes = [gettext("%(role)s, from %(namespace)s") % where]
    if one.group_id:
        size = sizes[one.group_id]
        text = ngettext(
            "%(count)s person behind it", "%(count)s people behind it", size
        )
        notes.append(text % {"count": size})
    if one.expires_at:
        notes.append(gettext("ends %(day)s") % {"day": f"{one.expires_at:%Y-%m-%d}"})
    return Item(str(one.user or one.group or one.service_account), "; ".join(notes))
