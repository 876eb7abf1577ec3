"""A policy is built from nothing by mouse."""

import re

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from policies.models import Policy
from tests.browser import SignIn, inspect
from tests.factories import make_group
from tests.functional.builder import open_new, section, text_of, wait_for_text
from tests.people import Cast

pytestmark = pytest.mark.functional


def test_a_policy_is_built_from_nothing_by_mouse(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    make_group("crew", external_id="grp-1")
    page = sign_in(cast.mia)
    open_new(page, live_server, cast)
    page.get_by_role("textbox", name="Name", exact=True).fill("The crew by day")
    page.get_by_role("tab", name="Builder").click()
    expect(page.locator(".builder__block")).to_have_count(1)

    allow = section(page, "Let in when")
    allow.get_by_role("button", name="Add criterion").click()
    expect(allow.get_by_role("combobox", name="Criterion to add")).to_be_focused()
    assert "groups" not in text_of(page)  # nothing was chosen, so nothing is added
    page.keyboard.press("Tab")
    allow.get_by_role("combobox", name="Criterion to add").select_option("groups")
    allow.get_by_role("button", name="Add criterion").click()
    group = allow.get_by_role("combobox", name="Group has")
    group.fill("cre")
    allow.get_by_role("option", name="crew").click()
    wait_for_text(page, "grp-1")
    expect(group).to_have_value("crew")
    expect(allow.get_by_text("grp-1")).to_be_hidden()
    allow.get_by_text("Id", exact=True).click()
    expect(allow.get_by_text("grp-1")).to_be_visible()
    allow.get_by_role("button", name="Remove Anyone signed in").click()
    expect(allow.get_by_role("listitem")).to_have_count(1)
    deny = section(page, "Keep out when")
    deny.get_by_role("searchbox", name="Find the first criterion").fill("METHOD")
    deny.get_by_role("option", name="HTTP method").dblclick()
    deny.get_by_role("combobox", name="How HTTP method").select_option("in")
    deny.get_by_text("DELETE").check()
    wait_for_text(page, "DELETE")

    inspect(page, "policy-builder")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The crew by day")

    saved = Policy.objects.get()
    assert saved.source.startswith("# Who is let in")
    assert 'has: "grp-1"' in saved.source
    assert re.search(r"http_method:\s+in:\s+- DELETE", saved.source)
