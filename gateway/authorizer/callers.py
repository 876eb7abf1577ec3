"""Whoever asks: from a cookie or a token to a caller, prepared once for many requests.

A caller is kept as long as everything that it was made of still is what it was, so
that a revoked session, a deactivated person or a device that was taken away counts
with the next request.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from policies.language.facts import NOTHING, Facts, Request
from policies.language.fast import Caller, caller_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.stream import AccountEntry, People, PersonEntry, SessionEntry

FOREVER: Final = datetime.max.replace(tzinfo=UTC)
MAX_KNOWN: Final = 50_000
TOKEN_MARK: Final = "postern_"  # noqa: S105 - the public prefix of our tokens
POMERIUM_MARK: Final = "Pomerium-"
MAX_TOKEN: Final = 512
NO_REQUEST: Final = Request()


class Known:
    """Somebody, with what they were made of.

    Attributes:
        digest: what the decision log tells them by, "" until it asks.
        kept: what answers remember of them: headers for upstreams, by route.
        until: from then on they may be somebody else.
    """

    __slots__ = (
        "_devices",
        "_directories",
        "_person",
        "_source",
        "account",
        "base",
        "caller",
        "digest",
        "kept",
        "session",
        "until",
    )

    def __init__(
        self,
        base: Facts,
        *,
        session: SessionEntry | None = None,
        account: AccountEntry | None = None,
        until: datetime = FOREVER,
        made_of: tuple[Any, ...] = (None, (), NOTHING),
    ) -> None:
        self.base = base
        self.caller: Caller = caller_of(base)
        self.session = session
        self.account = account
        self.until = until
        self.digest = ""
        self.kept: dict[str, Any] = {}
        self._person, self._devices, self._directories = made_of

    @property
    def is_anonymous(self) -> bool:
        return self.session is None and self.account is None

    @property
    def session_id(self) -> str:
        found = self.session or self.account
        return found.id if found is not None else ""

    @property
    def group_names(self) -> Mapping[str, str]:
        """Return the names of their groups, by the ids that policies match."""
        if self.session is None or self._person is None:
            return NOTHING
        return dict(self._person.groups)

    def holds(self, people: People, now: datetime) -> bool:
        """Answer whether nothing about them has changed."""
        if now >= self.until:
            return False
        if self.session is not None:
            person_id = self.session.person_id
            if people.sessions.get(self.session.key) is not self.session:
                return False
            if people.devices.get(person_id, ()) is not self._devices:
                return False
        elif self.account is not None:
            person_id = self.account.owner_id or ""
            if people.accounts.get(self.account.key) is not self.account:
                return False
        else:
            return True
        if people.people.get(person_id) is not self._person:
            return False
        if people.directories is not self._directories:
            if people.directories != self._directories:
                return False
            # Read anew each second; what it says is the same.
            self._directories = people.directories
        return True


NOBODY: Final = Known(Facts())


class Callers:
    """Everybody who asked lately."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Known] = {}

    def by_session(
        self, key: str, host: str, *, people: People, now: datetime
    ) -> Known:
        """Return whose session it is at that host; nobody when it doesn't count."""
        known = self._known.get((key, host))
        if known is not None and known.holds(people, now):
            return known
        session = people.session(key, host=host, now=now)
        if session is None:
            self._known.pop((key, host), None)
            return NOBODY
        person = people.people.get(session.person_id)
        devices = people.devices.get(session.person_id, ())
        directories = people.directories
        base = people.facts(
            now=now,
            request=NO_REQUEST,
            person_id=session.person_id,
            session_id=session.id,
            device_ids=frozenset(session.device_ids),
        )
        approvals = (one.approved_until for one in devices)
        until = _first(
            now, session.ends_at, *approvals, *_limits(person, people, directories)
        )
        return self._keep(
            (key, host),
            Known(
                base,
                session=session,
                until=until,
                made_of=(person, devices, directories),
            ),
        )

    def by_token(self, token: str, *, people: People, now: datetime) -> Known | None:
        """Return the service account of a token, None when it doesn't count."""
        key = hashlib.sha256(token.encode()).hexdigest()
        known = self._known.get((key, ""))
        if known is not None and known.holds(people, now):
            return known
        account = people.account(key, now=now)
        if account is None:
            self._known.pop((key, ""), None)
            return None
        person = people.people.get(account.owner_id or "")
        directories = people.directories
        base = people.account_facts(account, now=now, request=NO_REQUEST)
        until = _first(now, account.ends_at, *_limits(None, people, directories))
        return self._keep(
            (key, ""),
            Known(
                base, account=account, until=until, made_of=(person, (), directories)
            ),
        )

    def _keep(self, key: tuple[str, str], known: Known) -> Known:
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[key] = known
        return known


def _limits(
    person: PersonEntry | None, people: People, directories: Mapping[str, Any]
) -> list[datetime | None]:
    """Return when directories get too old to be relied on."""
    own = directories.get(person.directory_id or "") if person is not None else None
    return [
        one.complete_at + timedelta(seconds=one.max_age_seconds)
        for one in ([own] if own else directories.values())
        if one.complete_at is not None
    ]


def _first(now: datetime, *times: datetime | None) -> datetime:
    """Return the first of some times that lies ahead."""
    return min((one for one in times if one is not None and one > now), default=FOREVER)


def token_in(authorization: str) -> str | None:
    """Return the token of ours that a header carries, None if there is none.

    `Bearer postern_…`, `Bearer Pomerium-postern_…`, `Pomerium postern_…`, or the
    password of Basic credentials for the user `pomerium` or `postern`. Whatever else
    stands there is for the upstream.
    """
    scheme, _, value = authorization.strip().partition(" ")
    value = value.strip()
    scheme = scheme.lower()
    if len(value) > MAX_TOKEN:
        return None
    if scheme == "basic":
        return _basic_password(value)
    if scheme == "bearer" and value.startswith(POMERIUM_MARK):
        return value.removeprefix(POMERIUM_MARK)
    if scheme == "pomerium" or (scheme == "bearer" and value.startswith(TOKEN_MARK)):
        return value
    return None


def _basic_password(value: str) -> str | None:
    try:
        name, _, password = base64.b64decode(value, validate=True).partition(b":")
        if name in {b"pomerium", b"postern"}:
            return password.decode("ascii")
    except (ValueError, binascii.Error):
        return None
    return None
