"""Devices from end to end, with Chromium's virtual authenticators.

A person enrolls on their own page, an admin decides in a browser of their own, and the
person is let in, or not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from devices import services
from devices.models import (
    DeviceCredential,
    DeviceEnrollment,
    DeviceRules,
    DeviceType,
)
from tests.authenticators import Plug
from tests.browser import SignIn, inspect
from tests.factories import make_policy, make_route
from tests.people import Cast, actor_of

pytestmark = pytest.mark.functional

NEEDS_APPROVED = """\
allow:
  and:
    - authenticated_user: true
    - device:
        type: any
        approved: true
"""
AUTHENTICATORS = {
    "platform, resident": ("internal", True),
    "platform, not resident": ("internal", False),
    "roaming, resident": ("usb", True),
    "roaming, not resident": ("usb", False),
}


@pytest.fixture
def admin(browser: Browser, live_server: LiveServer, cast: Cast) -> Iterator[Page]:
    """A second browser, in which an admin of the root is signed in."""
    context = browser.new_context()
    client = Client()
    client.force_login(cast.root)
    context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "url": live_server.url,
            }
        ]
    )
    yield context.new_page()
    context.close()


@dataclass(frozen=True)
class Stage:
    """Two browsers in front of one console."""

    sign_in: SignIn
    admin: Page
    root: str


@pytest.fixture
def stage(sign_in: SignIn, admin: Page, live_server: LiveServer) -> Stage:
    return Stage(sign_in, admin, live_server.url)


@pytest.fixture
def route(cast: Cast) -> str:
    """A route that asks for an approved device; returns its address."""
    policy = make_policy("Approved device", source=NEEDS_APPROVED)
    make_route("wiki", policy, from_="http://wiki.localhost")
    return "http://wiki.localhost/page?x=1"


def enroll(page: Page, root: str, query: str = "", name: str = "My phone") -> None:
    page.goto(f"{root}/.pomerium/{query}")
    page.get_by_label("Name of the device").fill(name)
    page.get_by_role("button", name="Enroll this device").click()
    expect(page.locator("#own-devices")).to_contain_text(name)


def open_address(page: Page, root: str, address: str) -> Any:
    return page.request.get(
        f"{root}/.pomerium/open", params={"to": address}, max_redirects=0
    )


@pytest.mark.parametrize("kind", AUTHENTICATORS)
def test_a_person_enrolls_waits_is_approved_and_let_in(
    kind: str, cast: Cast, route: str, plug: Plug, stage: Stage
) -> None:
    transport, resident = AUTHENTICATORS[kind]
    plug(transport, resident=resident)
    page, admin, root = stage.sign_in(cast.cyd), stage.admin, stage.root

    sent_on = open_address(page, root, route)
    assert sent_on.headers["location"].startswith("/.pomerium/?next=http%3A%2F%2Fwiki")
    enroll(page, root, sent_on.headers["location"].partition("/.pomerium/")[2])
    expect(page.locator("#own-devices")).to_contain_text("Waiting")
    assert "/.pomerium/?next=" in page.url
    still = open_address(page, root, route)
    assert still.headers["location"].startswith("/.pomerium/")

    admin.goto(f"{root}/devices/waiting")
    expect(admin.locator(".rail__count")).to_have_text("1 waiting")
    admin.get_by_role("button", name="Approve").click()
    expect(admin.get_by_text("Nothing waits")).to_be_visible()

    # The page asks for itself while something waits.
    expect(page.locator("#own-devices")).to_contain_text("Approved")
    back = page.locator("#own-devices").get_by_role("link", name="wiki.localhost")
    assert "/.pomerium/open?to=" in (back.get_attribute("href") or "")
    let_in = open_address(page, root, route)
    assert (let_in.status, let_in.headers["location"]) == (302, route)


def test_a_person_reads_why_they_were_rejected(
    cast: Cast, plug: Plug, admin: Page, sign_in: SignIn, live_server: LiveServer
) -> None:
    plug()
    page = sign_in(cast.cyd)
    enroll(page, live_server.url)

    admin.goto(f"{live_server.url}/devices/waiting")
    admin.get_by_label("Reason").fill("Not one of ours")
    admin.get_by_role("button", name="Reject").click()
    expect(admin.get_by_text("Nothing waits")).to_be_visible()

    expect(page.get_by_text("Not one of ours")).to_be_visible(timeout=15_000)
    expect(page.locator("#own-devices")).to_contain_text("Rejected")
    page.set_viewport_size({"width": 360, "height": 780})
    inspect(page, "own-page-rejected")


def test_a_revoked_device_counts_no_more_in_the_session_that_used_it(
    cast: Cast, route: str, plug: Plug, stage: Stage
) -> None:
    plug()
    page, admin, root = stage.sign_in(cast.cyd), stage.admin, stage.root
    enroll(page, root)
    enrollment = DeviceEnrollment.objects.get()
    services.change_device(
        services.seen_of(enrollment),
        action="approve",
        actor=actor_of(cast.root),
        now=timezone.now(),
    )
    assert open_address(page, root, route).headers["location"] == route

    admin.goto(f"{root}/devices/{enrollment.credential_id}/")
    admin.get_by_label("Reason").fill("Lost in the train")
    admin.get_by_role("button", name="Revoke").click()
    expect(admin.locator("h1")).to_contain_text("Revoked")

    after = open_address(page, root, route)
    assert after.headers["location"].startswith("/.pomerium/")


def test_a_new_session_proves_to_have_a_device(
    cast: Cast, route: str, plug: Plug, sign_in: SignIn, live_server: LiveServer
) -> None:
    plug(resident=True)
    page, root = sign_in(cast.cyd), live_server.url
    enroll(page, root)
    services.change_device(
        services.seen_of(DeviceEnrollment.objects.get()),
        action="approve",
        actor=actor_of(cast.root),
        now=timezone.now(),
    )
    sign_in(cast.cyd)
    assert "/.pomerium/" in open_address(page, root, route).headers["location"]

    page.goto(f"{root}/.pomerium/")
    page.get_by_role("button", name="Use a device").click()
    expect(page.locator("#own-devices")).to_contain_text("In use")

    assert open_address(page, root, route).headers["location"] == route
    assert DeviceCredential.objects.get().last_used_at is not None


def test_one_key_of_two_people_is_two_devices_that_wait_by_themselves(
    cast: Cast, plug: Plug, stage: Stage
) -> None:
    plug("usb", resident=True)
    page, root = stage.sign_in(cast.cyd), stage.root
    enroll(page, root, name="Key of the team")
    services.change_device(
        services.seen_of(DeviceEnrollment.objects.get()),
        action="approve",
        actor=actor_of(cast.root),
        now=timezone.now(),
    )

    page = stage.sign_in(cast.ben)
    enroll(page, root, name="The same key")

    expect(page.locator("#own-devices")).to_contain_text("Waiting")
    mine, other = DeviceCredential.objects.order_by("created_at")
    assert mine.external_id != other.external_id
    assert (mine.user, other.user) == (cast.cyd, cast.ben)


def test_a_counter_that_goes_back_suspends_the_device(
    cast: Cast, plug: Plug, sign_in: SignIn, live_server: LiveServer
) -> None:
    plug(resident=True)
    page = sign_in(cast.cyd)
    enroll(page, live_server.url)
    DeviceCredential.objects.update(sign_count=1_000_000)
    sign_in(cast.cyd)
    page.goto(f"{live_server.url}/.pomerium/")

    page.get_by_role("button", name="Use a device").click()

    expect(page.get_by_text("as if there were a copy")).to_be_visible()
    assert DeviceEnrollment.objects.get().status == "suspended"


def test_a_link_enrolls_one_device_of_one_type(
    cast: Cast, plug: Plug, admin: Page, sign_in: SignIn, live_server: LiveServer
) -> None:
    plug("usb")
    root = live_server.url
    DeviceRules.objects.create(
        approves_links=True,
        changed_by=cast.mia,
        created_at=timezone.now(),
        modified_at=timezone.now(),
    )
    admin.goto(f"{root}/devices/links/new?who=cyd")
    admin.get_by_label("Cyd").check()
    admin.get_by_role("button", name="Issue the link").click()
    address = admin.locator("#link-address").inner_text()

    page = sign_in(cast.ben)
    assert page.goto(address).status == 404  # type: ignore[union-attr]
    page = sign_in(cast.cyd)
    page.goto(address)
    page.get_by_label("Name of the device").fill("My key")
    page.get_by_role("button", name="Enroll this device").click()

    expect(page.locator("#own-devices")).to_contain_text("Approved")
    assert page.goto(address).status == 404  # type: ignore[union-attr]


def test_a_type_for_platforms_refuses_a_roaming_key_in_the_browser(
    cast: Cast, plug: Plug, sign_in: SignIn, live_server: LiveServer
) -> None:
    plug("internal")
    page = sign_in(cast.cyd)
    page.goto(f"{live_server.url}/.pomerium/")
    page.get_by_label("Name of the device").fill("Laptop")
    page.get_by_label("Type").select_option("enclave_only")
    page.get_by_role("button", name="Enroll this device").click()

    # Nobody trusts the maker of virtual authenticators.
    expect(page.get_by_text("manufacturer that vouches")).to_be_visible()
    assert DeviceType.objects.filter(code="enclave_only").exists()
    assert not DeviceCredential.objects.exists()
