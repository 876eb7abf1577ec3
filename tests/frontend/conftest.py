"""A browser on the gallery's pages, with the built files."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from pytest_django.live_server_helper import LiveServer

from console.core.assets import build_assets

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def built_assets() -> None:
    """Make sure that the pages' styles and scripts are those of the sources."""
    build_assets(ROOT)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the one on the path, else the one that Playwright has fetched."""
    with sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread; Django must not mind.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        yield browser
        browser.close()


@pytest.fixture
def gallery(built_assets: None, live_server: LiveServer, settings: Any) -> str:
    """Address of a server of the gallery's pages."""
    settings.ROOT_URLCONF = "tests.frontend.gallery.urls"
    return live_server.url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without history, wide and light."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context
    context.close()
