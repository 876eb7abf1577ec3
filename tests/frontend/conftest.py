"""The gallery's pages on a server, for the browser of `tests.browser`."""

from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def gallery(built_assets: None, live_server: LiveServer, settings: Any) -> str:
    """Address of a server of the gallery's pages."""
    settings.ROOT_URLCONF = "tests.frontend.gallery.urls"
    return live_server.url
