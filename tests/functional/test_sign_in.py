"""Signing in and out, with a browser: by password, by keyboard, and not at all."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import SignIn, assert_accessible, inspect
from tests.factories import make_route, make_user
from tests.people import Cast

pytestmark = pytest.mark.functional

PASSWORD = "correct horse battery"


@pytest.fixture
def local_admin(transactional_db: None) -> str:
    """A local account; returns its address."""
    user = make_user("olga", is_local=True)
    user.set_password(PASSWORD)
    user.save()
    return user.email


def test_a_local_account_signs_in_by_keyboard_and_signs_out(
    page: Page, live_server: LiveServer, local_admin: str
) -> None:
    page.goto(f"{live_server.url}/")
    expect(page).to_have_title("Sign in · Postern")

    page.keyboard.type(local_admin)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{live_server.url}/")
    expect(page).not_to_have_title("Sign in · Postern")


def test_signing_in_for_a_route_leads_back_to_its_host(
    page: Page, live_server: LiveServer, local_admin: str
) -> None:
    make_route("wiki")
    page.route("https://wiki.example.com/**", lambda one: one.fulfill(body="Wiki"))
    query = urlencode({"to": "https://wiki.example.com/page", "challenge": "c" * 43})
    page.goto(f"{live_server.url}/gateway/sign-in?{query}")

    page.get_by_label("E-mail").fill(local_admin)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url(
        re.compile(r"https://wiki\.example\.com/\.pomerium/callback\?code=.{43}")
    )


def test_a_wrong_password_is_said_where_it_was_typed(
    page: Page, live_server: LiveServer, local_admin: str
) -> None:
    page.goto(f"{live_server.url}/sign-in/")
    page.get_by_label("E-mail").fill(local_admin)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_contain_text("not signed in")
    expect(page.get_by_label("Password")).to_have_value("")
    assert_accessible(page)


def test_the_sign_in_page_fits_and_is_accessible(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/sign-in/")

    inspect(page, "sign-in")


@pytest.mark.parametrize("who", ["ada", "cyd"])
def test_the_overview_fits_and_is_accessible(
    who: str, sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    page = sign_in(getattr(cast, who))
    page.goto(f"{live_server.url}/")

    inspect(page, f"overview-{who}")
