"""From an empty settings page to people who sign in with their provider."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from directory.openid import fetching, metadata
from namespaces.selectors import get_root
from tests.browser import BRIEFLY, SignIn, inspect
from tests.factories import grant, make_user
from tests.openid.provider import CLIENT_ID, CLIENT_SECRET, Provider, serving

pytestmark = pytest.mark.functional


@pytest.fixture
def provider() -> Iterator[Provider]:
    """An identity provider on this machine, which nobody has entered yet."""
    metadata.forget()
    with serving() as running:
        yield running
    fetching.forget_connections()
    metadata.forget()


def test_provider_is_entered_tested_and_used(
    provider: Provider,
    sign_in: SignIn,
    live_server: LiveServer,
    transactional_db: None,
) -> None:
    root = make_user("root")
    grant("admin", get_root(), user=root)
    provider.claims["name"] = "Ada Lovelace"
    page = sign_in(root)

    enter(page, live_server.url, provider.issuer, secret="wrong")
    page.get_by_role("button", name="Test this provider").click()
    expect(
        page.get_by_text("does not accept this client id and secret")
    ).to_be_visible()
    inspect(page, "sign-in-test-failed", BRIEFLY)
    enter(page, live_server.url, provider.issuer, secret=CLIENT_SECRET)
    page.get_by_role("button", name="Test this provider").click()
    expect(page.get_by_text("Nothing wrong was found")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/account/")
    inspect(page, "sign-in-with-provider", BRIEFLY)
    page.get_by_role("link", name="Sign in with Acme").click()
    expect(page).to_have_url(f"{live_server.url}/account/")
    expect(page.get_by_role("main").get_by_text("Ada Lovelace")).to_be_visible()


def test_a_recovery_token_signs_in_while_the_provider_is_down(
    sign_in: SignIn, live_server: LiveServer, transactional_db: None
) -> None:
    root = make_user("root")
    grant("admin", get_root(), user=root)
    page = sign_in(root)
    with serving() as provider:
        enter(page, live_server.url, provider.issuer, secret=CLIENT_SECRET)
    fetching.forget_connections()
    metadata.forget()
    page.context.clear_cookies()
    minted = StringIO()

    page.goto(f"{live_server.url}/account/")
    page.get_by_role("link", name="Sign in with Acme").click()
    expect(page.get_by_text("identity provider did not work")).to_be_visible()
    page.get_by_role("link", name="Back to sign-in").click()
    call_command("recoverytoken", root.email, stdout=minted, stderr=StringIO())
    page.get_by_role("link", name="Can't sign in?").click()
    use(page, minted.getvalue().strip())
    expect(page.get_by_text("Somebody used the emergency entrance")).to_be_visible()
    expect(page.get_by_text("Somebody made a token for the")).to_be_visible()
    inspect(page, "overview-after-recovery", BRIEFLY)

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/sign-in/recovery")
    use(page, minted.getvalue().strip())
    expect(page.get_by_text("You are not signed in")).to_be_visible()
    inspect(page, "recovery-token-used-up", BRIEFLY)


def use(page: Page, token: str) -> None:
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()


def test_refusal_is_told_on_a_page_that_is_in_order(
    provider: Provider,
    sign_in: SignIn,
    live_server: LiveServer,
    transactional_db: None,
) -> None:
    page = sign_in(make_user("ada"))

    page.goto(f"{live_server.url}/sign-in/openid/callback?code=x&state=y")

    expect(
        page.get_by_text("You are still signed in as ada@example.com")
    ).to_be_visible()
    inspect(page, "sign-in-refused", BRIEFLY)


def enter(page: Page, url: str, issuer: str, *, secret: str) -> None:
    page.goto(f"{url}/settings/sign-in/")
    page.get_by_label("Name", exact=True).fill("Acme")
    page.get_by_label("Issuer").fill(issuer)
    page.get_by_label("Client id").fill(CLIENT_ID)
    page.get_by_label("Client secret").fill(secret)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
