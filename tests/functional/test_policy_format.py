"""The editor lays out the text, and compares it with what is saved meanwhile."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from policies.models import Policy
from tests.browser import SignIn, inspect
from tests.factories import make_policy
from tests.functional.test_policy_editing import replace_text
from tests.people import Cast
from tests.policies.texts import EMPLOYEES

pytestmark = pytest.mark.functional

UNTIDY = """\
# Who may reach our tools.
allow:
    or:
    - domain:   example.com   # us
    - email: {is: a@example.org}
"""
TIDY = """\
# Who may reach our tools.
allow:
  or:
    - domain: example.com  # us
    - email:
        is: a@example.org
"""


def wait_for_text(page: Page, text: str) -> None:
    page.wait_for_function(
        "text => document.getElementById('id_source').value === text", arg=text
    )


def test_the_text_is_formatted_in_one_step_and_compared_with_what_is_saved(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    policy = make_policy("Crew", namespace=cast.web, source=EMPLOYEES)
    page = sign_in(cast.mia)
    page.goto(f"{live_server.url}/policies/{policy.pk}/edit")
    replace_text(page, UNTIDY)
    said = page.locator(".policy-editor__said")

    page.get_by_role("button", name="Format", exact=True).click()
    expect(said).to_contain_text("Formatted.")
    wait_for_text(page, TIDY)
    page.locator(".cm-content").first.click()
    page.keyboard.press("ControlOrMeta+z")
    wait_for_text(page, UNTIDY)
    page.keyboard.press("Shift+Alt+f")
    wait_for_text(page, TIDY)
    page.get_by_role("button", name="Format", exact=True).click()
    expect(said).to_have_text("It is formatted already.")

    # What is written is compared with what is saved, while it is written.
    page.get_by_text("Changes since version 1").click()
    diff = page.locator(".policy-since")
    expect(diff.get_by_role("textbox", name="Version 1, as saved")).to_be_visible()
    now = diff.get_by_role("textbox", name="The text as it is now")
    expect(now).to_contain_text("# us")
    inspect(page, "policy-since")
    replace_text(page, EMPLOYEES)
    expect(diff.get_by_text("Nothing is changed in the text.")).to_be_visible()
    expect(diff.locator(".cm-content")).to_have_count(0)

    # What can't be read is left alone.
    replace_text(page, "allow: [")
    page.get_by_role("button", name="Format", exact=True).click()
    expect(said).to_contain_text("Not formatted")
    wait_for_text(page, "allow: [")
    assert Policy.objects.get().source == EMPLOYEES
