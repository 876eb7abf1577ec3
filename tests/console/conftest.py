"""A browser that asks for the language in brackets."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests.console.bracketed import LANGUAGE, make_catalogs
from tests.people import Cast


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the catalogs of that language."""
    return make_catalogs(tmp_path_factory.mktemp("words"))


@pytest.fixture
def languages(words: Path, settings: Any) -> Iterator[None]:
    """Add the language to those that there are."""
    settings.LOCALE_PATHS = [words]
    settings.LANGUAGES = [*settings.LANGUAGES, (LANGUAGE, "Esperanto")]
    # A request leaves its language behind; the next one would choose anew.
    with translation.override("en", deactivate=True):
        yield


@pytest.fixture
def foreign(languages: None, cast: Cast) -> Client:
    """Return Ada's browser, which asks for that language."""
    client = Client(headers={"accept-language": LANGUAGE})
    client.force_login(cast.ada)
    return client
