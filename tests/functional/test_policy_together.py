"""Two browsers edit one policy: nothing of either is lost."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from policies import services
from policies.models import Policy
from tests.browser import PATIENCE, SignIn, inspect
from tests.factories import NOW, make_policy
from tests.functional.test_policy_editing import replace_text
from tests.people import Cast, actor_of

pytestmark = pytest.mark.functional

SOURCE = """\
allow:
  or:
    - domain: example.com
    # people whom we know
    - email: a@example.org
    # and all of these
    - groups: {has: crew}
deny:
  or:
    - http_method: DELETE
"""
THEIRS = SOURCE.replace("example.com", "example.net").replace("DELETE", "PUT")
OWN = SOURCE.replace("a@", "b@").replace("DELETE", "PATCH")
THEIRS_RADIO = re.compile("^Theirs")
BOTH = THEIRS.replace("a@", "b@")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def press_until_focused(page: Page, key: str, wanted: Locator) -> None:
    """Go by keyboard alone to where somebody wants to be."""
    for _ in range(80):
        page.keyboard.press(key)
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{key} does not lead to {wanted}")


def test_two_browsers_edit_one_policy(
    sign_in: SignIn, live_server: LiveServer, cast: Cast, browser: Browser
) -> None:
    policy = make_policy("Shared", namespace=cast.web, source=SOURCE)
    address = f"{live_server.url}/policies/{policy.pk}/edit"
    other = browser.new_context(
        storage_state=sign_in(cast.ada).context.storage_state(),
        reduced_motion="reduce",
    )
    other.set_default_timeout(PATIENCE)
    ada, mia = other.new_page(), sign_in(cast.mia)
    for page in (ada, mia):
        page.goto(address)

    replace_text(ada, THEIRS)
    save(ada)
    expect(ada.get_by_text("Saved as version 2.")).to_be_visible()
    other.close()
    replace_text(mia, OWN)
    mia.get_by_role("tab", name="General").click()
    mia.get_by_role("textbox", name="Description").fill("Mine")
    save(mia)

    # What does not overlap is done; both changed the last line.
    state = mia.locator("[data-merge-state]")
    expect(state).to_contain_text("1 change of theirs is taken over. 1 place is left")
    expect(mia.locator("[data-merge-done='theirs']")).to_contain_text("example.net")
    kept = mia.locator("[data-merge-done='own']")
    expect(kept.filter(has_text="b@example.org")).to_be_visible()
    expect(kept.filter(has_text="Description")).to_contain_text("Mine")
    for label in ("their change", "your change"):
        expect(mia.get_by_role("region", name=f"Changes: {label}")).to_be_visible()
    expect(mia.get_by_role("region", name="Changes: In words")).to_have_count(2)
    inspect(mia, "policy-stale")

    # Nothing can be saved before somebody has chosen; then it is chosen by keyboard.
    save(mia)
    theirs = mia.get_by_role("radio", name=THEIRS_RADIO)
    expect(theirs).to_be_focused()
    assert Policy.objects.get().version == 2
    mia.keyboard.press("ArrowDown")
    expect(mia.get_by_role("radio", name=re.compile("^Yours"))).to_be_checked()
    mia.keyboard.press("ArrowUp")
    expect(theirs).to_be_checked()
    expect(state).to_contain_text("Nothing is left to choose")
    press_until_focused(mia, "Tab", mia.get_by_role("button", name="Save", exact=True))
    mia.keyboard.press("Enter")
    expect(mia.get_by_text("Saved as version 3.")).to_be_visible()
    saved = Policy.objects.get()
    assert (saved.source, saved.description) == (BOTH, "Mine")


def test_what_was_changed_by_hand_since_is_not_overwritten(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    policy = make_policy("Shared", namespace=cast.web, source=SOURCE)
    page = sign_in(cast.mia)
    page.goto(f"{live_server.url}/policies/{policy.pk}/edit")
    replace_text(page, OWN)
    services.update_policy(
        policy.pk, version=1, source=THEIRS, actor=actor_of(cast.ada), now=NOW
    )
    save(page)
    expect(page.get_by_role("radio", name=THEIRS_RADIO)).to_be_visible()

    replace_text(page, SOURCE)
    page.get_by_role("radio", name=THEIRS_RADIO).check()

    state = page.locator("[data-merge-state]")
    expect(state).to_contain_text("Nothing is left")
    expect(state).to_contain_text("changed by hand since")
    save(page)
    expect(page.get_by_text("Saved as version 3.")).to_be_visible()
    assert Policy.objects.get().source == SOURCE
