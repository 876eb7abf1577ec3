"""The editor of Rego: problems, completion and shapes, and trying with JSON."""

import logging

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from policies import services
from policies.selectors import Attempt
from tests.browser import SignIn, inspect
from tests.factories import NOW, make_policy
from tests.people import Cast, actor_of

pytestmark = pytest.mark.functional

logger = logging.getLogger(__name__)
BEGUN = 'allow := [true, {"reading"}] {\n  input.http.method == "GET"\n'
PRINTING = f'{BEGUN}  print("asked", input.http.path)\n}}'
TWO_WAYS = f"""{BEGUN}}} else = [false, {{"other"}}] {{
  input.http.method == "PUT"
}}"""
# The time from a key to the mark under what is wrong, in the page's own clock.
TIMED = """() => new Promise((done) => {
  const began = performance.now();
  const seen = () => document.querySelector(".cm-lintRange-error");
  const look = () => {
    if (seen()) done(performance.now() - began);
    else requestAnimationFrame(look);
  };
  look();
})"""


def write(page: Page, text: str) -> None:
    """Put another text into the editor, emptied first (see `test_policy_editing`)."""
    page.get_by_role("tab", name="Rego").click()
    page.locator(".cm-content").first.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def is_marked_within(page: Page) -> float:
    """Type what is wrong; return how many milliseconds later it is marked."""
    expect(page.locator(".cm-lintRange-error")).to_have_count(0)
    page.keyboard.insert_text("\ndeny { input.http.session.id }")
    took: float = page.evaluate(TIMED)
    return took


def test_what_is_wrong_is_marked_what_is_meant_is_offered_and_all_of_it_is_tried(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    policy = make_policy(namespace=cast.web, source=f"{BEGUN}}}", language="rego")
    page = sign_in(cast.ada)
    page.goto(f"{live_server.url}/policies/{policy.pk}/edit")

    write(page, PRINTING)
    took = is_marked_within(page)
    logger.info("marked after %.0f ms", took)
    expect(page.locator(".cm-lintRange-error")).to_have_text("input.http.session.id")
    inspect(page, "policy-rego-problem")

    write(page, f"{BEGUN}  input.http.")
    page.keyboard.press("Control+Space")
    offered = page.locator(".cm-tooltip-autocomplete")
    expect(offered).to_contain_text("client_certificate")
    page.keyboard.press("Escape")
    write(page, "only")
    page.keyboard.press("Control+Space")
    expect(offered).to_contain_text("only from a network")
    page.keyboard.press("Escape")

    write(page, PRINTING)
    page.get_by_role("button", name="Evaluate").click()
    trial = page.locator("#rego-trial")
    expect(trial).to_contain_text("Allowed")
    expect(trial).to_contain_text("line 3: asked /")
    expect(trial).to_contain_text("ms, ")
    expect(trial).to_contain_text("Lines that ran")
    inspect(page, "policy-rego-tried")

    # A new one is tried as well before it has a name.
    page.goto(f"{live_server.url}/policies/new?namespace={cast.web.pk}")
    page.get_by_role("tab", name="Rego").click()
    page.get_by_role("button", name="Switch to Rego").click()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    expect(page.get_by_role("tabpanel", name="Rego")).to_be_visible()
    write(page, f"{BEGUN}}}")
    page.get_by_role("button", name="Evaluate").click()
    expect(trial.get_by_text("Allowed")).to_be_in_viewport()
    expect(page.get_by_role("tab", name="Rego")).to_have_attribute(
        "aria-selected", "true"
    )


def test_functions_and_records_are_offered_and_lines_that_no_example_runs_are_named(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    policy = make_policy(namespace=cast.web, source=TWO_WAYS, language="rego")
    services.add_example(
        policy.pk,
        Attempt(at=timezone.now()),
        name="reading",
        expected="allow",
        actor=actor_of(cast.ada),
        now=NOW,
    )
    page = sign_in(cast.ada)
    page.goto(f"{live_server.url}/policies/{policy.pk}/edit")

    page.get_by_role("tab", name="Rego").click()
    missed = page.locator("#effect-answer").get_by_role("button", name="line 4")
    expect(page.locator("#effect-answer")).to_contain_text("Together they run 2 of 3")
    missed.click()
    expect(page.locator(".cm-activeLine")).to_contain_text('"PUT"')
    inspect(page, "policy-rego-coverage")

    offered = page.locator(".cm-tooltip-autocomplete")
    write(page, "allow {\n  net.cidr_con")
    page.keyboard.press("Control+Space")
    expect(offered).to_contain_text("net.cidr_contains")
    page.keyboard.press("Escape")
    write(page, 'allow {\n  get_databroker_record("type')
    page.keyboard.press("Control+Space")
    expect(offered).to_contain_text("type.googleapis.com/user.User")
