"""Fixtures that many tests share."""

import hypothesis
import pytest
from django.conf import settings

from tests.people import Cast, make_cast

pytest_plugins = ["tests.browser"]

LONGEST_ID = 40

# A slow machine is no fault of the code: benchmarks measure time, properties don't.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")


@pytest.fixture
def cast(db: None) -> Cast:
    """Ada, Ben, Cyd and the others, with their namespaces."""
    return make_cast()


def pytest_report_header() -> str:
    """Say which database this run is about."""
    return f"database: {settings.DATABASES['default']['ENGINE'].rpartition('.')[2]}"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long text by its argument: its own might be made anew in each process."""
    return argname if isinstance(val, str) and len(val) > LONGEST_ID else None
