"""A provider that is set up, and a browser that goes there and back."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3
from django.test import Client

from console.core.actor import system
from directory import services
from directory.openid import fetching, metadata
from tests.factories import NOW
from tests.openid.provider import CLIENT_ID, CLIENT_SECRET, Provider, serving

START, CALLBACK = "/sign-in/openid/", "/sign-in/openid/callback"
Go = Callable[..., Any]


@pytest.fixture
def provider(db: None) -> Iterator[Provider]:
    """An identity provider on this machine, entered in the settings."""
    metadata.forget()
    with serving() as running:
        services.save_identity_provider(
            version=0,
            issuer=running.issuer,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            actor=system("test"),
            now=NOW,
        )
        yield running
    fetching.forget_connections()
    metadata.forget()


def begin(client: Client, **query: str) -> str:
    """Start a log-in; return where the browser is sent."""
    answer = client.get(START, query)
    assert answer.status_code == 302, answer.content
    address: str = answer["Location"]
    return address


def visit(address: str) -> dict[str, str]:
    """Go to the provider; return the query with which it sends the browser back."""
    answer = urllib3.request("GET", address, redirect=False)
    assert answer.status == 302, answer.status
    query = urlsplit(answer.headers["Location"]).query
    return {name: values[0] for name, values in parse_qs(query).items()}


def finish(client: Client, query: dict[str, str]) -> Any:
    """Come back from the provider."""
    return client.get(CALLBACK, query)


def go(client: Client, **query: str) -> Any:
    """Sign in there and back; return the console's answer."""
    return finish(client, visit(begin(client, **query)))


def is_signed_in(client: Client) -> bool:
    """Answer whether the console knows who this browser is."""
    return bool(client.get("/account/").status_code == 200)
