"""A policy is built from nothing by keyboard only."""

import pytest
from playwright.sync_api import Route, expect
from pytest_django.live_server_helper import LiveServer

from policies.models import Policy
from tests.browser import SignIn
from tests.functional.builder import open_new, wait_for_text
from tests.people import Cast

pytestmark = pytest.mark.functional


def test_the_same_by_keyboard_only(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    page = sign_in(cast.mia)
    open_new(page, live_server, cast)
    page.get_by_role("textbox", name="Name", exact=True).focus()
    page.keyboard.type("Employees")
    page.get_by_role("tab", name="General").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".builder__block")).to_have_count(1)

    page.get_by_role("searchbox", name="Find a criterion").focus()
    page.keyboard.type("nothing of the kind")
    expect(page.get_by_text("No criterion fits")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.type("email dom")
    page.keyboard.press("Enter")
    page.locator("[data-builder-item='0/and/1']").wait_for()
    page.locator("[data-focus='0/and/1-is']").focus()
    page.keyboard.type("example.com")
    page.keyboard.press("Enter")
    wait_for_text(page, "example.com")
    page.get_by_role("button", name="Move Email domain up").focus()
    page.keyboard.press("Enter")
    page.locator("[data-builder-item='0/and/0'] code", has_text="domain").wait_for()
    page.get_by_role("button", name="Remove Anyone signed in").focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-builder-item]")).to_have_count(1)
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Employees")
    assert "authenticated_user" not in Policy.objects.get().source


def test_the_cursor_stays_where_it_went_while_the_console_answered(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    page = sign_in(cast.mia)
    open_new(page, live_server, cast)
    page.get_by_role("tab", name="Builder").click()
    page.get_by_role("searchbox", name="Find a criterion").focus()
    page.keyboard.type("email dom")
    page.keyboard.press("Enter")
    page.locator("[data-focus='0/and/1-is']").wait_for()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/policies/builder", hold)

    page.locator("[data-focus='0/and/1-is']").focus()
    page.keyboard.type("example.com")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Move Email domain up").focus()
    page.wait_for_timeout(200)
    page.unroute("**/policies/builder")  # which lets go of what was held
    assert held

    wait_for_text(page, "example.com")
    expect(page.locator("[data-builder-view]")).to_have_attribute("aria-busy", "false")
    expect(page.get_by_role("button", name="Move Email domain up")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("[data-builder-item='0/and/0'] code", has_text="domain").wait_for()
