"""Fixtures that many tests share."""

import pytest
from django.conf import settings

from tests.people import Cast, make_cast

pytest_plugins = ["tests.browser"]


@pytest.fixture
def cast(db: None) -> Cast:
    """Ada, Ben, Cyd and the others, with their namespaces."""
    return make_cast()


def pytest_report_header() -> str:
    """Say which database this run is about."""
    return f"database: {settings.DATABASES['default']['ENGINE'].rpartition('.')[2]}"
