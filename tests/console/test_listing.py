"""What a list can be asked, and how its CSV leaves the house."""

from typing import Any

import pytest
from django.db.models import QuerySet
from django.http import QueryDict
from django.test import RequestFactory

from console.core.actor import Actor, system
from console.core.exceptions import ValidationFailedError
from console.core.generic import paging
from console.core.generic.export import csv_lines, neutralize
from console.core.generic.listing import Column, Filter, Listing
from console.core.generic.paging import link, list_state
from console.core.models import OutboxEntry
from tests.factories import NOW


class Entries(Listing[OutboxEntry]):
    name = "entries"
    columns = (
        Column(
            name="topic",
            label="Topic",
            value=lambda row: row.topic,
            order_by=("topic",),
        ),
        Column(name="newest", label="Id", value=lambda row: row.pk, order_by=("-id",)),
        Column(
            name="payload",
            label="Payload",
            value=lambda row: row.payload,
            is_shown=False,
        ),
    )
    filters = (
        Filter(
            name="topic",
            label="Topic",
            apply=lambda rows, text, _: rows.filter(topic=text),
            choices=lambda _: [("a", "Letter A")],
        ),
    )
    default_sort = "topic"

    def rows(self, actor: Actor) -> QuerySet[OutboxEntry]:
        return OutboxEntry.objects.exclude(topic="namespaces")

    def search(self, rows: QuerySet[OutboxEntry], text: str) -> QuerySet[OutboxEntry]:
        return rows.filter(topic__contains=text)


@pytest.fixture
def entries(db: None) -> list[OutboxEntry]:
    return [
        OutboxEntry.objects.create(
            topic=topic, payload={}, audit_sequence=0, created_at=NOW
        )
        for topic in ("a", "b", "ab", "a")
    ]


def select(**params: str) -> list[str]:
    return [row.topic for row in Entries().select(params, system("test"))]


def state_of(query: str) -> Any:
    request = RequestFactory().get(f"/?{query}")
    return list_state(request, Entries(), actor=system("test"))


@pytest.mark.usefixtures("entries")
class TestSelect:
    def test_sorts_by_the_default_and_in_reverse(self) -> None:
        assert select() == ["a", "a", "ab", "b"]
        assert select(sort="-topic") == ["b", "ab", "a", "a"]

    def test_reverses_fields_that_are_reversed_already(self) -> None:
        assert select(sort="newest") == ["a", "ab", "b", "a"]
        assert select(sort="-newest") == ["a", "b", "ab", "a"]

    def test_filters_and_searches_together(self) -> None:
        assert select(topic="a", q="a") == ["a", "a"]
        assert select(q="b") == ["ab", "b"]

    @pytest.mark.parametrize("sort", ["nothing", "payload", "--topic", "topic,id"])
    def test_refuses_an_order_that_it_does_not_offer(self, sort: str) -> None:
        with pytest.raises(ValidationFailedError) as caught:
            select(sort=sort)

        assert caught.value.fields == {"sort": ["one of topic, newest"]}

    @pytest.mark.parametrize("text", ["x" * 201, "a\0b"])
    def test_refuses_texts_that_no_database_should_see(self, text: str) -> None:
        with pytest.raises(ValidationFailedError):
            select(q=text)


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize(
    ("most", "words", "pages"), [(2, "more than 2", 2), (4, "4", 2), (None, "4", 2)]
)
def test_a_long_list_is_counted_up_to_a_number_only(
    monkeypatch: pytest.MonkeyPatch, most: int | None, words: str, pages: int
) -> None:
    monkeypatch.setattr(paging, "PAGE_SIZES", (2,))
    monkeypatch.setattr(Entries, "most_counted", most)

    paginator = state_of("size=2").page.paginator

    assert paginator.count_in_words == words
    assert paginator.num_pages == pages


@pytest.mark.usefixtures("entries")
class TestListState:
    def test_says_what_narrows_it(self) -> None:
        assert not state_of("").is_filtered
        assert state_of("q=a").is_filtered
        assert state_of("topic=a").filters[0].value_label == "Letter A"

    def test_heads_the_columns_that_the_page_shows(self) -> None:
        topic, newest = state_of("").columns

        assert (topic.label, topic.sort) == ("Topic", "topic")
        assert (newest.label, newest.sort) == ("Id", "newest")

    def test_offers_to_take_each_filter_away(self) -> None:
        assert state_of("topic=a&q=b&page=2").chips == [
            {"label": "Topic: Letter A", "remove_url": "?q=b"}
        ]

    @pytest.mark.parametrize("page", ["0", "-1", "99", "x", "", "1e9"])
    def test_takes_any_page_for_the_nearest_one(self, page: str) -> None:
        assert len(state_of(f"page={page}").rows) == 4

    def test_links_to_the_pages_around(self) -> None:
        OutboxEntry.objects.bulk_create(
            OutboxEntry(topic="c", payload={}, audit_sequence=0, created_at=NOW)
            for _ in range(50)
        )

        state = state_of("page=2&size=25&q=c")

        assert state.total == 50
        assert state.previous_url == "?page=1&size=25&q=c"
        assert state.next_url == ""
        assert state.clear_url == "?size=25"
        assert state.query_string == "?size=25&q=c"


def test_a_link_keeps_what_it_does_not_change() -> None:
    assert link(QueryDict("a=1&b=2"), b="", c="x y") == "?a=1&c=x+y"


class TestCsv:
    @pytest.mark.parametrize(
        "text",
        ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\n=x", "  =x", "\uff1dx"],
    )
    def test_takes_the_power_from_formulas(self, text: str) -> None:
        assert neutralize(text) == f"'{text}"

    @pytest.mark.parametrize(
        ("value", "cell"),
        [
            (None, ""),
            (-5, "-5"),
            (1.5, "1.5"),
            (True, "True"),
            ("a=1", "a=1"),
            (NOW, "2026-03-04T12:00:00+00:00"),
        ],
    )
    def test_leaves_the_rest_alone(self, value: object, cell: str) -> None:
        assert neutralize(value) == cell

    def test_quotes_line_breaks_and_quotes(self) -> None:
        lines = list(csv_lines(["Name"], [['a"b\nc'], ["d,e"]]))

        assert lines == ["Name\r\n", '"a""b\nc"\r\n', '"d,e"\r\n']
