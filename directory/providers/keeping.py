"""What need not be read again: who is in a group that has not changed since. Pure.

A provider tells it in one of two ways: each group carries the moment of its last
change, or one asks which groups have changed. Either way only the lists of members are
spared: people and groups are read in full, for nobody tells reliably of those who are
gone.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from directory.exceptions import ExpiredMarkError, PageFailedError
from directory.providers.base import Changes, Client, Item, Kept, Provider, Request
from directory.providers.reading import UnreadableError, at, key
from directory.providers.records import Edge, Record

TITLE = "changes of groups"


class Known:
    """What is known of members in one run."""

    def __init__(self, provider: Provider, kept: Kept | None) -> None:
        self._provider, self._kept = provider, kept
        self._changed: set[str] | None = None  # None: it may be all of them

    def ask(self, address: str, client: Client) -> Iterator[str]:
        """Ask which groups have changed; yield the name of each page.

        Where the provider has forgotten since when, all groups are read anew. The
        moment from which the next run asks lies before this run reads any group.

        Raises:
            ProviderError: a page failed.
        """
        changes = self._provider.changes
        if self._kept is None or changes is None:
            return
        if self._kept.since:
            try:
                yield from self._walk(changes, Request(url=self._kept.since), client)
            except ExpiredMarkError:
                self._changed = None
            else:
                return
        start = Request(
            url=address.rstrip("/") + changes.path, params=dict(changes.start)
        )
        yield from self._walk(changes, start, client)
        self._changed = None

    def _walk(self, changes: Changes, first: Request, client: Client) -> Iterator[str]:
        found: set[str] = set()
        request, number, asked = first, 1, set[str]()
        while True:
            page = f"{TITLE}, page {number}"
            body = client.fetch(request, page=page).body
            found |= _ids(body, changes, page)
            asked.add(request.url)
            following, mark = at(body, changes.following), at(body, changes.mark)
            yield page
            if isinstance(mark, str) and mark and not following:
                break
            if not isinstance(following, str) or following in asked:
                text = f"{page}: it leads neither on nor to an end"
                raise PageFailedError(text, page=page)
            request, number = Request(url=following), number + 1
        self._changed = found
        if self._kept is not None:
            self._kept.go_on_from(mark)

    def find(self, group: Item) -> Sequence[Edge] | None:
        """Return who is in a group; None when it has to be read."""
        group_id = _id(group)
        if self._kept is None or not group_id:
            return None
        if self._provider.changed_at is not None:
            moment = self._provider.changed_at(group)
            if moment is None:
                return None
            return self._kept.find(group_id, changed_at=moment)
        if self._changed is None or group_id in self._changed:
            return None
        return self._kept.find(group_id, changed_at=None)

    def put(self, group: Item, told: Sequence[Record]) -> None:
        """Keep who is in a group, unless something of it could not be read."""
        group_id = _id(group)
        edges = [one for one in told if isinstance(one, Edge)]
        if self._kept is None or not group_id or len(edges) != len(told):
            return
        told_by = self._provider.changed_at
        moment = told_by(group) if told_by is not None else None
        if moment is not None or told_by is None:
            self._kept.put(group_id, edges, changed_at=moment)


def _id(group: Item) -> str:
    try:
        return key(group)
    except UnreadableError:
        return ""


def _ids(body: Any, changes: Changes, page: str) -> set[str]:
    items = at(body, changes.items)
    try:
        return {key(one) for one in items}
    except (TypeError, UnreadableError) as error:
        text = f"{page}: the list is not as it should be"
        raise PageFailedError(text, page=page) from error
