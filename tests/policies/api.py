"""Calling the API as somebody."""

import json
from typing import Any

from directory.models import User
from tests.policies.browsers import client_of

URL = "/api/v1/policies/"


def send(
    user: User,
    method: str,
    path: str = "",
    body: Any = None,
    version: int | None = None,
) -> Any:
    """Send a request below `policies/`, with If-Match when a version is given."""
    return client_of(user).generic(
        method,
        f"{URL}{path}",
        data="" if body is None else json.dumps(body),
        content_type="application/json",
        headers={} if version is None else {"If-Match": f'"{version}"'},
    )


def get(user: User, path: str = "") -> Any:
    """Read something below `policies/`."""
    return send(user, "GET", path)
