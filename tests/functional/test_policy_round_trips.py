"""Generated policies through the builder's page: what nobody touches stays as is."""

import random
from collections import Counter

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser import SignIn
from tests.functional.builder import open_new, section, text_of
from tests.people import Cast
from tests.policies.language import random_policies, random_texts
from tests.policies.language.builder.test_round_trips import (
    changeable,
    check_comments,
    check_lines,
    said,
    tree,
)

pytestmark = pytest.mark.functional

WRITE = """text => {
  const source = document.getElementById("id_source");
  source.value = text;
  source.dispatchEvent(new Event("input", {bubbles: true}));
}"""
SHOWS = """text => {
  const shown = document.querySelector("[data-builder-source]");
  const view = document.querySelector("[data-builder-view]");
  return shown?.value === text && view.getAttribute("aria-busy") === "false";
}"""


@pytest.mark.parametrize(
    "seeds",
    [range(38, 45), pytest.param(range(200), marks=pytest.mark.nightly)],
    ids=["few", "many"],
)
def test_nothing_is_lost_on_the_way_through_the_page(
    sign_in: SignIn, live_server: LiveServer, cast: Cast, seeds: range
) -> None:
    page = sign_in(cast.mia)
    open_new(page, live_server, cast)
    page.get_by_role("tab", name="Builder").click()
    section(page, "Let in when").wait_for()

    changed = sum(is_changed_and_back(page, seed) for seed in seeds)

    assert changed > len(seeds) / 4


def is_changed_and_back(page: Page, seed: int) -> bool:
    """Show a policy, change one value of it if it has one to type, and undo that."""
    rng = random.Random(seed)
    text = random_texts.write(rng, random_policies.policy(rng))
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # as a field has it
    page.evaluate(WRITE, text)
    page.wait_for_function(SHOWS, arg=text)
    assert text_of(page) == text, seed
    for _, criterion in (
        (block, block["criteria"][at]) for block, at in changeable(tree(text))
    ):
        item = page.locator(f"[data-builder-item='{criterion['id']}']")
        field = item.locator("input[data-builder-field][data-kind='text']").first
        if field.count() and field.is_enabled():
            break
    else:
        return False

    field.fill(f"new{seed}")
    field.press("Enter")

    page.wait_for_function(
        "text => document.getElementById('id_source').value !== text", arg=text
    )
    edited = text_of(page)
    page.wait_for_function(SHOWS, arg=edited)
    check_meaning(text, edited, f"new{seed}")
    check_comments(text, edited, seed)
    check_lines(text, edited, criterion, seed)
    page.get_by_role("button", name="Undo", exact=True).click()
    page.wait_for_function(SHOWS, arg=text)
    assert text_of(page) == text, seed
    return True


def check_meaning(text: str, edited: str, word: str) -> None:
    """One criterion of one block says the word; all others say what they said."""
    was, now = Counter(map(repr, said(text))), Counter(map(repr, said(edited)))
    [(action, operator, old)] = [one for one in said(text) if repr(one) in was - now]
    [(*same, new)] = [one for one in said(edited) if repr(one) in now - was]
    assert same == [action, operator], word
    [(_, altered)] = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
    assert word in repr(altered)
