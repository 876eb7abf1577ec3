"""`http.send` without a network: answers that were fetched beforehand, by address.

Answers come like records do, as those of a type of their own, which policies can't
ask for by name.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FETCHED: Final = "http.send"
_ADDRESS: Final = re.compile(r'"(https?://[^"\\\s]+)"')
_JSON: Final = re.compile(r"application/([\w.-]+\+)?json\b", re.IGNORECASE)


class NotFetchedError(LookupError):
    """There is no answer, or it is too old."""


def response_of(
    record: Mapping[str, Any], request: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what `http.send` gives: an answer in OPA's form.

    `record` has `status_code`, `content_type` and `text`. The body is decoded if it
    says that it is JSON, or if the request asks for that.

    Raises:
        ValueError: the request asks for it, and the body is no JSON.
    """
    status, kind, text = record["status_code"], record["content_type"], record["text"]
    body = None
    if request.get("force_json_decode") is True or _JSON.match(kind):
        body = json.loads(text)
    return {
        "status": f"{status} {HTTPStatus(status).phrase}",
        "status_code": status,
        "headers": {"content-type": [kind]} if kind else {},
        "raw_body": text,
        "body": body,
    }


def addresses_in(source: str) -> list[str]:
    """Return the addresses that are written out in a text that fetches at all."""
    return _ADDRESS.findall(source) if FETCHED in source else []
