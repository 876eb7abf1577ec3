"""What a browser gets where there is no page for it."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.functional


def test_health_is_answered_without_sign_in(
    page: Page, live_server: LiveServer
) -> None:
    answer = page.goto(f"{live_server.url}/healthz")

    assert answer is not None
    assert answer.json() == {"status": "ok"}
