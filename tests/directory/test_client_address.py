"""Where a request came from, as far as proxies that are trusted say so."""

from typing import Any

import pytest
from django.test import RequestFactory

from directory.authentication import client_address, is_demo_allowed

PROXY = "127.0.0.1"


def address(forwarded: str) -> str:
    request = RequestFactory().get(
        "/", REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": forwarded}
    )
    return client_address(request)


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]


def test_is_the_nearest_that_is_no_trusted_proxy() -> None:
    assert address("198.51.100.1, 203.0.113.5, 127.0.0.2") == "203.0.113.5"


def test_is_the_proxy_itself_when_it_asks_for_itself() -> None:
    assert address("") == PROXY


@pytest.mark.parametrize(
    "forwarded", ["a", "203.0.113.5:4711", "203.0.113.5, unknown", "203.0.113.5,", "_x"]
)
def test_is_unknown_when_the_proxy_names_no_address(
    settings: Any, forwarded: str
) -> None:
    settings.DEMO = True

    assert address(forwarded) == ""
    assert not is_demo_allowed(address(forwarded), host="localhost")
