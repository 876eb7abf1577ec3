"""Searches of LDAP that a run had read to their end before it was cut off.

The place in a list that is read page by page belongs to the connection and goes with
it, so that a list goes on from its beginning; lists that were whole are told from what
was kept of them.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

from directory.providers.base import Before
from directory.providers.ldap_client import Search
from directory.providers.ldap_members import Pages
from directory.providers.ldap_names import Entry


def resuming(pages: Pages, before: Before) -> Pages:
    """Return what asks for pages, but for lists that were read before."""

    def asked(search: Search, *, title: str) -> Iterator[tuple[str, list[Entry]]]:
        sign = repr(search)
        found = before.find(sign)
        if found is not None:
            for page, entries in found:
                yield page, [_entry(one) for one in entries]
            return
        before.begin(sign)
        for page, listed in pages(search, title=title):
            before.put(sign, [page, [_plain(one) for one in listed]])
            yield page, listed
        before.end(sign)

    return asked


def _plain(entry: Entry) -> list[Any]:
    attributes = {
        name: [b64encode(value).decode() for value in values]
        for name, values in entry.attributes.items()
    }
    return [entry.dn, attributes, entry.server]


def _entry(plain: list[Any]) -> Entry:
    dn, attributes, server = plain
    values = {
        name: [b64decode(one) for one in some] for name, some in attributes.items()
    }
    return Entry(dn, values, server)
