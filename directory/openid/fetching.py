"""HTTP towards the identity provider, which may be slow, down or hostile.

Every answer has an end: five seconds, one mebibyte, no redirect. And few requests at
a time, so that a provider that hangs can't keep all workers of the console waiting.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3
from django.utils.translation import gettext

from directory.exceptions import ProviderUnavailableError

TIMEOUT_SECONDS = 5.0
MAX_BYTES = 1024 * 1024
CHUNK = 65536
AT_A_TIME = 4
OK = 200
FORM = "application/x-www-form-urlencoded"

_slots = threading.BoundedSemaphore(AT_A_TIME)
_pool = urllib3.PoolManager(
    num_pools=AT_A_TIME,
    maxsize=AT_A_TIME,
    retries=False,
    headers={"User-Agent": "Postern", "Accept-Encoding": "identity"},
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Names of headers are as the provider wrote them."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str]

    def header(self, name: str) -> str:
        """Return a header, "" when there is none."""
        found = {key.lower(): text for key, text in self.headers.items()}
        return found.get(name.lower(), "")

    @property
    def content_type(self) -> str:
        """What kind of text the body is."""
        return self.header("Content-Type").partition(";")[0].strip().lower()


def fetch_json(url: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the JSON object at an address.

    Raises:
        ProviderUnavailableError: says what went wrong instead.
    """
    answer = request("GET", url, headers=headers)
    if answer.status != OK:
        raise ProviderUnavailableError(
            gettext("%(place)s answers %(status)s")
            % {"place": _place(url), "status": answer.status}
        )
    return read_object(answer.body, url)


def post_form(
    url: str, fields: Mapping[str, str], *, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Send a form; return the status and the JSON object that came back.

    Raises:
        ProviderUnavailableError: says what went wrong instead.
    """
    answer = request(
        "POST",
        url,
        body=urlencode(fields),
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            **(headers or {}),
        },
    )
    return answer.status, read_object(answer.body, url)


def request(
    method: str,
    url: str,
    *,
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Return what is answered, whatever its status.

    Raises:
        ProviderUnavailableError: too slow, too large, unreachable, or too many wait.
    """
    if not _slots.acquire(timeout=TIMEOUT_SECONDS):
        raise ProviderUnavailableError(
            gettext("too many requests wait for the provider")
        )
    ends = time.monotonic() + TIMEOUT_SECONDS
    response = None
    try:
        response = _pool.request(
            method,
            url,
            body=body,
            headers={**_pool.headers, "Accept": "application/json", **(headers or {})},
            timeout=urllib3.Timeout(total=TIMEOUT_SECONDS),
            preload_content=False,
            redirect=False,
        )
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise ProviderUnavailableError(
                gettext("%(place)s sends a packed answer") % {"place": _place(url)}
            )
        content = _read(response, ends, url)
        return Answer(response.status, content, dict(response.headers.items()))
    except urllib3.exceptions.HTTPError as error:
        raise ProviderUnavailableError(
            gettext("%(place)s can't be reached: %(cause)s")
            % {"place": _place(url), "cause": _cause(error)}
        ) from error
    finally:
        if response is not None:
            response.close()
        _slots.release()


def _read(response: urllib3.BaseHTTPResponse, ends: float, url: str) -> bytes:
    """Read in the pieces that arrive: a drop now and then doesn't restart the clock."""
    content = b""
    while piece := response.read1(CHUNK):
        content += piece
        if len(content) > MAX_BYTES:
            raise ProviderUnavailableError(
                gettext("%(place)s sends more than 1 MiB") % {"place": _place(url)}
            )
        if time.monotonic() > ends:
            raise ProviderUnavailableError(
                gettext("%(place)s takes more than 5 seconds") % {"place": _place(url)}
            )
    return content


def forget_connections() -> None:
    """Close the connections that are kept for the next request."""
    _pool.clear()


def read_object(body: bytes, url: str) -> dict[str, Any]:
    """Return the JSON object of a body.

    Raises:
        ProviderUnavailableError: it is none.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProviderUnavailableError(
            gettext("%(place)s sends no JSON") % {"place": _place(url)}
        ) from error
    if not isinstance(found, dict):
        raise ProviderUnavailableError(
            gettext("%(place)s sends no JSON object") % {"place": _place(url)}
        )
    return found


def _place(url: str) -> str:
    """Return an address for people: without query, which may hold what is secret."""
    parts = urlsplit(url)
    return f"`{parts.scheme}://{parts.netloc}{parts.path}`"


def _cause(error: urllib3.exceptions.HTTPError) -> str:
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "no answer within 5 seconds"
    if isinstance(error, urllib3.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "there is no such host"
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return "nothing listens there"
    return "the connection broke"
