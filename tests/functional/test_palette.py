"""The command palette by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import SignIn, inspect
from tests.factories import make_route
from tests.people import Cast

pytestmark = pytest.mark.functional


def test_a_route_is_reached_without_the_mouse(
    cast: Cast, sign_in: SignIn, live_server: LiveServer
) -> None:
    route = make_route("Wiki of engineers", namespace=cast.engineering)
    page = sign_in(cast.ada)
    page.goto(f"{live_server.url}/policies/")

    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Go to or do")
    expect(field).to_be_focused()
    expect(page.get_by_role("option", name="New route")).to_be_visible()
    inspect(page, "palette")
    page.keyboard.type("of engineers")
    expect(page.get_by_role("option", name="Wiki of engineers")).to_have_attribute(
        "aria-selected", "true"
    )
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(f"/routes/{route.pk}"))


def test_arrows_choose_and_escape_closes(
    cast: Cast, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(cast.ada)
    page.goto(f"{live_server.url}/routes/")
    page.keyboard.press("Control+k")
    page.keyboard.type("new")
    choices = page.get_by_role("listbox", name="Choices").get_by_role("option")
    expect(choices.first).to_contain_text("New route")
    page.keyboard.press("ArrowUp")
    expect(choices.last).to_have_attribute("aria-selected", "true")

    page.keyboard.press("Escape")

    expect(page.get_by_role("combobox", name="Go to or do")).to_be_hidden()


def test_what_nobody_may_see_is_said_not_to_be_there(
    cast: Cast, sign_in: SignIn, live_server: LiveServer
) -> None:
    make_route("Wiki of engineers", namespace=cast.engineering)
    page = sign_in(cast.cyd)
    page.goto(f"{live_server.url}/")
    page.keyboard.press("Control+k")

    page.keyboard.type("of engineers")

    expect(page.get_by_text("Nothing that you may see has this")).to_be_visible()
