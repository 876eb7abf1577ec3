"""Reads of external data: sources, what their records have, the record of a request."""

import ipaddress
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from console.core.actor import Actor
from directory.models import ExternalDataSource
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission


@dataclass(frozen=True, slots=True)
class RecordField:
    """A field that records of a type have, as the last reading found it.

    `type` is `text`, `number`, `boolean`, `date` (text that is an ISO date or time),
    `list`, `object` (which the criterion `record` can't look into) or `mixed`.
    `example` is a value as people write it, "" for those who may not see records.
    """

    name: str
    type: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class RecordType:
    """A type of records that policies may ask for, with what it is found by."""

    name: str
    foreign_key: str
    fields: tuple[RecordField, ...]


def list_record_types(actor: Actor) -> list[RecordType]:
    """Return the types of records with their fields, by name, for authors of policies.

    For `record` criteria: `type` is the name of a type, `field` that of a field. None
    for those who may not look at policies anywhere. Examples are values of records,
    which only admins of the root see.
    """
    if not access.can_anywhere(actor, Permission.POLICY_VIEW):
        return []
    may_look = namespace_selectors.holds_on_root(actor, Permission.DIRECTORY_EDIT)
    return [
        RecordType(
            source.record_type,
            source.foreign_key,
            tuple(
                RecordField(
                    one["name"], one["type"], one["example"] if may_look else ""
                )
                for one in source.fields
            ),
        )
        for source in ExternalDataSource.objects.order_by("record_type")
    ]


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

    The networks around an address are few, and looked up in an index.
    """
    exact = find_record(source, address)
    if exact is not None:
        return exact
    around = _networks_around(address)
    rows = source.records.filter(network__in=around)
    found = dict(rows.values_list("network", "data"))
    return next((found[one] for one in around if one in found), None)


def _networks_around(address: str) -> list[str]:
    """Return every network that an address is in, the smallest first."""
    try:
        wanted = ipaddress.ip_address(address)
    except ValueError:
        return []
    if isinstance(wanted, ipaddress.IPv6Address) and wanted.ipv4_mapped:
        wanted = wanted.ipv4_mapped
    return [
        str(ipaddress.ip_network((wanted, length), strict=False))
        for length in range(wanted.max_prefixlen, -1, -1)
    ]
