"""The gallery's pages, for a browser with the built files (tests/browser.py)."""

from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def gallery(built_assets: None, live_server: LiveServer, settings: Any) -> str:
    """Address of a server of the gallery's pages."""
    settings.ROOT_URLCONF = "tests.frontend.gallery.urls"
    return live_server.url
