"""Settings of the gateway as Core's message, and those that routes say in their stead.

Only what somebody set is told: of the rest Core's own file speaks. What Core has once
is told as it holds in the namespace that the Core serves; where namespaces below have
another value, their routes say it, as far as Core's routes can.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from google.protobuf import json_format

from gateway.snapshot import settings_at
from routes.validation.certificates import encode_certificates
from routes.validation.durations import parse_duration, seconds_text
from routes.validation.problems import UnusableError

from . import schema
from .problems import UnfitError
from .routes import ISSUER_FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gateway.snapshot import Snapshot

ENFORCEMENTS: Final = {
    "policy": 1,
    "policy_with_default_deny": 2,
    "reject_connection": 3,
}
CODECS: Final = {"auto": 0, "http1": 1, "http2": 2}
REWRITE: Final = "open the settings, and save it anew"
# By the keys of Core's settings those of its routes that count over them.
OF_ROUTES: Final = {
    "default_upstream_timeout": "timeout",
    "jwt_issuer_format": "jwt_issuer_format",
    "pass_identity_headers": "pass_identity_headers",
}
HEADERS: Final = "set_response_headers"
# Routes with one of these have no timeout unless they say so.
STREAMS: Final = ("allow_websockets", "allow_spdy", "allow_upgrades", "idle_timeout")


@dataclass(frozen=True, slots=True)
class Place:
    """What a Core serves, and what is set for it alone.

    Attributes:
        namespace_id: the uppermost namespace whose routes it serves, "" for the root.
        settings: count over those of the root; those of namespaces count over them.
    """

    namespace_id: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def told(self, snapshot: Snapshot) -> dict[str, Any]:
        """Return what the Core is told once."""
        return self.at(snapshot, self.namespace_id)

    def at(self, snapshot: Snapshot, namespace_id: str) -> dict[str, Any]:
        """Return what is set for a namespace on this Core, by keys that it knows."""
        found = settings_at(snapshot.settings, namespace_id, cluster=self.settings)
        return {key: one for key, one in found.items() if key in WRITERS}


def message_of(values: Mapping[str, Any]) -> Any:
    """Return settings as Core's message.

    Raises:
        UnfitError: Core could not take one of them.
    """
    found: dict[str, Any] = {}
    for key, value in values.items():
        try:
            found[key] = WRITERS[key](value)
        except (UnusableError, binascii.Error, ValueError) as error:
            raise UnfitError(f"`{key}`: {error}", REWRITE) from error
        except (KeyError, TypeError, AttributeError) as error:
            raise UnfitError(f"`{key}`: Core knows no such value", REWRITE) from error
    try:
        return json_format.ParseDict(found, schema.Settings())
    except json_format.ParseError as error:
        raise UnfitError(f"a setting can't be told to Core: {error}", REWRITE) from None


def settings_for_route(
    settings: Mapping[str, Any], here: Mapping[str, Any], told: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a route says in the stead of its namespace.

    `settings` are the route's own, which stay; `here` is what is set for its namespace,
    `told` what the Core is told once.
    """
    found: dict[str, Any] = {}
    for key, own in OF_ROUTES.items():
        differs = key in here and here[key] != told.get(key)
        if differs and own not in settings:
            found[own] = here[key]
    if any(settings.get(one) for one in STREAMS):
        found.pop("timeout", None)
    headers = here.get(HEADERS) or {}
    if headers != (told.get(HEADERS) or {}):
        found[HEADERS] = {**headers, **(settings.get(HEADERS) or {})}
    return found


def _as_it_is(value: Any) -> Any:
    return value


def _duration(value: Any) -> str:
    return seconds_text(parse_duration(value))


def _texts(value: Any) -> dict[str, Any]:
    return {"values": [str(one) for one in value]}


def _one_of(names: Mapping[str, int]) -> Callable[[Any], int]:
    return lambda value: names[str(value).lower()]


def _clients(value: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"ca": encode_certificates(value["ca"])}
    x509.load_pem_x509_certificates(base64.b64decode(made["ca"]))
    if value.get("enforcement"):
        made["enforcement"] = ENFORCEMENTS[value["enforcement"]]
    return made


WRITERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(
        (
            *("log_level", "cookie_name", "cookie_domain", "cookie_http_only"),
            *("cookie_same_site", "jwt_claims_headers", "jwt_groups_filter"),
            *("set_response_headers", "pass_identity_headers", "primary_color"),
            *("darkmode_primary_color", "logo_url", "favicon_url"),
            "error_message_first_paragraph",
        ),
        _as_it_is,
    ),
    **dict.fromkeys(
        (
            *("timeout_read", "timeout_write", "timeout_idle", "cookie_expire"),
            "default_upstream_timeout",
        ),
        _duration,
    ),
    **dict.fromkeys(("access_log_fields", "authorize_log_fields"), _texts),
    "codec_type": _one_of(CODECS),
    "jwt_issuer_format": _one_of(ISSUER_FORMATS),
    "downstream_mtls": _clients,
}
