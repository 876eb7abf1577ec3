"""Menus and help beside what is fetched anew."""

import re

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import SignIn
from tests.factories import make_policy
from tests.people import Cast

pytestmark = pytest.mark.functional


def test_a_list_is_fetched_anew_after_a_menu_of_it_was_open(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    """The menu's place must not be copied as a style, which the page's policy refuses.

    The fixture `page` fails at the end when it was.
    """
    make_policy("Crew", namespace=cast.web)
    page = sign_in(cast.mia)
    page.goto(f"{live_server.url}/policies/")
    menu = page.locator(".row-actions .popup")

    page.locator(".row-actions button[popovertarget]").click()
    expect(menu).to_have_attribute("style", re.compile("left"))
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    page.locator("#policies th a").first.click()

    expect(page).to_have_url(re.compile("sort="))
    expect(menu).not_to_have_attribute("style", re.compile("left"))
