"""Networks, found by an address inside: the smallest one wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.language.networks import parse_address, parse_network

if TYPE_CHECKING:
    from collections.abc import Iterable


class NetworkIndex:
    """Texts by network. A look-up takes one step for each length of prefix in use."""

    __slots__ = ("_tables",)

    def __init__(self, networks: Iterable[tuple[str, str]] = ()) -> None:
        """Index texts by networks in CIDR notation; what is none is left out."""
        tables: dict[tuple[int, int], dict[int, str]] = {}
        for cidr, text in networks:
            network = parse_network(cidr)
            if network is not None:
                table = tables.setdefault((network.version, network.prefixlen), {})
                bits = network.max_prefixlen - network.prefixlen
                table.setdefault(int(network[0]) >> bits, text)
        self._tables = {
            version: [
                (length, tables[version, length])
                for known, length in sorted(tables, reverse=True)
                if known == version
            ]
            for version in (4, 6)
        }

    def find(self, address: str) -> str | None:
        """Return the text of the smallest network around an address."""
        wanted = parse_address(address)
        if wanted is None:
            return None
        number, bits = int(wanted), wanted.max_prefixlen
        for length, table in self._tables[wanted.version]:
            found = table.get(number >> (bits - length))
            if found is not None:
                return found
        return None
