"""The pictures of the documentation, taken of the demo organization.

They go to the ignored folder of all pictures; `make pictures` puts them into docs, so
what the documentation shows is what the console shows.
"""

import os
import re
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from console.core.actor import system
from console.demo.load import load_demo
from directory.models import User
from policies import services
from policies.models import Policy
from policies.selectors import Attempt
from routes.models import Route
from tests.browser import (
    EVERY_LOOK,
    PICTURES,
    ROOT,
    SIZES,
    Look,
    SignIn,
    show_theme,
    wait_until_settled,
)
from tests.factories import make_policy
from tests.people import actor_of

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
# The tabs of a policy's form, then its pages.
PARTS = ("general", "builder", "editor", "rego")
TABS = {"applies-to": "uses", "history": "history", "examples": "examples"}
USED = re.compile(r"screenshots/([\w-]+\.(?:png|webp))")
OFFICE = """\
package pomerium.policy

allow := [true, {"in-the-office"}] {
  net.cidr_contains("10.20.0.0/16", input.http.ip)
} else := [false, {"user-unauthenticated"}] {
  input.session.id == ""
}
"""
# Chromium writes WebP where Playwright writes PNG only: a third of the size.
TO_WEBP = """async png => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"),
    {width: image.width, height: image.height});
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", 0.9).split(",")[1];
}"""


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


@pytest.mark.nightly
def test_the_tabs_of_a_policy_have_their_pictures(
    admin: User, sign_in: SignIn, live_server: LiveServer, context: BrowserContext
) -> None:
    policy = Policy.objects.get(name="Platform team")
    rego = make_policy(
        "In the office", namespace=policy.namespace, source=OFFICE, language="rego"
    )
    attempt = Attempt(at=timezone.now(), path="/api/", method="DELETE")
    services.add_example(
        policy.pk, attempt, name="Nobody deletes", expected="deny",
        actor=actor_of(admin), now=timezone.now(),
    )  # fmt: skip
    page, painter = sign_in(admin), context.new_page()

    for name in PARTS:
        key = rego.pk if name == "rego" else policy.pk
        page.goto(f"{live_server.url}/policies/{key}/edit")
        page.get_by_role("tab", name=re.compile(name, re.IGNORECASE)).click()
        expect(page.locator(f"#policy-{name}")).to_be_visible()
        if name == "builder":
            expect(page.locator(".builder__block").first).to_be_visible()
        take_tab(page, painter, name)
    for name, path in TABS.items():
        page.goto(f"{live_server.url}/policies/{policy.pk}/{path}")
        expect(page.get_by_role("heading", level=1)).to_have_text(policy.name)
        take_tab(page, painter, name)
    painter.close()


def take_tab(page: Page, painter: Page, name: str) -> None:
    """Take a tab in its looks, as small files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for width, scheme in EVERY_LOOK:
        page.set_viewport_size({"width": SIZES[width][0], "height": SIZES[width][1]})
        show_theme(page, scheme)
        page.evaluate("() => window.scrollTo(0, 0)")
        wait_until_settled(page)
        png = b64encode(page.screenshot()).decode()
        webp = painter.evaluate(TO_WEBP, png)
        path = FOLDER / f"policy-{name}-{width}-{scheme}.webp"
        path.write_bytes(b64decode(webp))
    page.set_viewport_size({"width": SIZES["wide"][0], "height": SIZES["wide"][1]})
    show_theme(page, "light")


def take(page: Page, name: str, look: Look) -> None:
    """Take the part of a page that is first seen."""
    width, scheme = look
    page.set_viewport_size({"width": SIZES[width][0], "height": SIZES[width][1]})
    show_theme(page, scheme)
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png")


def test_every_picture_is_there_and_shown() -> None:
    there = {path.name for path in (DOCS / "screenshots").iterdir()}
    pages = {f"{name}.png" for name in (*PAGES, "try")}
    tabs = {
        f"policy-{name}-{width}-{scheme}.webp"
        for name in (*PARTS, *TABS)
        for width, scheme in EVERY_LOOK
    }
    texts = [path.read_text() for path in (ROOT / "README.md", *DOCS.glob("*.md"))]

    assert there == pages | tabs
    assert there == {name for text in texts for name in USED.findall(text)}
