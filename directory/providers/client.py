"""HTTP to a provider, one request at a time, by hard rules.

Requests go to the configured origins and nowhere else: a link in an answer that leads
elsewhere, and every redirect, is refused before anything is sent. An answer counts when
it is complete, not too large, JSON, and not the same page again. Throttling is obeyed;
short failures are tried again; a refused credential ends the run at once.
"""

import json
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from directory.exceptions import (
    CredentialRefusedError,
    DestinationRefusedError,
    ExpiredMarkError,
    PageFailedError,
)
from directory.providers.base import Answer, Auth, Download, Limits, Request
from directory.providers.throttling import wait_of
from directory.providers.transport import ForbiddenAddressError, GuardedTransport

OK, REDIRECTED, ERROR, FORBIDDEN, UNAVAILABLE = 200, 300, 400, 403, 503
UNCHANGED = 304
CONDITIONS = frozenset({"if-none-match", "if-modified-since"})
EXCERPT = 2_000
USER_AGENT = "Postern directory sync"
PORTS = {"https": 443, "http": 80}
TRANSIENT = frozenset({408, 500, 502, 503, 504})
THROTTLED = 429
REFUSED = frozenset({401, 403})


T = TypeVar("T")


@dataclass(slots=True)
class Usage:
    """What a run has asked for so far."""

    requests: int = 0
    waits: int = 0
    waited_seconds: float = 0.0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The last answer that came, whatever was thought of it: for who looks for errors.

    `excerpt` is how it begins.
    """

    status: int
    kind: str
    size: int
    excerpt: bytes


class _TransientError(Exception):
    """It may go better in a moment."""


class _ThrottledError(Exception):
    def __init__(self, headers: Mapping[str, str]) -> None:
        self.headers = headers


class HttpClient:
    """Fetches the pages of one run."""

    def __init__(
        self,
        *,
        origins: Iterable[str],
        auth: Auth,
        limits: Limits | None = None,
        classify: Callable[[int, Any], str] = lambda _status, _body: "",
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.origins = frozenset(_origin(url) for url in origins)
        self.usage = Usage()
        self.seen: Seen | None = None
        self._auth = auth
        self._limits = limits or Limits()
        self._classify = classify
        self._sleep = sleep
        self._wall = wall
        self._http = httpx.Client(
            transport=transport or GuardedTransport(),
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(
                self._limits.read_seconds, connect=self._limits.connect_seconds
            ),
        )

    def __enter__(self) -> "HttpClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def fetch(self, request: Request, *, page: str) -> Answer:
        """Return a page.

        Raises:
            DestinationRefusedError: the request would leave the configured origins.
            CredentialRefusedError: the provider does not accept the credential.
            PageFailedError: the page did not come, or is not what it should be.
        """
        return self._insist(request, page, self._answer)

    def download(self, request: Request, *, page: str) -> Download:
        """Return a file of any type.

        Raises:
            DestinationRefusedError, CredentialRefusedError, PageFailedError: as above.
        """
        return self._insist(request, page, _file)

    def _insist(
        self,
        request: Request,
        page: str,
        finish: Callable[[httpx.Response, bytes, str], T],
    ) -> T:
        self._check(request, page)
        tries = throttles = 0
        while True:
            try:
                response, body = self._once(request, page)
                self._judge(response, body, page)
                return finish(response, body, page)
            except _ThrottledError as error:
                throttles += 1
                if throttles > self._limits.throttles:
                    raise PageFailedError(
                        f"{page}: the provider holds us off for too long", page=page
                    ) from error
                self._wait(wait_of(error.headers, attempt=throttles, now=self._wall()))
            except _TransientError as error:
                tries += 1
                if tries >= self._limits.tries:
                    raise PageFailedError(f"{page}: {error}", page=page) from error
                self._wait(2.0 ** (tries - 1))

    def _check(self, request: Request, page: str) -> None:
        if _origin(request.url) not in self.origins:
            raise DestinationRefusedError(
                f"{page}: the next page would be at `{_origin(request.url)}`, which is "
                "not the provider's address",
                page=page,
            )
        if self.usage.requests >= self._limits.requests:
            raise PageFailedError(
                f"{page}: more than {self._limits.requests} pages", page=page
            )

    def _wait(self, seconds: float) -> None:
        jittered = seconds * (1 + random.random() / 4)  # noqa: S311 # no secret
        self.usage.waits += 1
        self.usage.waited_seconds += jittered
        self._sleep(jittered)

    def _once(self, request: Request, page: str) -> tuple[httpx.Response, bytes]:
        content = _content(request)
        headers = {
            "accept": "application/json",
            "accept-encoding": "identity",
            "user-agent": USER_AGENT,
            **({"content-type": _type(request)} if content else {}),
            **request.headers,
            **self._auth.headers(request, content, self),
        }
        self.usage.requests += 1
        try:
            with self._http.stream(
                request.method,
                request.url,
                params=dict(request.params) or None,
                content=content or None,
                headers=headers,
            ) as response:
                body = self._read(response, page)
        except ForbiddenAddressError as error:
            raise DestinationRefusedError(
                f"{page}: `{error}` leads to this machine or to a metadata service",
                page=page,
            ) from error
        except httpx.InvalidURL as error:
            raise PageFailedError(f"{page}: no address of a page", page=page) from error
        except httpx.TimeoutException as error:
            raise _TransientError("no answer in time") from error
        except httpx.HTTPError as error:
            raise _TransientError("the connection failed, or broke off") from error
        self.seen = Seen(
            status=response.status_code,
            kind=response.headers.get("content-type", ""),
            size=len(body),
            excerpt=body[:EXCERPT],
        )
        return response, body

    def _read(self, response: httpx.Response, page: str) -> bytes:
        started, size, parts = time.monotonic(), 0, []
        for part in response.iter_bytes():
            size += len(part)
            if size > self._limits.page_bytes:
                raise PageFailedError(f"{page}: the page is too large", page=page)
            if time.monotonic() - started > self._limits.page_seconds:
                raise _TransientError("the page came too slowly")
            parts.append(part)
        return b"".join(parts)

    def _answer(self, response: httpx.Response, body: bytes, page: str) -> Answer:
        headers = _headers(response)
        return Answer(
            url=str(response.url), body=_json(headers, body, page), headers=headers
        )

    def _judge(self, response: httpx.Response, body: bytes, page: str) -> None:
        status = response.status_code
        found = self._classify(status, _parsed(body)) if status >= ERROR else ""
        headers = _headers(response)
        is_limit = status == FORBIDDEN and headers.get("x-ratelimit-remaining") == "0"
        if status == THROTTLED or found == "throttled" or is_limit:
            raise _ThrottledError(headers)
        if status == UNAVAILABLE and "retry-after" in headers:
            raise _ThrottledError(headers)
        if status in REFUSED or found == "refused":
            raise CredentialRefusedError(
                f"{page}: the provider answered {status}: the credential is wrong, "
                "has expired, or lacks the right to read this",
                page=page,
            )
        if found == "expired":
            raise ExpiredMarkError(f"{page}: the provider answered {status}", page=page)
        if status in TRANSIENT:
            raise _TransientError(f"the provider answered {status}")
        if status == UNCHANGED and CONDITIONS & response.request.headers.keys():
            return
        if REDIRECTED <= status < ERROR:
            raise PageFailedError(
                f"{page}: the provider redirects elsewhere; redirects are not followed",
                page=page,
            )
        if status != OK:
            raise PageFailedError(f"{page}: the provider answered {status}", page=page)


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _file(response: httpx.Response, body: bytes, _: str) -> Download:
    headers = _headers(response)
    return Download(
        content=None if response.status_code == UNCHANGED else body,
        headers=headers,
        is_framed="content-length" in headers or "transfer-encoding" in headers,
    )


def _json(headers: Mapping[str, str], body: bytes, page: str) -> Any:
    if not body.strip():
        raise PageFailedError(f"{page}: the answer is empty", page=page)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (kind.endswith(("json", "/javascript")) or "json" in kind):
        raise PageFailedError(
            f"{page}: the answer is `{kind or 'of no type'}`, not JSON", page=page
        )
    parsed = _parsed(body)
    if not isinstance(parsed, dict | list):
        raise PageFailedError(f"{page}: the JSON is broken or cut off", page=page)
    return parsed


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _content(request: Request) -> bytes:
    if request.body is not None:
        return json.dumps(request.body).encode()
    if request.form is not None:
        return str(httpx.QueryParams(dict(request.form))).encode()
    return b""


def _type(request: Request) -> str:
    form = "application/x-www-form-urlencoded"
    return "application/json" if request.form is None else form


def _origin(url: str) -> str:
    parts = urlsplit(url)
    try:
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        port = 0
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"
