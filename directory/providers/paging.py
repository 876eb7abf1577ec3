"""The ways in which providers cut lists into pages. Pure.

A list ends where the provider says so. Where it only says so by a short page, the list
ends at the empty one: a server that lowers the size of pages must not end it early.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from directory.providers.base import Answer, Request
from directory.providers.reading import UnreadableError, at

NEXT = re.compile(r"<([^<>]*)>\s*;[^<,]*\brel=\"?next\"?", re.IGNORECASE)


def _with(request: Request, **params: str) -> Request:
    return replace(request, params={**request.params, **params})


@dataclass(frozen=True, slots=True)
class Single:
    """All in one answer."""

    def first(self, request: Request) -> Request:
        return request

    def more(self, request: Request, answer: Answer, items: Sequence[Any]) -> None:
        return None


@dataclass(frozen=True, slots=True)
class LinkHeader:
    """The header `Link` names the next page (Okta, GitHub, GitLab)."""

    size_param: str
    size: int

    def first(self, request: Request) -> Request:
        return _with(request, **{self.size_param: str(self.size)})

    def more(
        self, request: Request, answer: Answer, items: Sequence[Any]
    ) -> Request | None:
        found = NEXT.search(answer.headers.get("link", ""))
        return _at(request, answer, found[1]) if found else None


@dataclass(frozen=True, slots=True)
class BodyLink:
    """The answer names the address of the next page (Entra, PingOne)."""

    path: str
    size_param: str = ""
    size: int = 0

    def first(self, request: Request) -> Request:
        if not self.size_param:
            return request
        return _with(request, **{self.size_param: str(self.size)})

    def more(
        self, request: Request, answer: Answer, items: Sequence[Any]
    ) -> Request | None:
        link = at(answer.body, self.path)
        return _at(request, answer, _text(link, self.path)) if link else None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The answer holds a token for the next page (Google, Auth0, GitHub, Cognito).

    `path` is where it stands; `param` where it goes: into the address, or into the
    body under `body_key` (`variables.after`). `header` holds it instead at OneLogin.
    `only_if` is a path that must be true for there to be more.
    """

    param: str = ""
    path: str = ""
    body_key: str = ""
    header: str = ""
    size_param: str = ""
    size: int = 0
    only_if: str = ""

    def first(self, request: Request) -> Request:
        if not self.size_param:
            return request
        return _with(request, **{self.size_param: str(self.size)})

    def more(
        self, request: Request, answer: Answer, items: Sequence[Any]
    ) -> Request | None:
        token = (
            answer.headers.get(self.header)
            if self.header
            else at(answer.body, self.path)
        )
        if self.only_if and not at(answer.body, self.only_if):
            return None
        if not token:
            return None
        text = _text(token, self.path or self.header)
        if self.body_key:
            return replace(request, body=_put(request.body or {}, self.body_key, text))
        return _with(request, **{self.param: text})


@dataclass(frozen=True, slots=True)
class Offset:
    """Pages count from an offset, until one is empty (Keycloak)."""

    start_param: str
    size_param: str
    size: int

    def first(self, request: Request) -> Request:
        return _with(
            request, **{self.start_param: "0", self.size_param: str(self.size)}
        )

    def more(
        self, request: Request, answer: Answer, items: Sequence[Any]
    ) -> Request | None:
        if not items:
            return None
        start = int(request.params[self.start_param]) + len(items)
        return _with(request, **{self.start_param: str(start)})


@dataclass(frozen=True, slots=True)
class Counted:
    """Pages count from a start, up to a total that the answer states (SCIM)."""

    start_param: str
    size_param: str
    size: int
    total: str
    start: int = 1

    def first(self, request: Request) -> Request:
        return _with(
            request,
            **{self.start_param: str(self.start), self.size_param: str(self.size)},
        )

    def more(
        self, request: Request, answer: Answer, items: Sequence[Any]
    ) -> Request | None:
        total = at(answer.body, self.total)
        if not isinstance(total, int) or isinstance(total, bool):
            raise UnreadableError(f"`{self.total}` is missing or no number")
        following = int(request.params[self.start_param]) + len(items)
        if following >= total + self.start:
            return None
        if not items:
            raise UnreadableError(f"the list ends before its {total} entries")
        return _with(request, **{self.start_param: str(following)})


@dataclass(frozen=True, slots=True)
class SortedWindow:
    """Numbered pages that end at 1,000 entries; then a filter begins anew (Auth0).

    The list is sorted by a field; after `pages` pages it is asked for entries from the
    last value on. Entries of that very value come twice, which does no harm.
    """

    field: str
    size: int = 100
    pages: int = 10

    def first(self, request: Request) -> Request:
        return _with(
            request,
            page="0",
            per_page=str(self.size),
            sort=f"{self.field}:1",
            include_totals="true",
        )

    def more(
        self, request: Request, answer: Answer, items: Sequence[Any]
    ) -> Request | None:
        total = at(answer.body, "total")
        if not isinstance(total, int) or isinstance(total, bool):
            raise UnreadableError("`total` is missing or no number")
        number = int(request.params["page"])
        if number * self.size + len(items) >= total:
            return None
        if not items:
            raise UnreadableError(f"the list ends before its {total} entries")
        if number + 1 < self.pages:
            return _with(request, page=str(number + 1))
        last = _text(at(items[-1], self.field), self.field)
        window = f'{self.field}:["{last}" TO *]'
        return _with(request, page="0", q=window)


def _at(request: Request, answer: Answer, link: str) -> Request:
    """Return the request for a link; the link holds all parameters."""
    try:
        return replace(request, url=urljoin(answer.url, link), params={})
    except ValueError as error:
        raise UnreadableError("the link to the next page is no address") from error


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise UnreadableError(f"`{where}` is no text")
    return value


def _put(body: Any, path: str, value: str) -> dict[str, Any]:
    first, _, rest = path.partition(".")
    inner = _put(body.get(first) or {}, rest, value) if rest else value
    return {**body, first: inner}
