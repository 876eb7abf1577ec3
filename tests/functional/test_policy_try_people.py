"""Choosing whom to try a policy as, while the list is still being fetched."""

import pytest
from playwright.sync_api import Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import SignIn, wait_until_settled
from tests.factories import make_policy
from tests.people import Cast
from tests.policies.texts import EMPLOYEES

pytestmark = pytest.mark.functional


def test_who_is_chosen_stays_chosen_though_a_search_is_under_way(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    policy = make_policy("Crew", namespace=cast.web, source=EMPLOYEES)
    page = sign_in(cast.mia)
    page.goto(f"{live_server.url}/policies/{policy.pk}/")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/policies/try/people?*", hold)
    ben = page.get_by_role("radio", name="ben@example.com")

    with page.expect_request("**/policies/try/people?*"):
        page.locator("#try-who").fill("ben@")
    with page.expect_response("**/policies/try/devices?*"):
        ben.check()
    with page.expect_response("**/policies/try/people?*"):
        for route in held:
            route.continue_()
    expect(page.locator("#try-people")).not_to_contain_text("cyd@example.com")
    wait_until_settled(page)
    expect(ben).to_be_checked()

    # A search afterwards keeps who is chosen.
    page.unroute("**/policies/try/people?*")
    page.locator("#try-who").fill("ada@")
    expect(page.get_by_role("radio", name="ada@example.com")).to_be_visible()
    wait_until_settled(page)
    expect(ben).to_be_checked()
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#trial")).to_contain_text("Allowed")
