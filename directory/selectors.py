"""Reads of people, groups and records.

The directory belongs to the whole organization: whoever holds `directory:view`
anywhere may look people and groups up by name, because roles and policies are
written in them.
"""

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from console.core import audit
from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from directory.models import Directory, ExternalDataSource, Group, User
from namespaces import access
from namespaces.permissions import Permission

MAX_FAILURES = 10
FAILURE_WINDOW = timedelta(minutes=15)


def list_people(actor: Actor) -> QuerySet[User]:
    """Return the people of the directory, if the actor may look them up."""
    if not access.can_anywhere(actor, Permission.DIRECTORY_VIEW):
        return User.objects.none()
    return User.objects.select_related("directory")


def list_groups(actor: Actor) -> QuerySet[Group]:
    """Return the groups with `member_count`, if the actor may look them up."""
    if not access.can_anywhere(actor, Permission.DIRECTORY_VIEW):
        return Group.objects.none()
    return Group.objects.annotate(member_count=Count("memberships"))


def search_people(people: QuerySet[User], text: str) -> QuerySet[User]:
    """Keep the people whose name, address or id contains the text."""
    return people.filter(
        Q(display_name__icontains=text)
        | Q(email__icontains=text)
        | Q(external_id__icontains=text)
    )


def search_groups(groups: QuerySet[Group], text: str) -> QuerySet[Group]:
    """Keep the groups whose name, address or id contains the text."""
    return groups.filter(
        Q(name__icontains=text)
        | Q(email__icontains=text)
        | Q(external_id__icontains=text)
    )


def get_person(person_id: UUID | str, *, actor: Actor) -> User:
    """Return a person.

    Raises:
        NotFoundError: there is no such person, or the actor may not look people up.
    """
    person = list_people(actor).filter(pk=person_id).first()
    if person is None:
        raise NotFoundError("there is no such person, or you may not see them")
    return person


def get_group(group_id: UUID | str, *, actor: Actor) -> Group:
    """Return a group.

    Raises:
        NotFoundError: there is no such group, or the actor may not look groups up.
    """
    group = list_groups(actor).filter(pk=group_id).first()
    if group is None:
        raise NotFoundError("there is no such group, or you may not see it")
    return group


def list_groups_of(person: User) -> QuerySet[Group]:
    """Return the groups that a person is in."""
    return Group.objects.filter(memberships__user=person, is_active=True)


def list_members(group: Group) -> QuerySet[User]:
    """Return the people in a group."""
    return User.objects.filter(memberships__group=group)


def name_groups(external_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of groups by the ids that policies hold; unknown ones miss."""
    return dict(
        Group.objects.filter(external_id__in=set(external_ids)).values_list(
            "external_id", "name"
        )
    )


def list_directories() -> QuerySet[Directory]:
    """Return the directories; none configured means group data can't be missing."""
    return Directory.objects.all()


def list_data_sources() -> QuerySet[ExternalDataSource]:
    """Return the external data sources."""
    return ExternalDataSource.objects.all()


def find_record(source: ExternalDataSource, key: str) -> dict[str, Any] | None:
    """Return the record of that id, as policies see it, if there is one."""
    record = source.records.filter(record_id=key).first()
    return record.data if record is not None else None


def find_network_record(
    source: ExternalDataSource, address: str
) -> dict[str, Any] | None:
    """Return the record of an address: by its id, else of the smallest network.

    A record names its network under `$index.cidr`; what is no network counts not.
    """
    exact = find_record(source, address)
    if exact is not None:
        return exact
    try:
        wanted = ipaddress.ip_address(address)
    except ValueError:
        return None
    best: dict[str, Any] | None = None
    longest = -1
    for data in source.records.values_list("data", flat=True).iterator():
        network = _network_of(data)
        if network and network.prefixlen > longest and wanted in network:
            best, longest = data, network.prefixlen
    return best


def _network_of(data: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    index = data.get("$index") if isinstance(data, dict) else None
    text = index.get("cidr") if isinstance(index, dict) else None
    try:
        return ipaddress.ip_network(text, strict=False) if text else None
    except ValueError:
        return None


def count_recent_failures(*, email: str, address: str, now: datetime) -> int:
    """Return the larger count of failed sign-ins, for the account or the network.

    Failures by account count together with the network only, so that nobody can
    lock somebody else out from elsewhere.
    """
    since = now - FAILURE_WINDOW
    return audit.count_events(
        action="person.sign-in-failed",
        target_label=email.casefold(),
        address=address,
        since=since,
    )
