"""Fragments, redirects, and where `next` may lead."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from console.core import http
from console.core.exceptions import ValidationFailedError


def ask(**headers: str):  # type: ignore[no-untyped-def]
    return RequestFactory().get("/", headers=headers)


class TestIsFragment:
    def test_htmx_asks_for_a_part(self) -> None:
        assert http.is_fragment(ask(hx_request="true"))

    @pytest.mark.parametrize("header", ["hx_boosted", "hx_history_restore_request"])
    def test_a_boosted_link_asks_for_the_page(self, header: str) -> None:
        assert not http.is_fragment(ask(hx_request="true", **{header: "true"}))
        assert not http.is_fragment(ask())


class TestRedirect:
    def test_leads_a_fragment_out_of_its_place(self) -> None:
        response = http.redirect(ask(hx_request="true"), "/x/")

        assert response["HX-Redirect"] == "/x/"
        assert response.status_code == 204

    def test_leads_a_page_the_usual_way(self) -> None:
        assert http.redirect(ask(), "/x/")["Location"] == "/x/"


class TestSafeNext:
    @pytest.mark.parametrize("path", ["/", "/routes/?q=a%20b", "/a/#x"])
    def test_takes_paths_of_the_console(self, path: str) -> None:
        assert http.safe_next(ask(), path, default="/home") == path

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil",
            "https://evil.example/",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            "evil",
            " /x",
            "http:///evil",
            "/x\x00",
            "/" * 2001,
            "/a\\b",
            "/\u2028x",
        ],
    )
    def test_takes_nothing_else(self, text: str) -> None:
        assert http.safe_next(ask(), text, default="/home") == "/home"


def test_a_trigger_joins_those_that_are_there() -> None:
    response = HttpResponse()

    http.trigger(response, "one", text="a")
    http.trigger(response, "two")

    assert response["HX-Trigger"] == '{"one": {"text": "a"}, "two": {}}'


def test_an_id_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(ValidationFailedError) as caught:
        http.uuid_from("7", name="namespace")

    assert caught.value.fields == {"namespace": ["this is not an id"]}
