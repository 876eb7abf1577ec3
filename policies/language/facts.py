"""What a decision may look at: the facts of one request, as frozen records.

Callers fill them: the authorizer from its snapshot, previews from the database, the
conformance corpus from Core's input. Nothing here fetches anything. The rules by which
Core finds a session or an address are functions here, so that all callers share them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class _Nothing(dict[str, Any]):
    """The empty mapping that all records share; it stays empty."""

    def __hash__(self) -> int:  # type: ignore[override]
        return 0

    def __setitem__(self, key: str, value: Any) -> None:
        raise TypeError("this mapping stays empty")


NOTHING: Final[Mapping[str, Any]] = _Nothing()


class SourceState(StrEnum):
    """How far a source of data can be relied on.

    NOT_CONFIGURED is a known fact: nobody has anything there. In STALE (older than its
    limit) and UNLOADED (never loaded completely), what is not known denies.
    """

    NOT_CONFIGURED = "not-configured"
    FRESH = "fresh"
    STALE = "stale"
    UNLOADED = "unloaded"

    @property
    def is_missing(self) -> bool:
        return self is SourceState.STALE or self is SourceState.UNLOADED


@dataclass(frozen=True, slots=True)
class Session:
    """The session that counts, after service accounts and impersonation.

    A service account is one too; it has no claims of its own.
    """

    id: str = ""
    user_id: str | None = None
    claims: Mapping[str, Any] = NOTHING
    is_service_account: bool = False


def resolve_session(
    *,
    service_account: Session | None = None,
    session: Session | None = None,
    impersonates: bool = False,
    impersonated: Session | None = None,
) -> Session | None:
    """Return the session that counts for an id; expired ones are given as None.

    A service account shadows a session of the same id. A session that impersonates
    stands for the other one, a single step; if that one is gone, for nobody.
    """
    if service_account is not None:
        return service_account
    if session is not None and impersonates:
        return impersonated
    return session


@dataclass(frozen=True, slots=True)
class Person:
    """The person (or robot) behind the session, as signing in left them."""

    id: str = ""
    email: str = ""
    claims: Mapping[str, Any] = NOTHING


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """The person as the directory knows them; a frozenset of groups is cheapest."""

    email: str = ""
    group_ids: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Device:
    """The first credential of one device type that the session was used with.

    Ids are empty where there is no record; `approved_by` is None when not approved.
    """

    credential_id: str = ""
    enrollment_id: str = ""
    approved_by: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """The HTTP side of a request; for SSH only `hostname` and `ip` are known.

    `path` is percent-decoded, None where there is no HTTP request at all. Header names
    are canonical (`Access-Control-Request-Method`); a value may be a list.
    """

    method: str | None = "GET"
    path: str | None = "/"
    raw_path: str = "/"
    query: str = ""
    host: str = ""
    hostname: str = ""
    url: str = ""
    headers: Mapping[str, Any] = NOTHING
    ip: str = ""
    body: str = ""

    def has_header(self, name: str) -> bool:
        """Return whether a header is there and not empty."""
        return bool(self.headers.get(name))


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What the client presented in the TLS handshake.

    `leaf` is PEM and has not been verified. `is_valid` is the result of verifying it
    against the authority of the route, and true where none applies; `presented` is
    None when nothing is known of it.
    """

    presented: bool | None = False
    leaf: str = ""
    is_valid: bool = True


@dataclass(frozen=True, slots=True)
class Ssh:
    """The SSH side: requested user name, presented key (base64 of its wire form)."""

    username: str | None = None
    publickey: str | None = None


@dataclass(frozen=True, slots=True)
class Mcp:
    """The Model Context Protocol side: the method, and the tool of a tool call."""

    method: str | None = None
    tool: str | None = None


class RecordLookup(Protocol):
    """External data, by record type and foreign key."""

    def state(self, record_type: str) -> SourceState:
        """Return whether the source of a type can be relied on."""

    def find(self, record_type: str, facts: Facts) -> Mapping[str, Any] | None:
        """Return the record that belongs to a request, if there is one."""


class NoRecords:
    """A lookup that knows that there is no external data."""

    def state(self, record_type: str) -> SourceState:
        return SourceState.NOT_CONFIGURED

    def find(self, record_type: str, facts: Facts) -> Mapping[str, Any] | None:
        return None


NO_RECORDS: Final = NoRecords()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a decision may look at.

    A program says which parts it needs (`Program.needs`); the others may stay empty.
    `devices` maps a device type to the credential used. `core_input` is Core's own
    input object, for the exact mode; without it, it is put together from the rest.
    """

    now: datetime | None = None
    request: Request = Request()
    session: Session | None = None
    person: Person | None = None
    directory_user: DirectoryUser | None = None
    directory: SourceState = SourceState.NOT_CONFIGURED
    devices: Mapping[str, Device] = NOTHING
    device_registry: SourceState = SourceState.FRESH
    certificate: ClientCertificate = ClientCertificate()
    ssh: Ssh = Ssh()
    mcp: Mcp = Mcp()
    records: RecordLookup = NO_RECORDS
    core_input: Mapping[str, Any] | None = None

    @property
    def has_session(self) -> bool:
        return self.session is not None and self.session.id != ""

    @property
    def user_id(self) -> str | None:
        return None if self.session is None else self.session.user_id

    @property
    def email(self) -> str:
        """The address of the directory, else that of the sign-in, else empty."""
        if self.directory_user is not None and self.directory_user.email:
            return self.directory_user.email
        return "" if self.person is None else self.person.email

    @property
    def address(self) -> str:
        """The address as enforcement compares it: see `normalize_address`."""
        return normalize_address(self.email)

    @property
    def lacks_directory_data(self) -> bool:
        """Whether the groups of a signed-in person can't be known.

        A robot need not be in the directory; a person must, once there is one.
        """
        session = self.session
        if session is None or not session.user_id:
            return False
        if self.directory.is_missing:
            return True
        return (
            self.directory is SourceState.FRESH
            and self.directory_user is None
            and not session.is_service_account
        )

    def claim(self, path: str) -> Any:
        """Return the values of a claim, an empty list if there is none.

        The person's claims replace the session's of the same name. A claim is stored
        under its literal name, dots included; only when there is none, dots and
        slashes lead through two to five levels of nested objects.
        """
        own = NOTHING if self.person is None else self.person.claims
        issued = NOTHING if self.session is None else self.session.claims
        if path in own or path in issued:
            return _united(issued.get(path, _ABSENT), own.get(path, _ABSENT))
        first, *others = path.replace(".", "/").split("/")
        if not 1 <= len(others) < _MAX_SEGMENTS:
            return ()
        value = _united(issued.get(first, _ABSENT), own.get(first, _ABSENT))
        for segment in others:
            value = (
                value.get(segment, _ABSENT) if isinstance(value, Mapping) else _ABSENT
            )
        return () if value is _ABSENT else value


def normalize_address(address: str) -> str:
    """Return an address, or a part of one, with ASCII letters in lower case.

    Other letters stay as they are: folding them would make look-alikes equal.
    """
    return address.lower() if address.isascii() else address.translate(_ASCII_LOWER)


_ASCII_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)
_MAX_SEGMENTS: Final = 5
_ABSENT: Any = object()


def _united(left: Any, right: Any) -> Any:
    """Return the right value, or both together where both are objects."""
    if right is _ABSENT:
        return left
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return {
            key: _united(left.get(key, _ABSENT), right.get(key, _ABSENT))
            for key in (*left, *right)
        }
    return right
