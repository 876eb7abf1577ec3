"""Filters of lists that a person keeps under a name."""

from typing import Any
from urllib.parse import quote

import pytest
from django.urls import reverse

from console.core.generic.lists import list_places
from console.core.models import AuditEvent, SavedFilter
from tests.people import Cast
from tests.routes.api import client_of

PAGE = "/saved-filters/"
API = "/api/v1/saved-filters/"


def save(user: Any, **changes: str) -> Any:
    fields = {"list": "routes", "name": "Wikis", "query": "q=wiki&sort=-updated"}
    return client_of(user).post(PAGE, fields | changes)


def text_of(user: Any, address: str = PAGE, **headers: str) -> str:
    answer = client_of(user).get(address, headers=headers)
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


class TestSave:
    def test_keeps_what_narrows_the_list_and_goes_back_to_it(self, cast: Cast) -> None:
        answer = save(cast.ben, query="?q=wiki&page=3&sort=-updated&evil=%3Cb%3E")

        saved = SavedFilter.objects.get()
        assert answer["Location"] == "/routes/?q=wiki&sort=-updated"
        assert (saved.user_id, saved.query) == (cast.ben.id, "q=wiki&sort=-updated")
        event = AuditEvent.objects.latest("sequence")
        assert (event.action, event.target_label) == ("saved-filter.created", "Wikis")

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"name": " "}, "Some values"),
            ({"name": "x" * 81}, "Some values"),
            ({"query": "page=2"}, "there is nothing to keep yet"),
            ({"list": "nonsense"}, "There is no such list"),
        ],
    )
    def test_refuses_what_makes_no_sense(
        self, cast: Cast, changes: dict[str, str], said: str
    ) -> None:
        answer = save(cast.ben, **changes)

        assert answer.status_code == 400
        assert said.lower() in answer.content.decode().lower()
        assert not SavedFilter.objects.exists()

    def test_refuses_a_name_that_is_taken_for_this_list_only(self, cast: Cast) -> None:
        save(cast.ben)

        assert save(cast.ben, name="WIKIS").status_code == 409
        assert save(cast.ben, list="policies").status_code == 302
        assert save(cast.mia).status_code == 302


class TestPages:
    def test_each_list_offers_its_own_and_to_keep_what_is_shown(
        self, cast: Cast
    ) -> None:
        save(cast.ben)
        save(cast.ben, list="policies", name="Of policies")
        asked = {
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/routes/?q=pay&page=2",
        }

        toolbar = text_of(cast.ben, f"{PAGE}?list=routes", **asked)

        assert 'href="/routes/?q=wiki&amp;sort=-updated"' in toolbar
        assert 'value="q=pay"' in toolbar
        assert "Of policies" not in toolbar
        assert "Of policies" in text_of(cast.ben)

    def test_nobody_else_sees_or_deletes_them(self, cast: Cast) -> None:
        save(cast.ben)
        saved = SavedFilter.objects.get()
        gone = reverse("saved-filter-delete"), {"id": str(saved.pk)}

        assert "Wikis" not in text_of(cast.root)
        assert client_of(cast.root).post(*gone).status_code == 404
        assert client_of(cast.ben).post(*gone)["Location"] == PAGE
        assert not SavedFilter.objects.exists()
        assert AuditEvent.objects.latest("sequence").action == "saved-filter.deleted"

    def test_every_list_is_known_with_its_toolbar(self, cast: Cast) -> None:
        places = list_places()

        assert {"routes", "policies", "people", "devices", "audit-log"} <= set(places)
        for place in places.values():
            text = text_of(cast.root, place.url())
            offers = f'{PAGE}?list={quote(place.listing.name)}"' in text
            assert offers == ('class="filter-bar"' in text)


class TestApi:
    def test_lists_makes_and_deletes_ones_own(self, cast: Cast) -> None:
        body = {"list": "routes", "name": "Wikis", "query": "q=wiki&page=2"}
        client = client_of(cast.ben)

        made = client.post(API, body, content_type="application/json").json()

        assert (made["list"], made["query"]) == ("routes", "q=wiki")
        assert [one["id"] for one in client.get(API).json()["results"]] == [made["id"]]
        assert client_of(cast.root).get(API).json()["results"] == []
        address = f"{API}{made['id']}/"
        assert client_of(cast.root).delete(address).status_code == 404
        assert client.delete(address).status_code == 204

    def test_says_which_lists_there_are(self, cast: Cast) -> None:
        body = {"list": "x", "name": "Wikis", "query": "q=wiki"}

        answer = client_of(cast.ben).post(API, body, content_type="application/json")

        assert answer.status_code == 400
        assert "policies" in str(answer.json())
