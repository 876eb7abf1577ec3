"""Several rows of a list at once, by keyboard, and a filter that is kept."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import BRIEFLY, SignIn, inspect
from tests.factories import make_policy, make_route
from tests.people import Cast

pytestmark = pytest.mark.functional


def test_a_policy_is_taken_off_what_a_kept_filter_shows(
    cast: Cast, sign_in: SignIn, live_server: LiveServer
) -> None:
    policy = make_policy("Interns", namespace=cast.web)
    for name in ("Wiki one", "Wiki two", "Payroll"):
        make_route(name, policy, namespace=cast.web)
    page = sign_in(cast.mia)
    page.goto(f"{live_server.url}/routes/?q=wiki")
    page.get_by_role("button", name="Saved filters").click()
    page.get_by_label("Keep what is shown as").fill("Wikis")
    page.get_by_role("button", name="Save filter").click()
    expect(page.get_by_text("Wikis is saved.")).to_be_visible()
    page.get_by_role("button", name="Saved filters").click()
    expect(page.get_by_role("link", name="Wikis", exact=True)).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("checkbox", name="Select all rows").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Detach a policy").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Detach a policy")).to_be_visible()
    page.get_by_label("Policy", exact=True).select_option(label="Interns (Web)")
    expect(page.locator("#bulk-results")).to_contain_text("Wiki two")
    page.wait_for_load_state("networkidle")
    inspect(page, "routes-bulk-detach", BRIEFLY)
    page.get_by_role("button", name="Detach", exact=True).click()
    expect(page.get_by_text("The policy is detached from 2 routes.")).to_be_visible()
    assert policy.route_attachments.count() == 1

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: 2 routes are as they were.")).to_be_visible()
    assert policy.route_attachments.count() == 3
