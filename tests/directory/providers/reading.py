"""Reading a whole fake, quickly, and what it told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from directory.providers import BY_CODE, open_client
from directory.providers.base import Limits
from directory.providers.engine import enumerate_all
from directory.providers.records import Batch, Edge, Group, Person, Problem
from tests.directory.providers.fakes.server import Fake

QUICK = Limits()


def read(fake: Fake, **more: Any) -> list[Batch]:
    """Return every page of a fake; waits are not waited."""
    provider = BY_CODE[fake.code]
    options = provider.with_defaults(fake.options)
    quick = {"limits": QUICK, "sleep": lambda _: None}
    with open_client(provider, options, **quick | more) as client:
        return list(enumerate_all(provider, options, client))


def told(batches: list[Batch]) -> tuple[list[Person], list[Group], list[Edge]]:
    """Return people, groups and edges; fails on a problem."""
    people: list[Person] = []
    groups: list[Group] = []
    edges: list[Edge] = []
    for batch in batches:
        for record in batch.records:
            assert not isinstance(record, Problem), record
            if isinstance(record, Person):
                people.append(record)
            elif isinstance(record, Group):
                groups.append(record)
            else:
                edges.append(record)
    return people, groups, edges


class Memory:
    """Keeps members of groups, as a directory does in its rows."""

    since = ""

    def __init__(self) -> None:
        self.found: dict[str, tuple[str, Sequence[Edge]]] = {}

    def find(
        self, group_id: str, *, changed_at: datetime | None, mark: str = ""
    ) -> Sequence[Edge] | None:
        """Return who was in a group when it had this mark."""
        before, edges = self.found.get(group_id, ("", ()))
        return edges if before == (mark or str(changed_at)) else None

    def put(
        self,
        group_id: str,
        edges: Sequence[Edge],
        *,
        changed_at: datetime | None,
        mark: str = "",
    ) -> None:
        """Keep who is in a group."""
        self.found[group_id] = mark or str(changed_at), edges

    def go_on_from(self, mark: str) -> None:
        """Keep nothing: nothing is asked since a moment."""
