"""The README's walk: `manage.py up` with its demo, and browsers that go through Envoy.

Everything is the product's own and runs as on somebody's machine: console, worker,
authorizer, Envoy and the demo's application behind it.
"""

import http.client
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import PATIENCE
from tests.console.running import START_SECONDS, Console, free_port, wait_until_enforced
from tests.functional.test_policy_editing import replace_text

pytestmark = pytest.mark.functional

ONLY_VIKTOR = """\
allow:
  or:
    - email:
        is: viktor.lindqvist@meridian.example
"""


@dataclass(frozen=True)
class Proxy:
    """Where the console and the routes of the demo answer."""

    console: str
    port: int

    def route(self, name: str, path: str = "/") -> str:
        return f"https://{name}.meridian.localhost:{self.port}{path}"


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("up")
    port = free_port()
    console = Console(
        folder, port, POSTERN_DEMO="1", POSTERN_GATEWAY_PORT=str(free_port())
    )
    try:
        console.wait_until_said("Ctrl-C stops everything")
        wait_until_enforced(console, folder)
        found = re.search(r"Access proxy +https://[^/]+:(\d+)/", console.said)
        assert found, console.said
        yield Proxy(f"http://localhost:{port}", int(found[1]))
    finally:
        console.process.terminate()
        console.process.wait(START_SECONDS)


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Return a function that opens a browser of its own, which trusts the proxy."""
    contexts: list[BrowserContext] = []

    def come() -> Page:
        context = browser.new_context(ignore_https_errors=True)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield come
    for one in contexts:
        one.close()


def choose(page: Page, name: str) -> None:
    """Sign in as one of the demo's people, where the console asks."""
    page.get_by_role("button", name=name).first.click()


def status_of(page: Page, address: str) -> int:
    """Ask as curl would, with the browser's cookies; redirects are not followed."""
    parts = urlsplit(address)
    cookies = page.context.cookies(address)
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE / 1000)
    plain = socket.create_connection(("127.0.0.1", parts.port or 443))
    connection.sock = trust.wrap_socket(plain, server_hostname=parts.hostname)
    with closing(connection):
        header = "; ".join(f"{one['name']}={one['value']}" for one in cookies)
        connection.request("GET", parts.path, headers={"Cookie": header})
        return connection.getresponse().status


def wait_for_status(page: Page, address: str, wanted: int) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while (status := status_of(page, address)) != wanted:
        assert time.monotonic() < deadline, status
        time.sleep(0.1)


def test_a_changed_policy_counts_for_people_who_are_signed_in(
    proxy: Proxy, visitor: Callable[[], Page]
) -> None:
    git = proxy.route("git")
    engineer, contractor, admin = visitor(), visitor(), visitor()

    # Before anybody signs in.
    assert status_of(engineer, proxy.route("status")) == 200
    assert status_of(engineer, git) == 302
    assert status_of(engineer, proxy.route("git", "/robots.txt")) == 200

    # One may, and one reads why not.
    engineer.goto(git)
    choose(engineer, "Ingrid")
    engineer.wait_for_url(git)
    assert status_of(engineer, git) == 200
    contractor.goto(git)
    choose(contractor, "Beatrice")
    contractor.wait_for_url(git)
    expect(contractor.get_by_text("Ask Ingrid Solberg to add you")).to_be_visible()
    assert status_of(contractor, git) == 403

    # An admin writes another policy.
    admin.goto(proxy.console)
    choose(admin, "Viktor")
    admin.goto(f"{proxy.console}/policies/?q=Engineers")
    admin.get_by_role("link", name="Engineers", exact=True).click()
    admin.get_by_role("link", name="Edit", exact=True).click()
    replace_text(admin, ONLY_VIKTOR)
    expect(admin.get_by_text("No problems")).to_be_visible()
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("Allow when the email address is")).to_be_visible()

    wait_for_status(engineer, git, 403)


def test_who_lacks_a_device_enrolls_and_comes_back_to_the_route(
    proxy: Proxy, visitor: Callable[[], Page]
) -> None:
    address = proxy.route("expenses")
    page, admin = visitor(), visitor()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )

    page.goto(address)
    choose(page, "Ingrid")
    page.get_by_label("Name of the device").fill("Laptop of the walk")
    page.get_by_role("button", name="Enroll this device").click()
    expect(page.locator("#own-devices")).to_contain_text("Laptop of the walk")

    admin.goto(proxy.console)
    choose(admin, "Viktor")
    admin.goto(f"{proxy.console}/devices/")
    admin.get_by_role("link", name="Laptop of the walk").click()
    admin.get_by_role("button", name="Approve").click()
    expect(admin.get_by_role("button", name="Revoke")).to_be_visible()

    # The host of each route has the page too, with the devices that don't count here.
    own_page = page.url
    page.goto(proxy.route("git", "/.pomerium/"))
    page.get_by_role("link", name="Sign in").click()
    page.wait_for_url(proxy.route("git", "/.pomerium/"))
    expect(page.get_by_text("Laptop of the walk (approved")).to_be_visible()
    page.goto(own_page)

    back = page.locator("#own-devices").get_by_role("link", name="expenses")
    back.click()
    page.wait_for_url(address)
    assert status_of(page, address) == 200

    # What is taken back counts for the session that is open.
    admin.get_by_label("Reason").fill("Lost in the train")
    admin.get_by_role("button", name="Revoke").click()
    expect(admin.locator("h1")).to_contain_text("Revoked")
    wait_for_status(page, address, 302)
