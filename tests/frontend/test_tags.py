"""The template tags that every page may use."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory

from console.core.templatetags import console as tags


def rendered(source: str, address: str = "/", **context: Any) -> str:
    request = RequestFactory().get(address)
    return Template(source).render(RequestContext(request, context))


class TestIcon:
    def test_is_decoration_unless_it_has_a_label(self) -> None:
        assert 'aria-hidden="true"' in tags.icon("route")
        assert 'aria-label="Route" role="img"' in tags.icon("route", label="Route")

    def test_refuses_a_name_that_is_not_drawn(self) -> None:
        with pytest.raises(TemplateSyntaxError, match="no 'rout'"):
            tags.icon("rout")

    def test_without_a_name_is_nothing(self) -> None:
        assert tags.icon("") == ""


class TestComponent:
    def test_sees_its_arguments_and_slots_and_nothing_else(self) -> None:
        html = rendered(
            '{% component "dialog" id="d" title=name %}<p>{{ text }}</p>'
            '{% slot "actions" %}<button>{{ text }}</button>{% endslot %}'
            "{% endcomponent %}",
            name="<Title>",
            text="<b>",
            small=True,
        )

        assert "&lt;Title&gt;" in html
        assert "<p>&lt;b&gt;</p>" in html
        assert "<button>&lt;b&gt;</button>" in html
        assert "dialog--small" not in html

    def test_fills_slots_that_stand_in_a_condition(self) -> None:
        source = (
            '{% component "dialog" id="d" title="t" %}{% if shown %}'
            '{% slot "actions" %}yes{% endslot %}{% endif %}{% endcomponent %}'
        )

        assert "yes" in rendered(source, shown=True)
        assert "dialog__foot" not in rendered(source, shown=False)

    @pytest.mark.parametrize(
        "source",
        [
            "{% component %}{% endcomponent %}",
            '{% component "dialog" nonsense %}{% endcomponent %}',
            '{% component "dialog" %}{% slot %}{% endslot %}{% endcomponent %}',
        ],
    )
    def test_refuses_what_it_does_not_understand(self, source: str) -> None:
        with pytest.raises(TemplateSyntaxError):
            Template(source)


class TestLocalTime:
    def test_writes_utc_for_machines_and_people(self) -> None:
        zone = timezone(timedelta(hours=2))
        moment = datetime(2026, 3, 4, 1, 30, tzinfo=zone)

        html = tags.local_time(moment)

        assert 'datetime="2026-03-03T23:30:00Z"' in html
        assert ">3 Mar 2026, 23:30 UTC<" in html
        assert ">3 Mar 2026<" in tags.local_time(moment, "date")

    def test_is_nothing_when_it_never_happened(self) -> None:
        assert tags.local_time(None) == ""


class TestSortBy:
    @pytest.mark.parametrize(
        ("address", "state", "url"),
        [
            ("/", "none", "?sort=name"),
            ("/?sort=name&page=3", "ascending", "?sort=-name"),
            ("/?q=a&sort=-name", "descending", "?q=a&sort=name"),
        ],
    )
    def test_turns_the_order_and_goes_back_to_the_first_page(
        self, address: str, state: str, url: str
    ) -> None:
        source = "{% sort_by 'name' as s %}{{ s.state }} {{ s.url|safe }}"

        assert rendered(source, address) == f"{state} {url}"

    def test_knows_the_order_that_the_address_does_not_say(self) -> None:
        source = "{% sort_by 'name' '-name' as s %}{{ s.state }}"

        assert rendered(source) == "descending"

    def test_needs_the_request(self) -> None:
        with pytest.raises(TemplateSyntaxError, match="needs the request"):
            Template("{% sort_by 'name' %}").render(Context())


class TestFilters:
    @pytest.mark.parametrize(
        ("name", "letters"),
        [
            ("Ada Marsh", "AM"),
            ("Jean Luc Picard", "JP"),
            ("ben.ode@example.com", "BO"),
            ("cyd", "C"),
            ("", "?"),
        ],
    )
    def test_initials_are_of_the_first_and_last_word(
        self, name: str, letters: str
    ) -> None:
        assert tags.initials(name) == letters

    def test_tone_is_always_the_same_for_the_same_person(self) -> None:
        assert tags.tone("ada@example.com") == tags.tone("ada@example.com")
        assert {tags.tone(str(n)) for n in range(200)} == set(range(1, 9))

    def test_undo_url_is_read_from_a_message(self) -> None:
        assert tags.undo_url(Message(25, "Done", extra_tags="x undo:/u/7")) == "/u/7"
        assert tags.undo_url(Message(25, "Done")) == ""

    def test_page_numbers_leave_out_the_far_ones(self) -> None:
        page = Paginator(range(500), 10).page(20)

        assert tags.page_numbers(page) == [1, None, 19, 20, 21, None, 50]
