"""Fixtures for tests in a real browser, and what such tests look for on a page.

The browser lives as long as one file of tests: Playwright keeps an event loop
running in the thread, which other files must not meet.
"""

import gzip
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

from console.core.assets import build_assets
from directory.models import User
from tests.services import UnavailableError, chromium

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = Path(os.environ.get("POSTERN_TEST_PICTURES") or ROOT / "pictures")
SIZES = {"wide": (1440, 900), "narrow": (360, 780)}
GRAVE = frozenset({"serious", "critical"})
UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"
LOCAL = "EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1"
ARGUMENTS = [
    "--no-sandbox",  # root can't have one, and the pages are our own
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
    f"--host-resolver-rules=MAP * ~NOTFOUND, {LOCAL}",
]

Scheme = Literal["light", "dark"]
Look = tuple[Literal["wide", "narrow"], Scheme]
BRIEFLY: tuple[Look, ...] = (("wide", "light"), ("narrow", "dark"))
PATIENCE = 30_000  # ms; a noisy machine is no fault of the page
MOST_SCRIPTS = 250_000  # bytes of a page's JavaScript, compressed
LOADED_SCRIPTS = """() => [...new Set([
  ...[...document.scripts].map(each => each.src),
  ...performance.getEntriesByType("resource").map(each => each.name),
].filter(Boolean).map(address => new URL(address).pathname)
  .filter(path => path.startsWith("/static/") && path.endsWith(".js")))]"""
EVERY_LOOK: tuple[Look, ...] = (*BRIEFLY, ("wide", "dark"), ("narrow", "light"))
SignIn = Callable[[User], Page]


@pytest.fixture(scope="session")
def built_assets() -> None:
    """Styles and scripts as their sources are."""
    build_assets(ROOT)


@pytest.fixture(scope="module")
def browser(built_assets: None) -> Iterator[Browser]:
    """Chromium, without a window."""
    path = chromium.find()
    if path is None:
        raise UnavailableError(chromium.REMEDY)
    reverse("overview")  # imports every page before the first one is waited for
    before = os.environ.get(UNSAFE)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        # Playwright's loop runs in this thread, where Django's ORM then refuses.
        os.environ[UNSAFE] = "true"
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
    if before is None:
        del os.environ[UNSAFE]
    else:
        os.environ[UNSAFE] = before


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without history, wide and light, in UTC."""
    context = browser.new_context(
        viewport={"width": SIZES["wide"][0], "height": SIZES["wide"][1]},
        timezone_id="UTC",
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, live_server: LiveServer) -> Iterator[Page]:
    """A page of the running console, nobody signed in; paths are enough for goto.

    Fails at the end if a script failed, a file was missing, or the Content Security
    Policy refused something.
    """
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.extend(complaint_of(message)))
    yield page
    page.close()
    assert complaints == []


@pytest.fixture
def sign_in(page: Page, live_server: LiveServer) -> SignIn:
    """Return a function that makes the page one of a signed-in person."""

    def as_person(user: User) -> Page:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": cookie.value,
                    "url": live_server.url,
                    "httpOnly": True,
                    "sameSite": "Lax",
                }
            ]
        )
        return page

    return as_person


def complaint_of(message: ConsoleMessage) -> list[str]:
    """Return what a console message says if it tells of a fault of ours.

    A page that answers 403 or 404 also logs an error; that may be intended.
    """
    if message.type != "error":
        return []
    is_answer = message.text.startswith(("Failed to load resource", "Response Status"))
    if is_answer and "/static/" not in str(message.location):
        return []
    return [message.text]


def show_theme(page: Page, scheme: Scheme) -> None:
    """Have the system prefer light or dark, and wait until the page has followed."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        """scheme => document.documentElement.dataset.bsTheme === scheme
        && document.getAnimations().every(each => each.playState === "finished")""",
        arg=scheme,
    )


def wait_until_settled(page: Page) -> None:
    """Wait until no part of the page is being fetched or is still moving.

    What is being fetched is shown dimmed, which axe takes for faint text.
    """
    page.wait_for_function(
        """() => [...document.querySelectorAll('[aria-busy="true"], .htmx-request')]
        .every(each => !each.checkVisibility())
        && document.getAnimations().every(each => each.playState === "finished")"""
    )


def assert_accessible(page: Page, *, within: str = "html") -> None:
    """Fail when axe-core finds a serious or critical violation on the page."""
    wait_until_settled(page)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(
        "selector => axe.run(selector, {resultTypes: ['violations']})", within
    )
    lines = [
        f"{violation['impact']} {violation['id']}: {node['html']} "
        f"({' '.join(node['failureSummary'].split())})"
        for violation in found["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]
    assert not lines, "\n".join([page.url, *lines])


def assert_fits(page: Page) -> None:
    """Fail when the page is wider than its window (nothing scrolls sideways)."""
    excess = page.evaluate(
        "() => document.documentElement.scrollWidth - window.innerWidth"
    )
    assert excess <= 0, f"{page.url} is {excess} px too wide"


def assert_scripts_small(page: Page) -> None:
    """Fail when a page has loaded more JavaScript, as it is sent, than promised."""
    addresses: list[str] = page.evaluate(LOADED_SCRIPTS)
    sizes = {
        address: len(gzip.compress((ROOT / address.lstrip("/")).read_bytes()))
        for address in addresses
    }
    assert sizes, f"{page.url} has loaded no script"
    assert sum(sizes.values()) <= MOST_SCRIPTS, f"{page.url}: {sizes}"


def inspect(page: Page, name: str, looks: Sequence[Look] = BRIEFLY) -> None:
    """Look at a page as everybody sees it: wide and light, narrow and dark.

    Fails when it does not fit or is not accessible. The pictures go to an ignored
    folder, for eyes; POSTERN_TEST_PICTURES names another.
    """
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, scheme in looks:
        page.set_viewport_size({"width": SIZES[width][0], "height": SIZES[width][1]})
        show_theme(page, scheme)
        page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=True)
        assert_accessible(page)
        assert_fits(page)
    page.set_viewport_size({"width": SIZES["wide"][0], "height": SIZES["wide"][1]})
    show_theme(page, "light")
