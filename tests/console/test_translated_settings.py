"""Settings of routes and of the gateway are shown in the reader's language."""

import re
from collections.abc import Iterable, Iterator

import pytest
from django.test import Client
from django.utils import translation

from gateway.settings_table import SECTIONS as GATEWAY_SECTIONS
from gateway.settings_table import TABLE as GATEWAY_TABLE
from gateway.settings_table.showing import show_value, tell_changes
from policies.translating import translated
from routes.settings_table import CONSTRAINTS, NEEDS, SECTIONS, TABLE, Kind, Setting
from routes.validation import validate
from routes.validation.overlaps import OverlapKind
from tests.console.bracketed import LANGUAGE, needs_gettext, outside
from tests.factories import make_route
from tests.people import Cast

pytestmark = needs_gettext
LABEL = re.compile(r'class="form-(?:label|check-label)[^"]*"[^>]*>([^<]+)<')
HINT = re.compile(r'class="form-hint"[^>]*>([^<]+)<')
# Levels of logs are written as Core has them.
NAMES = {"trace", "debug", "info", "warn", "error"}


@pytest.fixture(autouse=True)
def reading(languages: None) -> Iterator[None]:
    """Read in the language of brackets."""
    with translation.override(LANGUAGE):
        yield


def with_fields(settings: Iterable[Setting]) -> Iterator[Setting]:
    for one in settings:
        yield one
        yield from with_fields(one.fields)


ALL = [*with_fields(TABLE), *with_fields(one.setting for one in GATEWAY_TABLE)]


def left_in(*texts: str) -> list[str]:
    said = [translated(text) for text in texts]
    return [word for word in outside(" ".join(said)) if word not in NAMES]


@pytest.mark.parametrize("setting", ALL, ids=lambda one: one.key)
def test_what_a_setting_is_called_and_does(setting: Setting) -> None:
    labels = [choice.label for choice in setting.choices]
    unset = "" if setting.unset.isdigit() else setting.unset

    assert left_in(setting.label, setting.explanation, *labels) == []
    assert [word for word in left_in(unset) if not unset[:1].isdigit()] == []


def test_sections_and_remedies() -> None:
    for section in (*SECTIONS, *GATEWAY_SECTIONS):
        assert left_in(section.label, section.help) == []
    remedies = [one.remedy for one in CONSTRAINTS] + [one.remedy for one in NEEDS]
    assert left_in(*remedies) == []
    assert left_in(*(one.help for one in GATEWAY_TABLE)) == []


def test_values_and_their_changes() -> None:
    for one in GATEWAY_TABLE:
        values = [None, True, False, *(each.value for each in one.setting.choices)]
        if one.setting.kind in {Kind.TRISTATE, Kind.ENUM}:
            assert left_in(*(show_value(one.setting, each) for each in values)) == []
        said = tell_changes({one.key: None}, {one.key: True})
        assert left_in(*said) == []


def test_what_is_wrong_with_settings() -> None:
    found = validate(
        {
            "from": "https://a b",
            "to": ["ftp://x", "http://a,0"],
            "prefix": "nothing",
            "path": "/a",
            "timeout": "soon",
            "toe": 1,
            "regex_rewrite_pattern": "(",
            "load_balancing_policy": "best",
        }
    )

    assert len(found.problems) > 5
    for one in translated(found.problems):
        assert outside(one.sentence) == []


class TestPages:
    """What the console shows of all that."""

    def test_the_form_of_a_route(self, foreign: Client, cast: Cast) -> None:
        route = make_route(namespace=cast.web)

        text = foreign.get(f"/routes/{route.pk}/edit").content.decode()

        shown = [*LABEL.findall(text), *HINT.findall(text)]
        assert len(shown) > 200
        assert {one for one in shown if "⟦" not in one and outside(one)} == set()

    def test_the_form_of_the_gateway(self, foreign: Client, cast: Cast) -> None:
        foreign.force_login(cast.root)

        text = foreign.get("/settings/gateway/").content.decode()

        shown = [*LABEL.findall(text), *HINT.findall(text)]
        assert {one for one in shown if "⟦" not in one and outside(one)} == set()

    def test_a_route_that_is_refused(self, foreign: Client, cast: Cast) -> None:
        given = {"namespace": str(cast.web.pk), "name": "A", "settings": {"from": "x"}}

        answer = foreign.post(
            "/api/v1/routes/", given, content_type="application/json"
        ).json()

        assert answer["detail"].startswith("⟦")
        for one in answer["problems"]:
            assert outside(one["message"]) == outside(one["remedy"]) == []

    def test_routes_that_hide_one_another(self, foreign: Client, cast: Cast) -> None:
        url = "https://wiki.example.com"
        make_route(namespace=cast.web, name="All", from_=url)
        route = make_route(namespace=cast.web, name="Own", from_=url, prefix="/a")

        (found,) = foreign.get(f"/api/v1/routes/{route.pk}/overlaps/").json()
        page = foreign.get(f"/routes/{route.pk}/").content.decode()

        assert found["kind"] == OverlapKind.BEFORE.value
        assert found["sentence"].startswith("⟦this is asked first")
        assert "⟦this is asked first and takes some requests of <a" in page
