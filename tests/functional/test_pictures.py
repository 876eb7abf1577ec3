"""The pictures of the documentation, taken of the demo organization.

They go to the ignored folder of all pictures; `make pictures` puts them into docs, so
what the documentation shows is what the console shows.
"""

import os
import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from console.core.actor import system
from console.demo.load import load_demo
from directory.models import User
from policies.models import Policy
from routes.models import Route
from tests.browser import PICTURES, ROOT, SIZES, Look, SignIn, show_theme

pytestmark = pytest.mark.functional

DOCS = ROOT / "docs"
FOLDER = Path(os.environ.get("POSTERN_TEST_PICTURES") or PICTURES / "docs")
LIGHT: Look = ("wide", "light")
DARK: Look = ("wide", "dark")
PHONE: Look = ("narrow", "dark")
PAGES: dict[str, tuple[str, Look]] = {
    "overview": ("/", LIGHT),
    "overview-dark": ("/", DARK),
    "namespaces": ("/namespaces/", LIGHT),
    "policies": ("/policies/", LIGHT),
    "policy": ("/policies/{policy}/", LIGHT),
    "policy-editor": ("/policies/{policy}/edit", DARK),
    "routes": ("/routes/", LIGHT),
    "route": ("/routes/{route}/", LIGHT),
    "route-phone": ("/routes/{route}/", PHONE),
    "audit": ("/audit/", LIGHT),
}
USED = re.compile(r"screenshots/([\w-]+)\.png")


@pytest.fixture
def admin(transactional_db: None) -> User:
    """The demo is loaded; returns an admin of all of it."""
    load_demo(actor=system("demo"), now=timezone.now(), say=lambda _: None)
    return User.objects.get(email="viktor.lindqvist@meridian.example")


def test_the_documentation_has_its_pictures(
    admin: User, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(admin)
    keys = {
        "policy": Policy.objects.get(name="Office networks").pk,
        "route": Route.objects.get(name="Prometheus").pk,
    }

    for name, (path, look) in PAGES.items():
        page.goto(live_server.url + path.format(**keys))
        take(page, name, look)
    page.goto(f"{live_server.url}/routes/{keys['route']}/try")
    page.get_by_role("radio", name="aisha.rahman").check()
    page.get_by_role("button", name="Try it").click()
    answer = page.locator("#trial")
    expect(answer).to_contain_text("GET prometheus.meridian.localhost/")
    answer.scroll_into_view_if_needed()
    take(page, "try", LIGHT)


def take(page: Page, name: str, look: Look) -> None:
    """Take the part of a page that is first seen."""
    width, scheme = look
    page.set_viewport_size({"width": SIZES[width][0], "height": SIZES[width][1]})
    show_theme(page, scheme)
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png")


def test_every_picture_is_there_and_shown() -> None:
    there = {path.stem for path in (DOCS / "screenshots").glob("*.png")}
    texts = [path.read_text() for path in (ROOT / "README.md", *DOCS.glob("*.md"))]

    assert there == {*PAGES, "try"}
    assert there == {name for text in texts for name in USED.findall(text)}
