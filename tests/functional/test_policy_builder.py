"""The policy builder: blocks and text side by side, without loss."""

import re

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import SignIn
from tests.factories import make_policy
from tests.functional.builder import COMMENTED, open_policy, text_of, wait_for_text
from tests.functional.test_policy_editing import replace_text
from tests.people import Cast

pytestmark = pytest.mark.functional


def test_a_broken_text_keeps_the_last_state_and_says_so(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    policy = make_policy("Crew", namespace=cast.web, source=COMMENTED)
    page = sign_in(cast.mia)
    open_policy(page, live_server, policy)

    replace_text(page, "allow: [")
    page.get_by_role("tab", name="Builder").click()

    expect(page.get_by_text("The text can't be read")).to_be_visible()
    expect(page.locator("[data-focus='0/or/0-is']")).to_have_value("example.com")
    page.get_by_role("button", name=re.compile("^Line")).first.click()
    expect(page.locator(".cm-content").first).to_be_visible()
    replace_text(page, COMMENTED)
    page.get_by_role("tab", name="Builder").click()
    expect(page.get_by_text("The text can't be read")).to_have_count(0)


def test_public_access_is_a_switch_that_needs_the_right(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    policy = make_policy("Crew", namespace=cast.web, source=COMMENTED)
    page = sign_in(cast.mia)
    open_policy(page, live_server, policy)

    page.get_by_role("switch", name="Everybody, without signing in").check()
    wait_for_text(page, "accept")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("alert")).to_contain_text("only an admin may save")
    assert "accept" in text_of(page)
    policy.refresh_from_db()
    assert policy.source == COMMENTED


def test_a_criterion_is_dragged_to_another_place(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    policy = make_policy("Crew", namespace=cast.web, source=COMMENTED)
    page = sign_in(cast.mia)
    open_policy(page, live_server, policy)

    page.locator("[data-builder-item='0/or/1'] .builder__grip").drag_to(
        page.locator("[data-builder-item='0/or/0']")
    )
    page.locator("[data-builder-item='0/or/0'] code", has_text="groups").wait_for()

    lines = text_of(page).splitlines()
    assert lines.index("    - groups:") < lines.index(
        "    - domain: example.com   # us"
    )
