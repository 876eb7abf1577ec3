"""What a provider is: one declaration of where things stand and what they mean.

A provider is data: options, endpoints, how each is paged, and a function for each that
turns one object into records. `engine` walks the declaration, `client` speaks HTTP.
Nothing of a provider decides what happens to what it tells.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext_noop

from directory.providers.records import Batch, Edge, Record

Item = Mapping[str, Any]
Options = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing that an administrator fills in, beside the service account.

    Where the provider is, and its secrets, belong to the service account.
    `choices` are values with labels; none means free text. `check` says what is wrong
    with a value, "" when nothing is.
    """

    name: str
    label: str
    help: str = ""
    default: str = ""
    is_required: bool = True
    choices: Sequence[tuple[str, str]] = ()
    check: Callable[[str], str] = lambda _: ""


CHANGED, ALL = "changed", "all"
MEMBERS = Option(
    name="members",
    label=gettext_noop("Members are read"),
    default=CHANGED,
    choices=(
        (CHANGED, gettext_noop("of groups that have changed, and of all once a day")),
        (ALL, gettext_noop("of all groups in every run")),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request for a page. `body` is sent as JSON, `form` as a form."""

    url: str
    method: str = "GET"
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One page as it came: JSON, complete. `headers` are lower case."""

    url: str
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file as it came, complete. `content` is None where it has not changed.

    `is_framed` says that the server told how long it is, so that nothing is cut off.
    """

    content: bytes | None
    headers: Mapping[str, str]
    is_framed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a provider's answers is taken, and how often it is asked again."""

    connect_seconds: float = 10
    read_seconds: float = 30
    page_seconds: float = 120
    page_bytes: int = 32 * 1024 * 1024
    requests: int = 200_000
    tries: int = 3
    throttles: int = 20


class Before(Protocol):
    """What a run had read to its end before it was cut off; see `services.kept`.

    Lists are told apart by `sign`, their pages are JSON.
    """

    def find(self, sign: str) -> Iterator[Any] | None:
        """Return the pages of a list that was read to its end; None of others."""
        ...

    def begin(self, sign: str) -> None:
        """Keep the pages that follow; what came of this list before counts no more."""
        ...

    def put(self, sign: str, page: Any) -> None:
        """Keep a page."""
        ...

    def end(self, sign: str) -> None:
        """Note that a list is whole."""
        ...


class Fetch(Protocol):
    """Reads a provider that speaks no HTTP; `sleep` waits and keeps the lease."""

    def __call__(
        self,
        options: Options,
        *,
        limits: Limits,
        sleep: Callable[[float], None],
        kept: "Kept | None" = None,
        before: Before | None = None,
    ) -> Iterator[Batch]: ...


class Paging(Protocol):
    """How one page leads to the next. `more` returns None after the last."""

    def first(self, request: Request) -> Request: ...

    def more(
        self, request: Request, answer: Answer, items: Sequence[Any]
    ) -> Request | None: ...


class Client(Protocol):
    """Fetches pages; see `client.HttpClient`."""

    def fetch(self, request: Request, *, page: str) -> Answer: ...


class Auth(Protocol):
    """Puts the credential on a request."""

    def headers(
        self, request: Request, content: bytes, client: Client
    ) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Context:
    """What an object is read with: the options, and the object that it belongs to."""

    options: Options
    parent: Item = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One endpoint that lists things.

    Attributes:
        name: how pages are named to people, `users`.
        kind: `person`, `group` or `member`: what is lost when an object is unreadable.
        path: after the provider's address; `{key}` of the parent and of the options
            are filled in, percent-encoded.
        items: path to the list in the answer, "" when the answer is the list; or a
            function that makes the list.
        read: turns one object into records.
        each: names of listings to walk for each object, with it as the parent.
        wants: which objects those are walked for.
        spread: turns one object into several, such as sub-groups that it carries.
        starts: parents to begin with, from the options; by default a single empty one.
        body: makes the JSON that is posted; without it, it is a GET.
        is_empty: whether an answer without the list is one of an empty list.
        is_kept: it lists who is in the parent, and is not walked where it is known
            that this has not changed; see `keeping`.
        refuses: says why an answer with status 200 is none; "" when it is one.
    """

    name: str
    kind: str
    path: str
    paging: Paging
    read: Callable[[Item, Context], Iterable[Record]]
    items: str | Callable[[Any], Any] = ""
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    each: Sequence[str] = ()
    wants: Callable[[Item], bool] = bool
    spread: Callable[[Item, Context], Iterable[Item]] | None = None
    starts: Callable[[Options], Iterable[Item]] | None = None
    body: Callable[[Context], Mapping[str, Any]] | None = None
    refuses: Callable[[Any], str] | None = None
    is_empty: Callable[[Any], bool] | None = None
    is_kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How to ask which groups have other members since a moment.

    The answer leads to its next page by `following`, and the last one names by `mark`
    the address to ask the next time. `start` names that address at once, without a
    list: from then on.
    """

    path: str
    start: Mapping[str, str]
    items: str
    following: str
    mark: str


class Kept(Protocol):
    """Who was in which group when it was read last; see `services.kept`.

    `since` is where changes are asked for; "" when all has to be read.
    """

    since: str

    def find(
        self, group_id: str, *, changed_at: datetime | None, mark: str = ""
    ) -> Sequence[Edge] | None:
        """Return who is in a group, if that is known; `changed_at` as it is told.

        `mark` is told instead by providers that name versions of a group.
        """
        ...

    def put(
        self,
        group_id: str,
        edges: Sequence[Edge],
        *,
        changed_at: datetime | None,
        mark: str = "",
    ) -> None:
        """Keep who is in a group, all of them."""
        ...

    def go_on_from(self, mark: str) -> None:
        """Keep where changes are asked for the next time, if all could be read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A kind of directory.

    Attributes:
        code: that of the kind of service account which reads it.
        address: the address of its API, from the options.
        origins: further origins that requests may go to, such as one for tokens.
        roots: names of the listings to begin with.
        classify: for providers that speak in status 400: `throttled`, `refused` or
            `expired`, which is said of a moment since when changes are asked for.
        fetch: for providers that speak no HTTP of ours; takes the place of listings.
        changes, changed_at: how it is told what need not be read again, where it is:
            by asking, or by a moment that each group carries.
        keeps_members: whether `fetch` finds that out by itself.
    """

    code: str
    name: str
    address: Callable[[Options], str]
    auth: Callable[[Options], Auth]
    options: Sequence[Option] = ()
    listings: Sequence[Listing] = ()
    roots: Sequence[str] = ()
    origins: Callable[[Options], Iterable[str]] = lambda _: ()
    classify: Callable[[int, Any], str] = lambda _status, _body: ""
    fetch: Fetch | None = None
    changes: Changes | None = None
    changed_at: Callable[[Item], datetime | None] | None = None
    keeps_members: bool = False

    def with_defaults(self, options: Options) -> dict[str, str]:
        """Return the options, with defaults for those that are not given."""
        return {one.name: one.default for one in self.options} | dict(options)

    def listing(self, name: str) -> Listing:
        """Return the listing of a name."""
        return next(one for one in self.listings if one.name == name)
