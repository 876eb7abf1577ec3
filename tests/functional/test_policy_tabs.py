"""From tab to tab while a policy is edited: nothing that was written gets lost."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from policies import services
from policies.models import Policy
from tests.browser import SignIn, inspect
from tests.factories import NOW, make_policy, make_route
from tests.functional.test_policy_editing import replace_text
from tests.people import Cast, actor_of
from tests.policies.texts import ADMINS, EMPLOYEES

pytestmark = pytest.mark.functional

OFFICE = EMPLOYEES.replace("example.com", "example.org")


@pytest.fixture
def policy(cast: Cast) -> Policy:
    """A policy with two versions, attached to a route."""
    policy = make_policy("Employees", namespace=cast.web, source=ADMINS)
    services.update_policy(
        policy.pk, version=1, source=EMPLOYEES, actor=actor_of(cast.ada), now=NOW
    )
    make_route("wiki", policy, namespace=cast.web)
    return policy


def name_it(page: Page, name: str) -> None:
    """Without a name the browser refuses, and shows the field wherever it is."""
    page.get_by_role("tab", name="General").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("")
    page.get_by_role("tab", name="Editor").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_focused()
    page.get_by_role("textbox", name="Name", exact=True).fill(name)


def to_rego_and_back(page: Page) -> None:
    """Switch the language twice: the text is the one that was written."""
    page.get_by_role("tab", name="Rego").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("never both")
    inspect(page, "policy-closed")
    page.get_by_role("button", name="Switch to Rego").click()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    expect(page.locator(".cm-content").first).to_contain_text("example.org")
    page.get_by_role("tab", name="Builder (closed)").click()
    page.get_by_role("button", name="Switch back to PPL").click()
    page.get_by_role("tab", name="Editor").click()
    expect(page.locator(".cm-content").first).to_contain_text("domain: example.org")


def test_no_edit_is_lost_on_the_way_through_all_tabs(
    sign_in: SignIn, live_server: LiveServer, cast: Cast, policy: Policy
) -> None:
    page = sign_in(cast.ada)
    page.goto(f"{live_server.url}/policies/{policy.pk}/edit")
    replace_text(page, OFFICE)

    # What a refused person reads is seen while it is written.
    page.get_by_role("tab", name="General").click()
    page.get_by_role("textbox", name="Explanation").fill("Only staff.\nSorry.")
    refused = page.locator(".refused__page")
    expect(refused).to_contain_text("Why")
    expect(refused.get_by_text("Sorry.", exact=True)).to_be_visible()
    inspect(page, "policy-general")

    # What is looked at opens within the form.
    page.get_by_role("tab", name="Applies to").click()
    expect(page.get_by_role("link", name="wiki")).to_be_visible()
    expect(page.get_by_role("tabpanel")).to_contain_text("Attached")
    inspect(page, "policy-applies-to")
    page.get_by_role("tab", name="History").click()
    page.get_by_role("combobox", name="From").select_option("2")
    expect(page.get_by_text("These are the same version.")).to_be_visible()
    page.get_by_role("link", name="Version 2").click()
    expect(page.get_by_role("region", name="Changes: In words")).to_be_visible()
    page.get_by_role("tab", name="Examples").click()
    expect(page.get_by_text("No examples")).to_be_visible()
    expect(page.get_by_text("Unsaved changes")).to_be_visible()

    name_it(page, "Staff")
    to_rego_and_back(page)
    assert Policy.objects.get().version == 2

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as version 3.")).to_be_visible()
    saved = Policy.objects.get()
    assert (saved.name, saved.source) == ("Staff", OFFICE)
    assert saved.explanation.splitlines() == ["Only staff.", "Sorry."]
