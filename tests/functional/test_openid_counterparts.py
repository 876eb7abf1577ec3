"""Sign-in from one end to the other with a provider that others wrote."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from console.core.actor import system
from directory import services
from directory.models import User
from directory.openid import fetching, metadata
from tests.factories import NOW
from tests.openid import mock

pytestmark = pytest.mark.functional


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
