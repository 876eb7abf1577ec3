"""Calling the API of routes as somebody."""

import json
from typing import Any

from django.test import Client

from directory.models import User

URL = "/api/v1/routes/"


def client_of(user: User) -> Client:
    """Return a browser in which somebody has signed in."""
    client = Client()
    client.force_login(user)
    return client


def send(
    user: User,
    method: str,
    path: str = "",
    body: Any = None,
    version: int | None = None,
) -> Any:
    """Send a request below `routes/`, with If-Match when a version is given."""
    return client_of(user).generic(
        method,
        f"{URL}{path}",
        data="" if body is None else json.dumps(body),
        content_type="application/json",
        headers={} if version is None else {"If-Match": f'"{version}"'},
    )


def get(user: User, path: str = "") -> Any:
    """Read something below `routes/`."""
    return send(user, "GET", path)
