"""What is brought into the builder from elsewhere: blocks, certificates, moments."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from policies.language.certificates import read_certificate
from policies.models import Policy
from tests.browser import PATIENCE, SIZES, SignIn
from tests.factories import make_policy
from tests.functional.builder import open_policy, text_of, wait_for_text
from tests.functional.test_policy_editing import replace_text
from tests.people import Cast
from tests.policies.language.editing.texts import make_pem

pytestmark = pytest.mark.functional

SOURCE = """\
# Who may reach our tools.
allow:
  and:
    - domain: example.com   # us
    - client_certificate:
        fingerprint: ''
    - date:
        after: 2030-01-01T00:00:00Z
"""
PASTED = "or:\n  - user: ada\n  - user: ben\n"


def in_amsterdam(page: Page, browser: Browser) -> Page:
    """Return a page of the same person, whose clock is an hour or two ahead of UTC."""
    context = browser.new_context(
        timezone_id="Europe/Amsterdam",
        locale="en-GB",
        storage_state=page.context.storage_state(),
        viewport={"width": SIZES["wide"][0], "height": SIZES["wide"][1]},
    )
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def test_a_block_a_certificate_and_a_moment_are_brought_in_by_keyboard(
    sign_in: SignIn, live_server: LiveServer, cast: Cast, browser: Browser
) -> None:
    policy = make_policy("Crew", namespace=cast.web)
    page = in_amsterdam(sign_in(cast.mia), browser)
    open_policy(page, live_server, policy)
    write_what_nobody_could_save(page)

    paste_certificate(page, pem := make_pem())
    choose_a_moment(page)
    paste_a_block(page)

    known = read_certificate(pem)
    assert known is not None
    written = text_of(page).splitlines()
    assert [line for line in SOURCE.splitlines() if line not in written] == [
        "        fingerprint: ''",
        "        after: 2030-01-01T00:00:00Z",
    ]
    assert sum(known.fingerprint in line for line in written) == 1
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    assert Policy.objects.get().source.splitlines() == written
    page.context.close()


def write_what_nobody_could_save(page: Page) -> None:
    """A fingerprint is still to come."""
    replace_text(page, SOURCE)
    wait_for_text(page, "after: 2030")
    page.get_by_role("tab", name="Builder").click()
    expect(page.locator("[data-builder-item='0/and/2']")).to_be_visible()


def paste_certificate(page: Page, pem: str) -> None:
    """What is no certificate is refused in words, and stays where it was typed."""
    page.locator("summary", has_text="Read from a certificate").press("Enter")
    field = page.get_by_role("textbox", name="Certificate in PEM")
    field.fill("hello")
    page.get_by_role("button", name="Add it").press("Enter")
    expect(page.get_by_text("No certificate can be read there")).to_be_visible()
    field.fill(pem)
    page.get_by_role("button", name="Add it").press("Enter")
    known = read_certificate(pem)
    assert known is not None
    wait_for_text(page, known.fingerprint)


def choose_a_moment(page: Page) -> None:
    """The clock is the person's, the text has UTC; both are said."""
    date = page.locator("[data-builder-item='0/and/2']")
    expect(date.get_by_label("After, by your clock")).to_have_value("2030-01-01T01:00")
    expect(date).to_contain_text("Jan 1, 2030, 1:00")
    date.get_by_label("After, by your clock").fill("2030-07-01T09:30")
    date.get_by_label("After, by your clock").press("Tab")
    wait_for_text(page, "2030-07-01T07:30:00Z")
    expect(date).to_contain_text("Jul 1, 2030, 9:30")


def paste_a_block(page: Page) -> None:
    """It becomes a rule of its own."""
    refuse = page.get_by_role("region", name="Keep out when")
    refuse.locator("summary", has_text="Paste a block").press("Enter")
    refuse.get_by_role("textbox", name="Block in PPL").fill(PASTED)
    refuse.get_by_role("button", name="Paste", exact=True).press("Enter")
    wait_for_text(page, "- user: ben")
    expect(refuse.locator("[data-builder-item]")).to_have_count(2)


def test_the_open_tab_is_in_sight_on_a_telephone(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    policy = make_policy("Crew", namespace=cast.web)
    page = sign_in(cast.mia)
    page.set_viewport_size({"width": SIZES["narrow"][0], "height": SIZES["narrow"][1]})

    page.goto(f"{live_server.url}/policies/{policy.pk}/history")
    tab = page.locator(".page-tabs [aria-current]", has_text="History")
    expect(tab).to_be_in_viewport(ratio=0.9)
    page.goto(f"{live_server.url}/policies/{policy.pk}/edit#policy-history-panel")
    tab = page.get_by_role("tab", name="History")
    expect(tab).to_be_in_viewport(ratio=0.9)
