"""People and their devices, for whoever tries policies."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from console.core.actor import Actor
from devices import selectors as device_selectors
from directory import selectors as directory_selectors
from namespaces import access
from namespaces.permissions import Permission

if TYPE_CHECKING:
    from directory.models import User

MAX_PEOPLE = 8


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """A device that a request may be thought to come from."""

    id: UUID
    label: str


def find_people(text: str, *, actor: Actor) -> "list[User]":
    """Return the first eight people with this text, for trying as one of them.

    Raises:
        PermissionDeniedError: the actor may try policies nowhere.
    """
    access.check_can_anywhere(actor, Permission.POLICY_TRY)
    people = directory_selectors.list_people(actor).filter(is_active=True)
    if text:
        people = directory_selectors.search_people(people, text)
    return list(people.order_by("display_name", "pk")[:MAX_PEOPLE])


def find_person(person_id: UUID, *, actor: Actor) -> "User | None":
    """Return one of them, None when there is no such person."""
    access.check_can_anywhere(actor, Permission.POLICY_TRY)
    return directory_selectors.list_people(actor).filter(pk=person_id).first()


def list_devices_of(
    person_id: UUID, *, actor: Actor, now: datetime
) -> list[DeviceChoice]:
    """Return a person's devices with their state.

    Raises:
        PermissionDeniedError: the actor may try policies nowhere.
        NotFoundError: there is no such person, or the actor may not look them up.
    """
    access.check_can_anywhere(actor, Permission.POLICY_TRY)
    person = directory_selectors.get_person(person_id, actor=actor)
    choices = []
    for one in device_selectors.list_credentials_of(person.pk):
        state = device_selectors.state_in_words(one, now=now)
        choices.append(DeviceChoice(one.pk, f"{one} ({one.device_type.name}, {state})"))
    return choices
