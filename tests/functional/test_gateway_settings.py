"""Settings of the gateway in a browser: typed here, seen where somebody is refused."""

import pytest
from django.utils import timezone
from playwright.sync_api import Route as BrowserRequest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from gateway import services
from tests.browser import PICTURES, SignIn, inspect, wait_until_settled
from tests.factories import make_policy, make_route
from tests.gateway.deciding import Deciding
from tests.people import make_cast

pytestmark = pytest.mark.functional
NOBODY = "allow:\n  and:\n    - reject: true\n"


def test_an_error_page_looks_as_it_was_typed(
    transactional_db: None, sign_in: SignIn, live_server: LiveServer
) -> None:
    cast = make_cast()
    closed = make_policy("Closed", namespace=cast.web, source=NOBODY)
    wiki = make_route("wiki", closed, namespace=cast.web)
    deciding = Deciding()
    cookie = deciding.sign_in(cast.cyd, wiki.host)
    page = sign_in(cast.ada)
    page.goto(f"{live_server.url}/")
    wait_until_settled(page)
    page.get_by_role("link", name="Gateway", exact=True).click()
    expect(page.get_by_role("heading", name="Settings of Engineering")).to_be_visible()

    page.get_by_label("Text of error pages").fill("Ask the wiki team.\nRoom 12.")
    page.get_by_label("Name", exact=True).fill("Meridian")
    page.get_by_label("Color", exact=True).fill("yellow")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field__errors").first).to_contain_text("is not a color")
    page.get_by_label("Color", exact=True).fill("#ffd500")
    page.get_by_label("Reason").fill("the house's color")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Proxies follow")).to_be_visible()
    wait_until_settled(page)
    inspect(page, "gateway-settings")

    services.deploy_changes(now=timezone.now())
    deciding.running.follower.poll()
    told = deciding.answer(wiki, cookie=cookie, accept="text/html")

    def refuse(request: BrowserRequest) -> None:
        headers = {key.decode(): value.decode() for key, value in told.headers}
        request.fulfill(status=told.status, headers=headers, body=told.body)

    page.route(f"https://{wiki.host}/**", refuse)
    page.goto(f"https://{wiki.host}/")
    expect(page.get_by_role("heading", name="You may not open this")).to_be_visible()
    expect(page.get_by_role("banner")).to_have_text("Meridian")
    expect(page.get_by_text("Room 12.")).to_be_visible()
    expect(page.get_by_role("banner")).to_have_css(
        "background-color", "rgb(255, 213, 0)"
    )
    page.screenshot(path=PICTURES / "gateway-refusal.png", full_page=True)
