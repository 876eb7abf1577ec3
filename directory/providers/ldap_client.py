"""LDAP to one server, page by page, by hard rules.

Referrals are not followed. A page counts when the server says that it succeeded and
whether there is more; whatever else happens ends the listing, or begins it anew.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from directory.exceptions import PageFailedError, ProviderError
from directory.providers.base import Limits
from directory.providers.ldap_names import Entry
from directory.providers.ldap_transport import (
    MALFORMED,
    LDAPException,
    Login,
    TransientError,
    connect,
    hang_up,
    judge,
    naming_faults,
    parse_filter,
)

PAGED = "1.2.840.113556.1.4.319"
PAGE_SIZE = 500  # Active Directory stops at 1,000
FIRST_WAIT = 1.0
ANYTHING = "(objectClass=*)"
IDENTITY = "the server's identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is asked for: a tree, or only the entry at its top."""

    base: str
    filter: str
    attributes: Sequence[str]
    is_single: bool = False


class LdapClient:
    """Reads the listings of one run."""

    def __init__(
        self,
        login: Login,
        *,
        limits: Limits,
        sleep: Callable[[float], None],
        identifies: bool = False,
    ) -> None:
        self._login, self._limits, self._sleep = login, limits, sleep
        self._identifies = identifies
        self._connection: Any = None
        self._server = ""

    def __enter__(self) -> "LdapClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def pages(self, search: Search, *, title: str) -> Iterator[tuple[str, list[Entry]]]:
        """Yield the name and the entries of every page.

        When the connection fails, the listing begins anew: its place in the list was
        lost with it. What is told twice is the same.

        Raises:
            CredentialRefusedError: the server does not accept the account.
            DestinationRefusedError: it is at an address that nothing connects to.
            PageFailedError: a page did not come, or is not what it should be.
        """
        tries = 0
        while True:
            page = f"{title}, page 1"
            try:
                for number, entries in enumerate(self._walk(search, title), 1):
                    yield f"{title}, page {number}", entries
                    page = f"{title}, page {number + 1}"
            except TransientError as error:
                self._close()
                tries += 1
                if tries >= self._limits.tries:
                    raise PageFailedError(f"{page}: {error}", page=page) from error
                self._sleep(FIRST_WAIT * 2 ** (tries - 1))
            else:
                return

    def _walk(self, search: Search, title: str) -> Iterator[list[Entry]]:
        cookie = b""
        before: list[Entry] = []
        for number in range(1, self._limits.requests + 1):
            page = f"{title}, page {number}"
            entries, cookie = self._page(search, cookie, page)
            if entries and entries == before:
                raise PageFailedError(f"{page}: the same page came twice", page=page)
            yield entries
            if not cookie:
                return
            before = entries
        raise PageFailedError(f"{title}: too many pages", page=title)

    def _page(
        self, search: Search, cookie: bytes, page: str
    ) -> tuple[list[Entry], bytes]:
        if self._connection is None:
            self._connection = connect(self._login, self._limits)
            self._server = self._identify() if self._identifies else ""
        controls = self._search(search, page, cookie)
        with naming_faults(page):
            found = [
                Entry.of(one["dn"], one["raw_attributes"], self._server)
                for one in self._connection.response
                if one["type"] == "searchResEntry"  # no references to other servers
            ]
            following = (
                controls[PAGED]["value"]["cookie"] if PAGED in controls else None
            )
        if search.is_single:
            return found, b""
        if following is None:
            text = f"{page}: the server does not say whether there is more"
            raise PageFailedError(text, page=page)
        return found, bytes(following)

    def _search(self, search: Search, page: str, cookie: bytes = b"") -> Any:
        """Search, and return the controls of the answer."""
        connection = self._connection
        paging = {
            "paged_size": PAGE_SIZE,
            "paged_criticality": True,
            "paged_cookie": cookie or None,
        }
        with naming_faults(page):
            connection.socket.begin_page()
            connection.search(
                search_base=search.base,
                search_filter=search.filter,
                search_scope="BASE" if search.is_single else "SUBTREE",
                dereference_aliases="NEVER",
                attributes=list(search.attributes),
                **({} if search.is_single else paging),
            )
            judge(connection.result, page)
            return connection.result.get("controls") or {}

    def _identify(self) -> str:
        """Return which copy of its database a domain controller has; "" if unknown.

        It is another one after a restore from a backup, and counts anew from there.
        """
        base = ""
        for name in ("dsServiceName", "invocationId"):
            search = Search(
                base=base, filter=ANYTHING, attributes=(name,), is_single=True
            )
            try:
                self._search(search, IDENTITY)
                found = self._connection.response[0]["raw_attributes"][name][0]
                base = found.hex() if name == "invocationId" else found.decode()
            except (ProviderError, *MALFORMED):
                return ""
        return base

    def _close(self) -> None:
        if self._connection is not None:
            hang_up(self._connection)
        self._connection = None


def check_filter(text: str) -> str:
    """Return what is wrong with a filter; "" when nothing is."""
    try:
        parse_filter(text, None, True, True, None, False)  # type: ignore[no-untyped-call]
    except (LDAPException, *MALFORMED):
        return "write a filter of LDAP, such as `(objectClass=person)`"
    return ""
