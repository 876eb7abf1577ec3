"""What the provider says of itself: endpoints and keys, remembered for a while.

Kept in this process, never in a shared cache: whoever could write there could sign in
as anybody. A provider that is down is not asked again for some seconds, and unknown
key ids don't make the console fetch keys more often than once a minute.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from console.core import destinations
from console.core.exceptions import ValidationFailedError
from directory.exceptions import ProviderMisconfiguredError, ProviderUnavailableError
from directory.openid import fetching

WELL_KNOWN = "/.well-known/openid-configuration"
FRESH_SECONDS = 3600
USABLE_SECONDS = 24 * 3600
REFRESH_SECONDS = 60
FAILED_SECONDS = 10
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OPTIONAL_ENDPOINTS = ("userinfo_endpoint", "end_session_endpoint")


@dataclass(frozen=True, slots=True)
class Metadata:
    """A provider's endpoints; "" for what it doesn't have."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    algorithms: frozenset[str] = frozenset()
    token_auth_methods: frozenset[str] = frozenset()
    signs_iss: bool = False


@dataclass(slots=True)
class _Entry:
    value: dict[str, Any] | None = None
    fetched_at: float = float("-inf")
    failed_at: float = float("-inf")
    failure: ProviderUnavailableError | None = None


_entries: dict[str, _Entry] = {}
_methods: dict[tuple[str, str], str] = {}
_lock = threading.Lock()


def forget() -> None:
    """Forget everything: the settings changed, or a test begins."""
    with _lock:
        _entries.clear()
        _methods.clear()


def order_methods(client: tuple[str, str], methods: Sequence[str]) -> list[str]:
    """Return ways to say who the client (issuer, id) is, first the one that worked."""
    return sorted(methods, key=lambda one: one != _methods.get(client))


def remember_method(client: tuple[str, str], method: str) -> None:
    """Remember in which way a provider knew the client."""
    _methods[client] = method


def discover(issuer: str) -> Metadata:
    """Return what a provider says of itself.

    Raises:
        ProviderUnavailableError: it can't be reached, and isn't remembered either.
        ProviderMisconfiguredError: what it says can't be used.
    """
    url = issuer.rstrip("/") + WELL_KNOWN
    return read_metadata(_remembered(url, fetching.fetch_json), issuer=issuer)


def read_metadata(found: Mapping[str, Any], *, issuer: str) -> Metadata:
    """Return the metadata of a discovery document.

    Raises:
        ProviderMisconfiguredError: of another issuer, or endpoints are missing.
    """
    told = found.get("issuer")
    if told != issuer:
        raise ProviderMisconfiguredError(
            gettext(
                "the provider calls itself `%(told)s`, the settings call it "
                "`%(issuer)s`; both must be the same to the letter"
            )
            % {"told": str(told)[:200], "issuer": issuer}
        )
    endpoints = {}
    for name in (*ENDPOINTS, *OPTIONAL_ENDPOINTS):
        address = found.get(name)
        if address is None and name in OPTIONAL_ENDPOINTS:
            continue
        try:
            destinations.clean_url(str(address or ""))
        except ValidationFailedError as error:
            raise ProviderMisconfiguredError(
                gettext("the provider's `%(name)s` can't be used: %(message)s")
                % {"name": name, "message": error.message}
            ) from error
        endpoints[name] = str(address)
    return Metadata(
        issuer=issuer,
        algorithms=_words(found.get("id_token_signing_alg_values_supported")),
        token_auth_methods=_words(found.get("token_endpoint_auth_methods_supported")),
        signs_iss=found.get("authorization_response_iss_parameter_supported") is True,
        **endpoints,
    )


def _words(found: Any) -> frozenset[str]:
    return frozenset(map(str, found)) if isinstance(found, list) else frozenset()


def list_keys(metadata: Metadata, *, wanted: str = "") -> list[dict[str, Any]]:
    """Return the provider's signing keys; fetch them anew for an unknown key id.

    Raises:
        ProviderUnavailableError: they can't be fetched, and aren't remembered either.
        ProviderMisconfiguredError: there are none.
    """
    url = metadata.jwks_uri
    keys = _keys_of(_remembered(url, fetching.fetch_json))
    if wanted and all(key.get("kid") != wanted for key in keys):
        keys = _keys_of(
            _remembered(url, fetching.fetch_json, fresh_seconds=REFRESH_SECONDS)
        )
    return keys


def _keys_of(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    keys = found.get("keys")
    if not isinstance(keys, list) or not keys:
        raise ProviderMisconfiguredError(gettext("the provider's key set is empty"))
    return [key for key in keys if isinstance(key, dict)]


def _remembered(
    url: str,
    fetch: Callable[[str], dict[str, Any]],
    *,
    fresh_seconds: float = FRESH_SECONDS,
) -> dict[str, Any]:
    """Return what is at an address, fetched at most every so often."""
    with _lock:
        entry = _entries.setdefault(url, _Entry())
    now = time.monotonic()
    if entry.value is not None and now - entry.fetched_at < fresh_seconds:
        return entry.value
    if now - entry.failed_at >= FAILED_SECONDS:
        try:
            value = fetch(url)
        except ProviderUnavailableError as error:
            entry.failed_at, entry.failure = time.monotonic(), error
        else:
            entry.value, entry.fetched_at = value, time.monotonic()
            return value
    if entry.value is not None and now - entry.fetched_at < USABLE_SECONDS:
        return entry.value
    raise entry.failure or ProviderUnavailableError
