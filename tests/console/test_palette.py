"""What the command palette offers to whom."""

import pytest
from django.test import Client
from django.urls import reverse

from console.ui import palette
from directory.models import User
from tests.factories import make_route
from tests.people import Cast, actor_of

pytestmark = pytest.mark.django_db


def labels(text: str, person: User) -> list[str]:
    groups = palette.choices_for(text, actor=actor_of(person))
    return [choice.label for group in groups for choice in group.choices]


def test_an_admin_is_offered_pages_and_acts_at_once(cast: Cast) -> None:
    offered = labels("", cast.ada)

    assert {"Routes", "Policies", "New route", "New policy"} <= set(offered)


def test_a_person_without_a_role_is_offered_no_act(cast: Cast) -> None:
    own = ["Overview", "Your page", "Sessions", "Your account"]

    assert labels("", cast.cyd) == own


def test_a_viewer_is_not_offered_to_add_anything(cast: Cast) -> None:
    assert not [one for one in labels("", cast.ben) if one.startswith("New")]


def test_the_beginnings_of_words_find_a_page(cast: Cast) -> None:
    assert labels("new pol", cast.ada)[0] == "New policy"
    assert "Routes" not in labels("oute", cast.ada)


def test_what_is_not_seen_is_not_found(cast: Cast) -> None:
    make_route("Quarterly figures", namespace=cast.engineering)

    assert "Quarterly figures" in labels("quarterly", cast.ada)
    assert "Quarterly figures" not in labels("quarterly", cast.cyd)


def test_a_name_can_not_bring_markup(client: Client, cast: Cast) -> None:
    make_route("<img src=x onerror=a>", namespace=cast.engineering)
    client.force_login(cast.ada)

    answer = client.get(reverse("palette"), {"q": "onerror"})

    assert answer.status_code == 200
    assert b"&lt;img src=x" in answer.content
    assert b"<img" not in answer.content
