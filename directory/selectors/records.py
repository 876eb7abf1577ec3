"""Reads of external data: sources, and the record of a person or an address."""

import ipaddress
from typing import Any

from django.db.models import QuerySet

from directory.models import ExternalDataSource


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
