"""Fetches the file of a source, by the rules that hold for every provider.

Where a service account is used, requests go below its address and nowhere else: its
secrets were given for that place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from console.core import destinations
from console.core.exceptions import ValidationFailedError
from directory.exceptions import DestinationRefusedError
from directory.external.problems import FILE
from directory.providers.auth import Headers, Nothing
from directory.providers.base import Download, Limits, Request
from directory.providers.client import HttpClient, Seen
from directory.providers.encryption import transport_for

LIMITS = Limits(page_bytes=32 * 1024 * 1024, page_seconds=120, throttles=3)
IMPATIENT = Limits(
    connect_seconds=5, read_seconds=10, page_seconds=30, tries=1, throttles=0
)
DOTS = frozenset({".", "..", "%2e", "%2e%2e", ".%2e", "%2e."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is fetched, and with what.

    `account` is what a service account of the kind `http_json` holds, opened; empty
    for addresses that ask for nothing. Keep it out of logs.
    """

    url: str
    account: Mapping[str, str] = field(default_factory=dict, repr=False)


def fetch(
    target: Target,
    *,
    validators: Mapping[str, str],
    sleep: Callable[[float], None],
    look: Callable[[Seen], None],
    limits: Limits = LIMITS,
) -> Download:
    """Fetch a file, unless it is what it was; `look` sees each answer that comes.

    Raises:
        DestinationRefusedError, CredentialRefusedError, PageFailedError
    """
    check_target(target)
    headers = {"accept": "*/*"}
    if validators.get("etag"):
        headers["if-none-match"] = validators["etag"]
    if validators.get("last_modified"):
        headers["if-modified-since"] = validators["last_modified"]
    client = HttpClient(
        origins=[target.url],
        auth=Headers(target.account.get("headers", "")) if target.account else NONE,
        limits=limits,
        transport=transport_for(target.account),
        sleep=sleep,
    )
    try:
        with client:
            return client.download(Request(url=target.url, headers=headers), page=FILE)
    finally:
        if client.seen is not None:
            look(client.seen)


NONE = Nothing()


def check_target(target: Target) -> None:
    """Refuse an address that is not to be fetched, now that it is about to be.

    Raises:
        DestinationRefusedError: says why.
    """
    try:
        destinations.clean_url(target.url)
    except ValidationFailedError as error:
        raise DestinationRefusedError(error.message, page=FILE) from error
    base = target.account.get("base_url", target.url)
    if not is_below(target.url, base):
        raise DestinationRefusedError(
            f"the address is not below `{base}`, where the account's secrets may go",
            page=FILE,
        )


def is_below(url: str, base: str) -> bool:
    """Answer whether an address is another one, or continues its path or query."""
    if DOTS & set(urlsplit(url).path.lower().split("/")):
        return False
    return url == base or any(url.startswith(f"{base}{mark}") for mark in "/?&")


def validators_of(download: Download) -> dict[str, str]:
    """Return by what the server can tell whether the file has changed."""
    found = {
        "etag": download.headers.get("etag", ""),
        "last_modified": download.headers.get("last-modified", ""),
    }
    return {name: text for name, text in found.items() if text}
