"""Two browsers edit one policy; somebody looks, and can't save."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from policies.models import Policy
from tests.browser import PATIENCE, SignIn, inspect
from tests.factories import make_policy
from tests.functional.test_policy_editing import replace_text
from tests.people import Cast

pytestmark = pytest.mark.functional

SOURCE = "allow:\n  or:\n    - domain: example.com\n    - email: a@example.org\n"


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

    replace_text(ada, SOURCE.replace("example.com", "example.net"))
    ada.get_by_role("button", name="Save", exact=True).click()
    expect(ada.get_by_text("Saved as version 2.")).to_be_visible()
    other.close()
    replace_text(mia, SOURCE.replace("a@example.org", "b@example.org"))
    mia.get_by_role("button", name="Save", exact=True).click()

    # Both changes are seen, against the text that both began with.
    expect(mia.get_by_text("Somebody saved first")).to_be_visible()
    theirs = mia.get_by_role("region", name="Changes: their change")
    own = mia.get_by_role("region", name="Changes: your change")
    expect(theirs.locator(".diff__line--added")).to_contain_text("example.net")
    expect(own.locator(".diff__line--added")).to_contain_text("b@example.org")
    assert Policy.objects.get().version == 2
    inspect(mia, "policy-stale")

    # Nothing is lost: both are put together, and saved over it.
    both = SOURCE.replace("example.com", "example.net").replace("a@", "b@")
    replace_text(mia, both)
    mia.get_by_role("button", name="Save", exact=True).click()
    expect(mia.get_by_text("Saved as version 3.")).to_be_visible()
    assert Policy.objects.get().source == both


def test_a_viewer_looks_but_does_not_save(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    policy = make_policy("Shared", namespace=cast.web, source=SOURCE)
    page = sign_in(cast.ben)

    page.goto(f"{live_server.url}/policies/{policy.pk}/")
    page.get_by_role("tab", name="Builder").click()

    expect(page.locator(".builder__block")).to_have_count(1)
    expect(page.locator(".builder__block select:enabled")).to_have_count(0)
    expect(page.get_by_role("button", name="Add criterion")).to_be_disabled()
    expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    inspect(page, "policy-viewed")
    answer = page.goto(f"{live_server.url}/policies/{policy.pk}/edit")
    assert answer is not None
    assert answer.status == 403
    assert Policy.objects.get().version == 1
