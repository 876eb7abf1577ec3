"""Attach a policy to a route, watch what a draft would do, save, look back, revert."""

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from directory.models import Directory
from policies.models import Policy, PolicyExample
from tests.browser import SignIn, inspect
from tests.factories import make_group, make_policy, make_route, make_user
from tests.functional.test_policy_editing import replace_text
from tests.people import Cast

pytestmark = pytest.mark.functional

DEVELOPERS = "allow:\n  and:\n    - groups: {has: id-developers}\n"
OPERATORS = DEVELOPERS.replace("developers", "operators")


@pytest.fixture
def policy(cast: Cast) -> Policy:
    """Eve is a developer and Fay an operator; the policy is for developers."""
    Directory.objects.update(complete_at=timezone.now())
    directory = Directory.objects.get()
    eve, fay = (make_user(name, directory=directory) for name in ("eve", "fay"))
    make_group("developers", eve, directory=directory)
    make_group("operators", fay, directory=directory)
    return make_policy("Crew", namespace=cast.web, source=DEVELOPERS)


def open_draft(page: Page, live_server: LiveServer, policy: Policy) -> Locator:
    """Open the editor; nothing was changed yet, so nobody gains or loses."""
    page.goto(f"{live_server.url}/policies/{policy.pk}/edit")
    said = page.locator("#effect-state")
    expect(said).to_contain_text("Nobody gains or loses access")
    expect(page.locator("#effect-answer")).to_contain_text("For GET /")
    return said


def keep_as_example(page: Page, person: str) -> None:
    """Try a request as somebody, and keep what they get."""
    page.locator("#try-who").fill(person)
    page.get_by_role("radio", name=f"{person}@example.com").check()
    outcome = page.locator("#trial .reason__outcome")
    expect(outcome).to_have_text("Allowed")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator("#trial")).to_contain_text("Kept as the example")


def test_the_effect_is_watched_before_it_happens(
    sign_in: SignIn, live_server: LiveServer, cast: Cast, policy: Policy
) -> None:
    route = make_route("wiki", namespace=cast.web)
    page = sign_in(cast.mia)

    page.goto(f"{live_server.url}/routes/{route.pk}/edit")
    page.get_by_role("checkbox", name="Crew").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Crew").first).to_be_visible()
    said = open_draft(page, live_server, policy)
    keep_as_example(page, "eve")
    example = PolicyExample.objects.get()
    assert (example.outcome, example.name) == ("allow", "Eve: GET /")

    # The draft lets in others; it is not saved yet.
    replace_text(page, OPERATORS)
    expect(said).to_contain_text("1 would gain access")
    expect(said).to_contain_text("1 would lose it")
    expect(said).to_contain_text("1 example would fail")
    answer = page.locator("#effect-answer")
    expect(answer).to_contain_text("Would gain access: 1")
    expect(answer).to_contain_text("Fay")
    expect(page.locator("#trial .reason__outcome")).to_have_text("Denied")
    inspect(page, "policy-effect")

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    expect(page.get_by_text("does not get the answer that is expected")).to_be_visible()

    # Look back, and take it back.
    page.get_by_role("link", name="History", exact=True).click()
    words = page.get_by_role("region", name="Changes: In words")
    expect(words.locator(".diff__line--added")).to_have_count(1)
    page.get_by_role("button", name="Revert to version 1").click()
    page.locator("[data-confirm-yes]").click()
    expect(page.get_by_text("says again what version 1 said")).to_be_visible()
    assert Policy.objects.get().source == DEVELOPERS
    assert PolicyExample.objects.get().outcome == "allow"


def test_a_text_with_problems_leaves_the_numbers_and_says_that_they_are_old(
    sign_in: SignIn, live_server: LiveServer, cast: Cast, policy: Policy
) -> None:
    make_route("wiki", policy, namespace=cast.web)
    page = sign_in(cast.mia)
    said = open_draft(page, live_server, policy)

    replace_text(page, OPERATORS)
    expect(said).to_contain_text("1 would gain access")
    replace_text(page, "allow: [")

    expect(said).to_contain_text("the last text without")
    expect(page.locator("#effect-answer")).to_contain_text("Would gain access: 1")
    replace_text(page, OPERATORS)
    expect(said).to_contain_text("1 would gain access")
