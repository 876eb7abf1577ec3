"""What the journeys through the policy builder have in common."""

from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from policies.models import Policy
from tests.people import Cast

COMMENTED = """\
# Who may reach our tools.
allow:
  or:
    - domain: example.com   # us
    - groups:
        has: grp-1   # the crew
"""


def text_of(page: Page) -> str:
    return page.locator("#id_source").input_value()


def open_new(page: Page, live_server: LiveServer, cast: Cast) -> None:
    page.goto(f"{live_server.url}/policies/new?namespace={cast.web.pk}")
    expect(page.get_by_role("tab", name="General")).to_be_visible()


def open_policy(page: Page, live_server: LiveServer, policy: Policy) -> None:
    page.goto(f"{live_server.url}/policies/{policy.pk}/edit")
    expect(page.locator(".builder__block").first).to_be_visible()


def section(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title)


def wait_for_text(page: Page, part: str) -> None:
    page.wait_for_function(
        "part => document.getElementById('id_source').value.includes(part)", arg=part
    )
