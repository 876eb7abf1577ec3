"""A route's settings as Core's message."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from google.protobuf import json_format

from routes.validation.certificates import encode_certificates, encode_private_key
from routes.validation.durations import parse_duration, seconds_text
from routes.validation.paths import settings_of_match
from routes.validation.problems import UnusableError
from routes.validation.secrets import put_secrets

from . import schema
from .problems import UnfitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gateway.snapshot import RouteDocument

Unseal = "Callable[[str], str]"
ISSUER_FORMATS: Final = {"hostonly": 0, "uri": 1}
TOKEN_FORMATS: Final = {
    "default": 1,
    "idp_access_token": 2,
    "idp_identity_token": 3,
    "jwt": 4,
}
BALANCING: Final = {
    "round_robin": 1,
    "maglev": 2,
    "random": 3,
    "ring_hash": 4,
    "least_request": 5,
}
AUTH_STYLES: Final = {"in_params": 1, "in_header": 2}
# Core reads them while it checks a route; one that isn't there stops everything.
FILES: Final = frozenset(
    {
        *("tls_custom_ca_file", "tls_client_cert_file", "tls_client_key_file"),
        "tls_downstream_client_ca_file",
    }
)
PASTE: Final = "paste its text into the setting of the same name without `_file`"


def settings_of(
    route: RouteDocument, *, unseal: Callable[[str], str]
) -> dict[str, Any]:
    """Return a route's settings under Core's keys, with its secrets open."""
    opened = {path: unseal(envelope) for path, envelope in route.sealed.items()}
    whole = {**settings_of_match(route.match), **route.settings}
    return put_secrets(whole, opened)


def message_of(route: RouteDocument, settings: Mapping[str, Any]) -> Any:
    """Return a route as Core's message, without its policies.

    Raises:
        UnfitError: a setting has no form there.
    """
    found: dict[str, Any] = {}
    for key, value in settings.items():
        if key in FILES:
            raise UnfitError(
                f"`{key}` names a file on Core's machine, and without it Core takes "
                "no change at all",
                PASTE,
            )
        if value is None or (key == "jwt_groups_filter" and not value):
            continue
        found |= _written(key, value)
    found |= {
        "id": route.id,
        "namespace_id": route.namespace_id,
        "name": route.name,
        "from": route.from_url,
    }
    message = schema.Route()
    try:
        json_format.ParseDict(found, message)
    except json_format.ParseError as error:
        raise UnfitError(
            f"a setting can't be told to Core: {error}", REWRITE
        ) from error
    return message


REWRITE: Final = "open the route, and save the setting anew"


def _written(key: str, value: Any) -> dict[str, Any]:
    write = _WRITERS.get(key)
    if write is None:
        return {key: value}
    try:
        made: dict[str, Any] = write(key, value)
    except UnusableError as error:
        raise UnfitError(f"`{key}`: {error}", REWRITE) from error
    except KeyError as error:
        raise UnfitError(f"`{key}`: Core knows no {error}", REWRITE) from error
    return made


def _upstreams(_: str, value: Any) -> dict[str, Any]:
    """Return upstreams, and how much of the traffic each takes."""
    entries = [value] if isinstance(value, str) else list(value)
    pairs = [str(one).rpartition(",") for one in entries]
    weighted = [bool(comma) and weight.isdigit() for _, comma, weight in pairs]
    if any(weighted) and not all(weighted):
        raise UnfitError(
            "some upstreams have a weight and others none", "give each one, or none"
        )
    if not any(weighted):
        return {"to": [str(one) for one in entries]}
    return {
        "to": [url for url, _, _ in pairs],
        "load_balancing_weights": [int(weight) for _, _, weight in pairs],
    }


def _duration(key: str, value: Any) -> dict[str, Any]:
    return {key: seconds_text(parse_duration(value))}


def _certificates(key: str, value: Any) -> dict[str, Any]:
    return {key: encode_certificates(value)}


def _key(key: str, value: Any) -> dict[str, Any]:
    return {key: encode_private_key(value)}


def _listed(key: str, value: Any) -> dict[str, Any]:
    return {key: {"values": list(value)}}


def _number(names: Mapping[str, int], prefix: str = "") -> Any:
    def write(key: str, value: Any) -> dict[str, Any]:
        return {key: names[str(value).lower().removeprefix(prefix)]}

    return write


def _mcp(key: str, value: Any) -> dict[str, Any]:
    server = dict(value.get("server") or {})
    if "server" not in value:
        return {key: {"client": {}}}
    oauth = dict(server.get("upstream_oauth2") or {})
    if oauth:
        endpoint = dict(oauth.pop("endpoint", None) or {})
        if "auth_style" in endpoint:
            style = str(endpoint["auth_style"]).lower()
            style = style.removeprefix("oauth2_auth_style_")
            endpoint["auth_style"] = AUTH_STYLES[style]
        server["upstream_oauth2"] = {**oauth, "oauth2_endpoint": endpoint}
    return {key: {"server": server}}


def _tunnel(key: str, value: Any) -> dict[str, Any]:
    if value.get("ssh_policy_id"):
        raise UnfitError(
            "`upstream_tunnel` names its policy by an id that only Core's own API "
            "knows",
            "give the policy's text",
        )
    made: dict[str, Any] = {"ssh_policy_rego": list(value.get("ssh_policy_rego") or ())}
    if value.get("ssh_policy"):
        raw = base64.b64encode(str(value["ssh_policy"]).encode()).decode()
        made["ssh_policy"] = {"raw": raw}
    return {key: made}


_WRITERS: Final[Mapping[str, Any]] = {
    "to": _upstreams,
    "timeout": _duration,
    "idle_timeout": _duration,
    "tls_custom_ca": _certificates,
    "tls_client_cert": _certificates,
    "tls_client_key": _key,
    "tls_downstream_client_ca": _certificates,
    "allow_upgrades": _listed,
    "idp_access_token_allowed_audiences": _listed,
    "jwt_issuer_format": _number(ISSUER_FORMATS, "issuer"),
    "bearer_token_format": _number(TOKEN_FORMATS, "bearer_token_format_"),
    "load_balancing_policy": _number(BALANCING, "load_balancing_policy_"),
    "mcp": _mcp,
    "upstream_tunnel": _tunnel,
}
