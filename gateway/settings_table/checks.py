"""Rules of single values that their kind alone doesn't know."""

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext

from routes.validation.durations import NANOSECONDS, parse_duration
from routes.validation.problems import UnusableError, shown

_COLOR = re.compile(r"#[0-9a-f]{6}\Z")
_COOKIE = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_CLAIM = re.compile(r"[A-Za-z0-9_.:/-]{1,128}\Z")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,128}\Z")
# What browsers and proxies read a meaning into, and what is between Envoy and us.
_TAKEN = frozenset(
    {"authorization", "connection", "content-length", "cookie", "host", "te"}
    | {"transfer-encoding", "upgrade", "x-pomerium-jwt-assertion"}
)
# The names of Core's logs; beside them `headers` and `headers.Some-Name`.
_COMMON_FIELDS = frozenset(
    {"cluster-stat-name", "ip", "method", "path", "query", "request-id"}
)
_ACCESS_FIELDS = _COMMON_FIELDS | {
    *("authority", "client-certificate", "duration", "forwarded-for", "referer"),
    *("response-code", "response-code-details", "size", "upstream-cluster"),
    "user-agent",
}
_AUTHORIZE_FIELDS = _COMMON_FIELDS | {
    *("body", "check-request-id", "email", "envoy-route-checksum", "envoy-route-id"),
    *("host", "id-token", "id-token-claims", "impersonate-email"),
    *("impersonate-session-id", "impersonate-user-id", "mcp-method", "mcp-tool"),
    *("mcp-tool-parameters", "removed-groups-count", "route-checksum", "route-id"),
    *("service-account-id", "session-id", "user"),
}
_OURS = ("x-postern-", "x-envoy-", "x-forwarded-", "proxy-", "impersonate-")


def check_color(value: Any) -> None:
    """Take colors as `#rrggbb` only: they are written into a style sheet."""
    if not _COLOR.match(str(value).lower()):
        raise UnusableError(
            gettext("%(value)s is not a color") % {"value": shown(value)},
            gettext("write it as `#1a2b3c`"),
        )


def check_cookie_name(value: Any) -> None:
    """Take names that need no quotes, and none that browsers treat specially."""
    if not _COOKIE.match(str(value)) or str(value).startswith("__"):
        raise UnusableError(
            gettext("%(value)s can't be the name of a cookie")
            % {"value": shown(value)},
            gettext("use up to 64 letters, digits, `-` and `_`, not two `_` in front"),
        )


def check_secure_url(value: Any) -> None:
    """Take https only: a page that is secure shows nothing else."""
    text = str(value)
    is_plain = text.isascii() and not set(text) & set(" '\";,<>\\")
    if not text.lower().startswith("https://") or not is_plain:
        raise UnusableError(
            gettext("%(value)s is no address of a picture") % {"value": shown(value)},
            gettext("use `https://`"),
        )


def check_claim_headers(value: Any) -> None:
    """Take headers that mean nothing else, each with the name of a claim."""
    for name, claim in value.items():
        lower = name.lower()
        if not _HEADER.match(name) or lower in _TAKEN or lower.startswith(_OURS):
            raise UnusableError(
                gettext("the header %(name)s can't carry a claim")
                % {"name": shown(name)},
                gettext("choose a name of its own, such as `X-Pomerium-Claim-Email`"),
            )
        if not _CLAIM.match(claim):
            raise UnusableError(
                gettext("%(claim)s is not the name of a claim")
                % {"claim": shown(claim)},
                gettext("write one, as `email`"),
            )


def between(shortest: str, longest: str) -> Callable[[Any], None]:
    """Return a check that a duration is neither too short nor too long."""
    low, high = parse_duration(shortest), parse_duration(longest)

    def check(value: Any) -> None:
        if not low <= parse_duration(value) <= high:
            raise UnusableError(
                gettext("%(value)s is out of range") % {"value": shown(value)},
                gettext("use %(shortest)s to %(longest)s")
                % {"shortest": shortest, "longest": longest},
            )

    return check


def seconds_of(duration: Any) -> float:
    """Return a duration that was read before in seconds."""
    return parse_duration(duration) / NANOSECONDS["s"]


def check_access_fields(value: Any) -> None:
    """Take the fields that Core's access log knows; it leaves out all others."""
    _check_fields(value, _ACCESS_FIELDS)


def check_authorize_fields(value: Any) -> None:
    """Take the fields that Core's authorize log knows; it leaves out all others."""
    _check_fields(value, _AUTHORIZE_FIELDS)


def _check_fields(value: Any, known: frozenset[str]) -> None:
    for one in value:
        prefix, _, header = str(one).partition(".")
        is_header = prefix == "headers" and (not header or _HEADER.match(header))
        if one not in known and not is_header:
            raise UnusableError(
                gettext("%(one)s is no field of this log") % {"one": shown(one)},
                gettext("use %(names)s, or headers.Some-Name")
                % {"names": ", ".join(sorted(known))},
            )


def check_client_authority(value: Any) -> None:
    """Without an authority there is nothing that could be enforced."""
    if not value.get("ca"):
        raise UnusableError(
            gettext("an enforcement needs an authority"),
            gettext("give the certificate, or neither"),
        )
