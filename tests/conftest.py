"""Fixtures that many tests share."""

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache

from tests.people import Cast, make_cast

pytest_plugins = ["tests.authenticators", "tests.browser"]

LONGEST_ID = 30  # shorter than a UUID

# A slow machine is no fault of the code: benchmarks measure time, properties don't.
# By day each property has the same examples each time, so that what is changed decides
# about the outcome and not luck; by night (`make nightly`) new ones.
for name, is_the_same in (("suite", True), ("nightly", False)):
    hypothesis.settings.register_profile(
        name,
        deadline=None,
        derandomize=is_the_same,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
hypothesis.settings.load_profile("suite")


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    """Forget what the tests before have counted, as their rows are forgotten."""
    cache.clear()


@pytest.fixture
def cast(db: None) -> Cast:
    """Ada, Ben, Cyd and the others, with their namespaces."""
    return make_cast()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests in a browser a second chance; the report says who needed it.

    A browser on a busy machine stumbles at times, and thousands of tests would be run
    again for it. What stumbles more than once in a while is a fault to look for.
    """
    for item in items:
        if item.get_closest_marker("functional"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_report_header() -> str:
    """Say which database this run is about."""
    return f"database: {settings.DATABASES['default']['ENGINE'].rpartition('.')[2]}"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes and long texts by their argument.

    Their own might be made anew in each process, and then two would not agree on
    which tests there are.
    """
    is_long = isinstance(val, str) and len(val) > LONGEST_ID
    return argname if is_long or isinstance(val, bytes) else None
