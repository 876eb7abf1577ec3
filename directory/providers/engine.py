"""Walks a provider's declaration: every listing, page by page, and into what it lists.

Yields one Batch for each page. Ends with an error, or with everything read: whoever
gets to the end of the iteration holds a complete enumeration.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from directory.exceptions import PageFailedError
from directory.providers.base import (
    Answer,
    Client,
    Context,
    Item,
    Kept,
    Listing,
    Options,
    Provider,
)
from directory.providers.base import Request as PageRequest
from directory.providers.keeping import Known
from directory.providers.reading import UnreadableError, at, shown
from directory.providers.records import Batch, Edge, Problem, Record

TITLES = (
    *("displayName", "profile.name", "name", "full_name"),
    *("login", "GroupName", "id"),
)
ID_KEYS = ("id", "user_id", "userId", "Username", "name")


@dataclass(slots=True)
class _Walk:
    """Where a run is: how many pages it read, and how many listings are ahead."""

    provider: Provider
    options: Options
    client: Client
    known: Known
    number: int = 0
    ahead: int = 0
    done: int = 0
    queue: list[tuple[str, Item]] = field(default_factory=list)
    entered: set[tuple[str, str]] = field(default_factory=set)

    def enter(self, name: str, item: Any) -> bool:
        """Note that a listing is walked for an object; false when it was already."""
        mark = (name, _id_of(item))
        is_new = mark not in self.entered or not mark[1]
        self.entered.add(mark)
        return is_new

    def expected(self) -> int:
        """Return how many pages there will be, from how many a listing took so far."""
        if not self.done:
            return 0
        return self.number + round(self.number / self.done * len(self.queue))


def enumerate_all(
    provider: Provider, options: Options, client: Client, kept: Kept | None = None
) -> Iterator[Batch]:
    """Yield every page that a provider has.

    With `kept`, who is in a group is told from there where the provider says that it
    has not changed. People and groups are always read in full: nobody tells of those
    who are gone.

    Raises:
        ProviderError: a page failed; what was yielded so far is not complete.
    """
    walk = _Walk(provider, options, client, Known(provider, kept))
    for page in walk.known.ask(provider.address(options), client):
        walk.number += 1
        yield Batch(page=page, number=walk.number, expected=0, records=())
    for name in provider.roots:
        starts = provider.listing(name).starts
        parents = list(starts(options)) if starts else [{}]
        walk.queue += [(name, parent) for parent in parents]
    walk.queue.reverse()
    while walk.queue:
        name, parent = walk.queue.pop()
        listing, context = provider.listing(name), Context(options, parent)
        edges = walk.known.find(parent) if listing.is_kept else None
        if edges is None:
            yield from _pages(walk, listing, context)
        else:
            yield _as_before(walk, listing, context, edges)
        walk.done += 1


def _as_before(
    walk: _Walk, listing: Listing, context: Context, edges: Sequence[Edge]
) -> Batch:
    return Batch(
        page=f"{_title(listing, context)}, as before",
        number=walk.number,
        expected=walk.expected(),
        records=tuple(edges),
    )


def _pages(walk: _Walk, listing: Listing, context: Context) -> Iterator[Batch]:
    request: PageRequest | None = listing.paging.first(
        PageRequest(
            url=_url(walk, listing, context),
            method="POST" if listing.body else "GET",
            params={
                name: _filled(value, context, is_quoted=False)
                for name, value in listing.params.items()
            },
            headers=listing.headers,
            body=listing.body(context) if listing.body else None,
        )
    )
    title = _title(listing, context)
    asked: set[str] = set()
    before: Sequence[Any] = ()
    below: list[tuple[str, Item]] = []
    told: list[Record] = []
    while request is not None:
        page = f"{title}, page {len(asked) + 1}"
        answer = walk.client.fetch(request, page=page)
        items = _items(listing, answer.body, page)
        if items and items == before:
            raise PageFailedError(f"{page}: the same page came twice", page=page)
        spread = list(_spread(listing, items, context))
        below += [
            (name, item)
            for item in spread
            if isinstance(item, Mapping) and listing.each and listing.wants(item)
            for name in listing.each
            if walk.enter(name, item)
        ]
        asked.add(repr(request))
        before = items
        request = _following(listing, request, answer, items, page)
        if repr(request) in asked:
            raise PageFailedError(f"{page}: the pages lead in a circle", page=page)
        walk.number += 1
        records = tuple(_records(listing, spread, context))
        told += records if listing.is_kept else ()
        yield Batch(
            page=page, number=walk.number, expected=walk.expected(), records=records
        )
    if listing.is_kept:
        walk.known.put(context.parent, told)
    walk.queue += reversed(below)


def _following(
    listing: Listing,
    request: PageRequest,
    answer: Answer,
    items: Sequence[Any],
    page: str,
) -> PageRequest | None:
    try:
        return listing.paging.more(request, answer, items)
    except UnreadableError as error:
        raise PageFailedError(f"{page}: {error}", page=page) from error


def _items(listing: Listing, body: Any, page: str) -> Sequence[Any]:
    reason = listing.refuses(body) if listing.refuses else ""
    if reason:
        raise PageFailedError(f"{page}: {reason}", page=page)
    found = listing.items
    items = at(body, found) if isinstance(found, str) else found(body)
    if items is None and listing.is_empty and isinstance(body, Mapping):
        items = [] if listing.is_empty(body) else None
    if not isinstance(items, list):
        raise PageFailedError(f"{page}: the list is not where it should be", page=page)
    return items


def _spread(listing: Listing, items: Sequence[Any], context: Context) -> Iterator[Any]:
    for item in items:
        if listing.spread is not None and isinstance(item, Mapping):
            yield from listing.spread(item, context)
        else:
            yield item


def _records(
    listing: Listing, items: Sequence[Any], context: Context
) -> Iterator[Record]:
    for item in items:
        try:
            if not isinstance(item, Mapping):
                raise UnreadableError("an entry is no object")  # noqa: TRY301
            yield from list(listing.read(item, context))
        except UnreadableError as error:
            yield Problem(kind=listing.kind, text=str(error), id=_id_of(item))


def _id_of(item: Any) -> str:
    for name in ID_KEYS:
        value = item.get(name) if isinstance(item, Mapping) else None
        if isinstance(value, str | int) and value:
            return shown(value)
    return ""


def _title(listing: Listing, context: Context) -> str:
    for name in TITLES:
        value = at(context.parent, name)
        if isinstance(value, str | int):
            return f"{listing.name} of {shown(value)}"
    return listing.name


def _url(walk: _Walk, listing: Listing, context: Context) -> str:
    path = _filled(listing.path, context, is_quoted=True)
    return walk.provider.address(walk.options).rstrip("/") + path


def _filled(template: str, context: Context, *, is_quoted: bool) -> str:
    """Fill `{key}` in, from the parent and then from the options."""
    if "{" not in template:
        return template
    values = {**context.options, **_plain(context.parent)}
    if is_quoted:
        values = {name: quote(value, safe="") for name, value in values.items()}
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    return template


def _plain(parent: Item) -> dict[str, str]:
    return {
        name: str(value)
        for name, value in parent.items()
        if isinstance(value, str | int)
    }
