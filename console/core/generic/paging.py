"""A list as its template draws it: rows of one page, columns, filters, links."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.generic.listing import Filter, Listing

PAGE_SIZES = (25, 50, 100)
DEFAULT_PAGE_SIZE = 50


class CountedPaginator(Paginator):  # type: ignore[type-arg] # not when it runs
    """Pages of rows of which somebody else knows how many there are."""

    def __init__(
        self,
        rows: Any,
        per_page: int,
        count: Callable[[], int],
        *,
        most: int | None = None,
    ) -> None:
        super().__init__(rows, per_page)
        self._count = count
        self._most = most

    @cached_property
    def count(self) -> int:
        """How many rows all pages hold together."""
        return self._count()

    @property
    def count_in_words(self) -> str:
        """The same for people: more than `most` were not counted."""
        if self._most is not None and self.count > self._most:
            return gettext("more than %(most)s") % {"most": f"{self._most:,}"}
        return str(self.count)


@dataclass(frozen=True, slots=True)
class ColumnHeading:
    """A column as components/table.html takes it; `sort` is its `?sort=` key."""

    label: str
    sort: str
    align: str
    hide: str
    note: str


@dataclass(frozen=True, slots=True)
class FilterState:
    """A filter's control: its choices, and which one is chosen."""

    name: str
    label: str
    value: str
    control: str
    options: Sequence[tuple[str, str]]
    said: str = ""

    @property
    def value_label(self) -> str:
        """The label of the chosen value."""
        return self.said or dict(self.options).get(self.value, self.value)


@dataclass(frozen=True, slots=True)
class ListState:
    """Everything that a list's template shows; `name` is the listing's."""

    name: str
    page: Page[Any]
    columns: Sequence[ColumnHeading]
    filters: Sequence[FilterState]
    query: str
    sort: str
    size: int
    params: QueryDict = field(repr=False)

    @property
    def rows(self) -> Sequence[Any]:
        """The rows of this page."""
        return list(self.page.object_list)

    @property
    def sizes(self) -> Sequence[int]:
        """How many rows a page may hold."""
        return PAGE_SIZES

    @property
    def chips(self) -> list[dict[str, str]]:
        """The filters in force, each with the link that takes it away."""
        return [
            {
                "label": f"{one.label}: {one.value_label}",
                "remove_url": link(self.params, page="", **{one.name: ""}),
            }
            for one in self.filters
            if one.value and one.control
        ]

    @property
    def total(self) -> int:
        """How many rows all pages hold together."""
        return self.page.paginator.count

    @property
    def is_filtered(self) -> bool:
        """Something narrows the list, so that "no rows" doesn't mean "none yet"."""
        return bool(self.query or any(one.value for one in self.filters))

    @property
    def query_string(self) -> str:
        """The parameters without the page, for links such as the export's."""
        return link(self.params, page="")

    @property
    def next_url(self) -> str:
        """Link to the next page, "" on the last one."""
        return self._page_url(self.page.number + 1)

    @property
    def previous_url(self) -> str:
        """Link to the page before, "" on the first one."""
        return self._page_url(self.page.number - 1)

    @property
    def clear_url(self) -> str:
        """Link to the list without text and filters."""
        names = {one.name: "" for one in self.filters if one.name != "namespace"}
        return link(self.params, q="", page="", **names)

    def _page_url(self, number: int) -> str:
        if not 1 <= number <= self.page.paginator.num_pages:
            return ""
        return link(self.params, page=str(number))


def link(params: QueryDict, **changes: str) -> str:
    """Return `?…` with some parameters changed, "" takes one away."""
    copy = params.copy()
    for name, value in changes.items():
        if value:
            copy[name] = value
        else:
            copy.pop(name, None)
    return f"?{copy.urlencode()}"


def list_state(
    request: HttpRequest, listing: Listing[Any], *, actor: Actor
) -> ListState:
    """Select the rows that the request asks for, and cut the page out of them.

    A page number that is no number, or too large, gives the nearest page.
    """
    params = request.GET
    size = params.get("size", "")
    per_page = int(size) if size in map(str, PAGE_SIZES) else DEFAULT_PAGE_SIZE
    asked = params.dict()
    rows = listing.select(asked, actor)
    pages = CountedPaginator(
        rows,
        per_page,
        partial(listing.count_for_page, rows, asked, actor),
        most=listing.most_counted,
    )
    sort = params.get("sort") or listing.default_sort
    return ListState(
        name=listing.name,
        page=pages.get_page(params.get("page")),
        columns=[
            ColumnHeading(
                label=gettext(column.label) if column.label else "",
                sort=column.name if column.order_by else "",
                align=column.align,
                hide=column.hide,
                note=gettext(column.note) if column.note else "",
            )
            for column in listing.columns
            if column.is_shown
        ],
        filters=[_filter_state(one, params, actor) for one in listing.filters],
        query=params.get("q", "").strip(),
        sort=sort,
        size=per_page,
        params=params,
    )


def _filter_state(one: Filter[Any], params: QueryDict, actor: Actor) -> FilterState:
    value = params.get(one.name, "").strip()
    said = one.says(value, actor) if one.says and value else ""
    return FilterState(
        name=one.name,
        label=gettext(one.label),
        value=value,
        control="select" if one.choices else one.control or ("hidden" if said else ""),
        options=[(code, str(text)) for code, text in one.choices(actor)]
        if one.choices
        else [],
        said=said,
    )
