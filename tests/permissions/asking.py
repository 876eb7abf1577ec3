"""From a row of the matrix to a request."""

import json
from collections.abc import Mapping
from typing import Any

from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.permissions.rows import Row
from tests.permissions.world import World

NAMESPACES = (
    "",
    "namespaces:",
    "accounts:",
    "directory:",
    "scim:",
    "devices:",
    "gateway:",
    "policies:",
    "routes:",
)


def address(name: str, row: Row, world: World) -> str:
    """Return the URL of a row, with the ids of the world's objects."""
    kwargs: dict[str, Any] = {key: find(world) for key, find in row.ids.items()}
    if row.kind:
        kwargs["id"] = world.ids[row.kind]
    for namespace in NAMESPACES:
        try:
            return reverse(f"{namespace}{name}", kwargs=kwargs)
        except NoReverseMatch:
            continue
    raise AssertionError(f"there is no URL {name} with {sorted(kwargs)}")


def ask(
    name: str,
    row: Row,
    world: World,
    client: Client,
    *,
    url: str = "",
    extra: Mapping[str, Any] | None = None,
) -> Any:
    """Send what the row says; to another address, or with more in the body."""
    body = dict(row.body(world) if row.body else {}) | dict(extra or {})
    query = dict(row.query(world)) if row.query else {}
    headers = {} if row.version is None else {"If-Match": f'"{row.version}"'}
    url = url or address(name, row, world)
    if name.startswith("api-") or row.method == "GET":
        sends = row.method != "GET" and (row.body is not None or extra)
        return client.generic(
            row.method,
            url,
            data=json.dumps(body) if sends else "",
            content_type="application/json",
            query_params=query,
            headers=headers,
        )
    return client.post(url, body)
