"""A text with comments is pasted; a value changed in the builder changes one line."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import SignIn
from tests.factories import make_policy
from tests.functional.builder import COMMENTED, open_policy, text_of, wait_for_text
from tests.functional.test_policy_editing import replace_text
from tests.people import Cast

pytestmark = pytest.mark.functional


def test_a_value_changed_in_the_builder_changes_one_line(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    policy = make_policy("Crew", namespace=cast.web)
    page = sign_in(cast.mia)
    open_policy(page, live_server, policy)
    replace_text(page, COMMENTED)
    page.get_by_role("tab", name="Builder").click()

    page.locator("[data-focus='0/or/0-is']").fill("example.org")
    page.keyboard.press("Enter")
    wait_for_text(page, "example.org")

    assert text_of(page) == COMMENTED.replace("example.com", "example.org")
    page.get_by_role("button", name="Undo").click()
    wait_for_text(page, "example.com")
    assert text_of(page) == COMMENTED
    page.get_by_role("button", name="Redo").click()
    wait_for_text(page, "example.org")
    page.get_by_role("tab", name="Editor").click()
    expect(page.locator(".cm-content").first).to_contain_text("example.org   # us")
