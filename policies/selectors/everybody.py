"""Everybody whom the directory knows, ready for many decisions at once.

Reading and indexing ten thousand people takes about a second, so each process keeps
them until people, groups or devices change. People come with the best of their
devices of each type.
"""

from dataclasses import dataclass
from datetime import datetime
from threading import RLock
from typing import TYPE_CHECKING, Any

from console.core.actor import system
from devices import selectors as device_selectors
from directory import selectors as directory_selectors
from policies.language import Facts, SourceState
from policies.language.facts import ClientCertificate, DirectoryUser, Person, Session
from policies.language.fast import Population, caller_of
from policies.selectors.facts import SESSION_ID, devices_of, directory_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from devices.models import DeviceCredential
    from directory.selectors import KnownPerson
    from policies.language.facts import Device

MAX_ODD = 200  # people who are decided about one by one
READER = system("effect of policies")
MAX_USES = 2_000  # a population remembers each text that it was asked about


@dataclass(slots=True, eq=False)
class Everybody:
    """People and their sets; bit N of a set stands for `people[N]`.

    A directory that was read too long ago is taken for fresh: `is_stale` says so.
    `left_out` counts people who are not looked at, because there are too many, or
    because no directory knows them.
    """

    people: "tuple[KnownPerson, ...]"
    population: Population
    is_stale: bool
    left_out: int
    uses: int = 0

    def of(self, found: int) -> "Iterator[KnownPerson]":
        """Iterate over the people of a set, by name."""
        while found:
            lowest = found & -found
            yield self.people[lowest.bit_length() - 1]
            found ^= lowest

    def first(self, count: int) -> "Everybody":
        """Return the first people by name, as a population of their own."""
        return Everybody(
            self.people[:count],
            Population(self.population.callers[:count]),
            self.is_stale,
            self.left_out + max(0, len(self.people) - count),
        )


# A population remembers the request that it was last asked about, so only one at a
# time may ask it.
lock = RLock()
_kept: dict[str, tuple[Any, Everybody]] = {}


def everybody(*, now: datetime) -> Everybody:
    """Return all active people, as they are now; hold `lock` while asking of them."""
    with lock:
        state = (
            directory_selectors.state_of_everybody(),
            _state_of_devices(now),
        )
        key, found = _kept.get("everybody", (None, None))
        if found is None or key != state or found.uses >= MAX_USES:
            found = _read(now)
            _kept["everybody"] = state, found
        found.uses += 1
        return found


def _read(now: datetime) -> Everybody:
    directories = list(directory_selectors.list_directories())
    people = directory_selectors.list_everybody()
    left_out = directory_selectors.count_everybody() - len(people)
    known = [one for one in people if one.directory_id or not directories]
    strange = [one for one in people if one.directory_id is None and directories]
    left_out += max(0, len(strange) - MAX_ODD)
    shown = sorted([*known, *strange[:MAX_ODD]], key=lambda one: (one.name, one.id.hex))
    credentials = _credentials_by_person(now)
    source = SourceState.FRESH if directories else SourceState.NOT_CONFIGURED
    callers = []
    for one in shown:
        devices = devices_of(credentials.get(one.id, ()), now=now)
        callers.append(caller_of(_facts(one, source, devices)))
    return Everybody(
        tuple(shown),
        Population(callers),
        is_stale=any(
            directory_state(one.pk, directories, now).is_missing for one in directories
        ),
        left_out=left_out,
    )


def _credentials_by_person(now: datetime) -> "dict[UUID, list[DeviceCredential]]":
    """Return everybody's credentials, the best first: those that are approved."""
    rows = device_selectors.list_devices(READER).defer(
        "attestation_object", "public_key", "attestation"
    )
    found: dict[UUID, list[DeviceCredential]] = {}
    for one in rows.order_by("created_at", "id"):
        found.setdefault(one.user_id, []).append(one)
    for credentials in found.values():
        credentials.sort(key=lambda one: not _is_approved(one, now))
    return found


def _is_approved(credential: "DeviceCredential", now: datetime) -> bool:
    enrollment = getattr(credential, "enrollment", None)
    return enrollment is not None and device_selectors.is_approved(enrollment, now=now)


def _state_of_devices(now: datetime) -> tuple[Any, ...]:
    """Return what is another value once a device was added, decided on, or expired."""
    rows = device_selectors.list_devices(READER).order_by()
    latest = rows.filter(enrollment__isnull=False).order_by("-enrollment__modified_at")
    return (
        rows.count(),
        latest.values_list("pk", "enrollment__modified_at").first(),
        rows.filter(enrollment__expires_at__lte=now).count(),
    )


def _facts(
    one: "KnownPerson", source: SourceState, devices: "Mapping[str, Device]"
) -> Facts:
    is_known = one.directory_id is not None
    return Facts(
        session=Session(id=SESSION_ID, user_id=one.external_id),
        person=Person(id=one.external_id, email=one.email, claims=one.claims),
        directory_user=DirectoryUser(email=one.email, group_ids=one.group_ids)
        if is_known
        else None,
        directory=source,
        devices=devices,
        certificate=ClientCertificate(),
    )


def forget_everybody() -> None:
    """Read people anew the next time."""
    with lock:
        _kept.clear()
