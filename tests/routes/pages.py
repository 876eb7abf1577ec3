"""Going to pages of routes as somebody."""

from typing import Any

from django.urls import reverse

from routes.models import Route
from tests.factories import make_policy, make_route
from tests.people import Cast
from tests.routes.api import client_of


def url(name: str, route: Route | None = None) -> str:
    """Return the address of a page."""
    return reverse(f"routes:{name}", args=[route.pk] if route else [])


def get(user: Any, address: str) -> Any:
    """Ask for a page."""
    return client_of(user).get(address)


def page(user: Any, address: str) -> str:
    """Return a page's text; it is there."""
    answer = get(user, address)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    text: str = answer.content.decode()
    return text


def post(user: Any, address: str, **data: Any) -> Any:
    """Send a form."""
    return client_of(user).post(address, data)


def make_wiki(cast: Cast) -> Route:
    """Make a route with a policy, a timeout and a secret."""
    return make_route(
        "Wiki",
        make_policy("Employees", namespace=cast.web),
        namespace=cast.web,
        description="All that we know",
        timeout="5s",
        idp_client_secret="hunter2",
    )
