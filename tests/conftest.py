"""Fixtures that many tests share."""

import pytest

from tests.people import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """Ada, Ben, Cyd and the others, with their namespaces."""
    return make_cast()
