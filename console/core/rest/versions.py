"""Versions of objects in HTTP: `ETag` on reads, `If-Match` on writes."""

import re
from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from console.core.exceptions import ValidationFailedError, VersionRequiredError

# A proxy that compresses answers weakens the tags that it passes on, so a weak
# one counts as well: our versions don't speak of bytes.
ENTITY_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')


def etag(version: int) -> str:
    """Return the entity tag of a version, `"7"`."""
    return f'"{version}"'


def expected_version(request: Request) -> int:
    """Return the version that the caller saw, from If-Match.

    Services compare it, and raise StaleVersionError (412).

    Raises:
        VersionRequiredError: the header is missing, or `*`, which names none.
        ValidationFailedError: the header is not one tag as we give them.
    """
    header = request.headers.get("If-Match", "").strip()
    if header in {"", "*"}:
        raise VersionRequiredError
    match = ENTITY_TAG.fullmatch(header)
    if match is None:
        raise ValidationFailedError(
            'If-Match is one entity tag as an answer gave it, such as `"7"`'
        )
    return int(match[1])


def tag_response(response: Response) -> None:
    """Give the answer the ETag of the object that it holds, if it has a version."""
    data = response.data
    if isinstance(data, Mapping) and isinstance(_version(data), int):
        response["ETag"] = etag(_version(data))


def _version(data: Mapping[str, Any]) -> Any:
    return data.get("version")
