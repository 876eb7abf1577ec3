"""Which lists the console has, found among its URLs: for what is kept about lists."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from console.core.generic.listing import Listing
from console.core.generic.pages import ListPage

PLAIN_PARAMETERS = ("q", "sort", "size")
MAX_PARAMETERS = 50


@dataclass(frozen=True, slots=True)
class ListPlace:
    """A list of the console: what it can be asked, and where its page is."""

    listing: Listing[Any]
    url_name: str
    title: str  # in English

    def url(self, query: str = "") -> str:
        """Return the address of the page, narrowed by a query."""
        return f"{reverse(self.url_name)}{'?' if query else ''}{query}"

    def narrowing(self, query: str) -> str:
        """Keep of a query string what says how the list is narrowed and sorted."""
        known = {one.name for one in self.listing.filters} | {*PLAIN_PARAMETERS}
        try:
            pairs = parse_qsl(query.removeprefix("?"), max_num_fields=MAX_PARAMETERS)
        except ValueError:
            return ""
        kept = {name: value.strip() for name, value in pairs if name in known}
        return urlencode({name: value for name, value in kept.items() if value})


@lru_cache
def list_places() -> Mapping[str, ListPlace]:
    """Return the lists that have a page, by the names of their listings."""
    return {
        place.listing.name: place for place in _places(get_resolver().url_patterns, "")
    }


def _places(
    patterns: list[URLPattern | URLResolver], prefix: str
) -> Iterator[ListPlace]:
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{prefix}{one.namespace}:" if one.namespace else prefix
            yield from _places(one.url_patterns, inner)
            continue
        page = getattr(one.callback, "view_class", None)
        if isinstance(page, type) and issubclass(page, ListPage):
            yield ListPlace(page.listing, f"{prefix}{one.name}", page.title)
