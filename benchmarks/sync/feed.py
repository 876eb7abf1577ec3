"""A provider of 100,000 people in 10,000 groups, ten each, told page by page."""

import time
from collections.abc import Callable, Iterator

from benchmarks.sync.size import EACH, GROUPS, PEOPLE
from directory.providers.base import Before, Kept, Limits, Options
from directory.providers.records import Batch, Edge, Group, Person, Record

PAGE = 1_000
PERCENT = 100


class Feed:
    """Tells the organization as it is after `version` changes of 1 % each.

    A change gives its people another name and one other group. `seconds` is the time
    that telling took, `cpu` those of the processor: not the reader's.
    """

    def __init__(self, version: int) -> None:
        self.version = version
        self.seconds = self.cpu = 0.0

    def __call__(
        self,
        options: Options,
        *,
        limits: Limits,
        sleep: Callable[[float], None],
        kept: Kept | None = None,
        before: Before | None = None,
    ) -> Iterator[Batch]:
        """Yield the pages, as a provider does."""
        return self.pages()

    def pages(self) -> Iterator[Batch]:
        """Yield the pages."""
        number = 0
        for listing in (self._people(), self._groups(), self._members()):
            while True:
                started, spent = time.perf_counter(), time.process_time()
                records = tuple(next(listing, ()))
                self.seconds += time.perf_counter() - started
                self.cpu += time.process_time() - spent
                if not records:
                    break
                number += 1
                yield Batch(
                    page=f"page {number}", number=number, expected=0, records=records
                )

    def _is_changed(self, person: int) -> bool:
        return person % PERCENT < self.version

    def _people(self) -> Iterator[list[Record]]:
        for start in range(0, PEOPLE, PAGE):
            yield [
                Person(
                    id=f"00u{number:012d}",
                    email=f"person.{number}@example.com",
                    name=f"Person {number}{' II' * self._is_changed(number)}",
                    claims={"department": [f"Department {number % 50}"]},
                )
                for number in range(start, start + PAGE)
            ]

    def _groups(self) -> Iterator[list[Record]]:
        for start in range(0, GROUPS, PAGE):
            yield [
                Group(id=f"00g{number:012d}", name=f"Group {number}")
                for number in range(start, start + PAGE)
            ]

    def _members(self) -> Iterator[list[Record]]:
        """Person p is in the groups p, p + 1,009, p + 2,018, … round and round."""
        page: list[Record] = []
        for group in range(GROUPS):
            key = f"00g{group:012d}"
            for at in range(EACH):
                first = (group - at * 1_009) % GROUPS
                page += [
                    Edge(key, f"00u{person:012d}")
                    for person in range(first, PEOPLE, GROUPS)
                    if at or not self._is_changed(person)
                ]
            # The one other group of who changed: the next after their own.
            page += [
                Edge(key, f"00u{person:012d}")
                for person in range((group - 1) % GROUPS, PEOPLE, GROUPS)
                if self._is_changed(person)
            ]
            if len(page) >= PAGE:
                yield page
                page = []
        if page:
            yield page
