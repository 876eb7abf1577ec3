"""Chromium's virtual authenticators, for tests of devices in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

Plug = Callable[..., str]


@pytest.fixture
def plug(page: Page) -> Plug:
    """Return a function that plugs a virtual authenticator into the page's browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")

    def add(transport: str = "internal", *, resident: bool = False) -> str:
        answer = session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": transport,
                    "hasResidentKey": resident,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        key: str = answer["authenticatorId"]
        return key

    add.session = session  # type: ignore[attr-defined]
    return add
