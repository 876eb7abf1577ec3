"""Somebody looks at a policy, and can't save."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from policies.models import Policy
from tests.browser import SignIn, inspect
from tests.factories import make_policy
from tests.people import Cast
from tests.policies.texts import EMPLOYEES

pytestmark = pytest.mark.functional


def test_a_viewer_looks_but_does_not_save(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    policy = make_policy("Shared", namespace=cast.web, source=EMPLOYEES)
    page = sign_in(cast.ben)

    page.goto(f"{live_server.url}/policies/{policy.pk}/")
    page.get_by_role("tab", name="Builder").click()

    expect(page.locator(".builder__block")).to_have_count(1)
    expect(page.locator(".builder__block select:enabled")).to_have_count(0)
    expect(page.get_by_role("button", name="Add criterion")).to_be_disabled()
    expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    inspect(page, "policy-viewed")
    page.get_by_role("tab", name="Editor").click()
    expect(page.get_by_role("textbox", name="Policy text")).to_have_attribute(
        "aria-readonly", "true"
    )
    page.get_by_role("tab", name="Rego").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("takes the admin role")
    answer = page.goto(f"{live_server.url}/policies/{policy.pk}/edit")
    assert answer is not None
    assert answer.status == 403
    assert Policy.objects.get().version == 1
