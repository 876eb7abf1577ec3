"""Sign-in from one end to the other with a provider that others wrote."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from console.core.actor import system
from directory import services
from directory.models import User
from directory.openid import fetching, metadata
from tests.factories import NOW
from tests.openid import canaille, keycloak, mock

pytestmark = pytest.mark.functional

CALLBACK = "/sign-in/openid/callback"


@pytest.fixture(autouse=True)
def _strangers(transactional_db: None) -> Iterator[None]:
    """Nothing is known of any provider, before and after."""
    metadata.forget()
    yield
    fetching.forget_connections()
    metadata.forget()


def begin(
    context: BrowserContext, server: LiveServer, issuer: str, client: tuple[str, str]
) -> Page:
    """Enter a provider, and go there from the sign-in page."""
    services.save_identity_provider(
        version=0,
        name="Acme",
        issuer=issuer,
        client_id=client[0],
        client_secret=client[1],
        actor=system("test"),
        now=NOW,
    )
    page = context.new_page()
    page.goto(f"{server.url}/account/")
    page.get_by_role("link", name="Sign in with Acme").click()
    return page


def check_signed_in(page: Page, server: LiveServer, name: str) -> User:
    """Look at who one is; return the person."""
    expect(page).to_have_url(f"{server.url}/account/")
    expect(page.get_by_role("main").get_by_text(name).first).to_be_visible()
    return User.objects.get(is_local=False)


def test_with_oidc_provider_mock(
    context: BrowserContext, live_server: LiveServer
) -> None:
    client = mock.CLIENT_ID, mock.CLIENT_SECRET
    with mock.serving_mock() as provider:
        provider.know("person-1", name="Ada Lovelace")
        page = begin(context, live_server, provider.issuer, client)
        page.locator("input[name=sub]").fill("person-1")
        page.get_by_role("button", name="Authorize").click()
        person = check_signed_in(page, live_server, "Ada Lovelace")
        page.context.clear_cookies()

        provider.fail(claims={"aud": "another-client"})
        page.goto(f"{live_server.url}/account/")
        page.get_by_role("link", name="Sign in with Acme").click()
        page.locator("input[name=sub]").fill("person-1")
        page.get_by_role("button", name="Authorize").click()
        expect(
            page.get_by_role("heading", name="You are not signed in")
        ).to_be_visible()

    assert (person.issuer, person.subject) == (provider.issuer, "person-1")


@pytest.mark.nightly
@pytest.mark.skipif(not canaille.CANAILLE, reason="canaille is not installed")
def test_with_canaille(
    context: BrowserContext, live_server: LiveServer, tmp_path: Path
) -> None:
    client = canaille.CLIENT_ID, canaille.CLIENT_SECRET
    with canaille.running_canaille(tmp_path) as provider:
        provider.add_client(f"{live_server.url}{CALLBACK}")
        provider.add_person("ada", "Ada", "Lovelace")
        page = begin(context, live_server, provider.issuer, client)
        page.get_by_label("Login").fill("ada")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("textbox", name="Password").fill(canaille.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Accept").click()
        first = check_signed_in(page, live_server, "Ada Lovelace")

        # Signed in there, and consented: it sends the browser straight back.
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        page.goto(f"{live_server.url}/account/")
        page.get_by_role("link", name="Sign in with Acme").click()
        again = check_signed_in(page, live_server, "Ada Lovelace")

    assert first.issuer == provider.issuer
    assert again.pk == first.pk


@pytest.mark.nightly
@pytest.mark.skipif(
    not keycloak.KEYCLOAK, reason="POSTERN_TEST_KEYCLOAK names no Keycloak"
)
def test_with_keycloak(
    context: BrowserContext, live_server: LiveServer, tmp_path: Path
) -> None:
    client = keycloak.CLIENT_ID, keycloak.CLIENT_SECRET
    with keycloak.running_keycloak(tmp_path) as provider:
        provider.add_realm(f"{live_server.url}{CALLBACK}")
        subject = provider.add_person("ada")
        page = begin(context, live_server, provider.issuer, client)
        page.get_by_label("Username or email").fill("ada")
        page.get_by_role("textbox", name="Password").fill(keycloak.PASSWORD)
        page.get_by_role("button", name="Sign In").click()
        person = check_signed_in(page, live_server, "Ada Lovelace")

    assert (person.issuer, person.subject) == (provider.issuer, subject)
    assert person.email == "ada@example.com"
