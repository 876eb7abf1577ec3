"""The policy builder: blocks and text side by side, without loss."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from policies.models import Policy
from tests.browser import SignIn, inspect
from tests.factories import make_group, make_policy
from tests.functional.test_policy_editing import replace_text
from tests.people import Cast

pytestmark = pytest.mark.functional

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
    allow.get_by_role("combobox", name="Group has", exact=False).last.fill("grp-1")
    page.keyboard.press("Tab")
    expect(allow.locator(".builder__named")).to_contain_text("crew", ignore_case=True)
    allow.get_by_role("button", name="Remove Anyone signed in").click()
    expect(allow.get_by_role("listitem")).to_have_count(1)
    deny = section(page, "Keep out when")
    deny.get_by_role("combobox", name="First criterion").select_option("http_method")
    deny.get_by_role("button", name="Add block").click()
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


def test_the_same_by_keyboard_only(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    page = sign_in(cast.mia)
    open_new(page, live_server, cast)
    page.get_by_role("textbox", name="Name", exact=True).focus()
    page.keyboard.type("Employees")
    page.get_by_role("tab", name="General").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".builder__block")).to_have_count(1)

    page.get_by_role("combobox", name="Criterion to add").focus()
    page.keyboard.type("Email dom")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("[data-builder-item='0/and/1']").wait_for()
    page.locator("[data-focus='0/and/1-is']").focus()
    page.keyboard.type("example.com")
    page.keyboard.press("Enter")
    wait_for_text(page, "example.com")
    page.get_by_role("button", name="Move Email domain up").focus()
    page.keyboard.press("Enter")
    page.locator("[data-builder-item='0/and/0'] code", has_text="domain").wait_for()
    page.get_by_role("button", name="Remove Anyone signed in").focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-builder-item]")).to_have_count(1)
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Employees")
    assert "authenticated_user" not in Policy.objects.get().source


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
