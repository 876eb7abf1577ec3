"""What happens to a request that a route takes: upstream, redirect or fixed answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routes.validation.addresses import split_url

from .headers import header_fields
from .matching import address_of, match_of
from .values import Json, RenderError, duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.snapshot import RouteDocument

DEFAULT_TIMEOUT = "30s"
ROUTING_KEY = "x-pomerium-routing-key"
REDIRECT_CODES = {
    "301": "MOVED_PERMANENTLY",
    "302": "FOUND",
    "303": "SEE_OTHER",
    "307": "TEMPORARY_REDIRECT",
    "308": "PERMANENT_REDIRECT",
}
OUT_OF_ORDER = "This route can't be served: its configuration was refused.\n"


def cluster_name(route: RouteDocument) -> str:
    """Return the name of a route's cluster."""
    return f"route-{route.id}"


def route_of(
    route: RouteDocument, settings: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Json:
    """Return a route with its name, by which the authorizer knows it.

    Raises:
        RenderError: it can't be said to Envoy.
    """
    address = address_of(route)
    made: Json = {
        "name": route.id,
        "match": match_of(route, address),
        **header_fields(settings, defaults),
    }
    if settings.get("redirect"):
        made["redirect"] = _redirect(settings["redirect"])
    elif settings.get("response"):
        made["direct_response"] = _response(settings["response"])
    elif settings.get("to"):
        made["route"] = _forward(route, settings, defaults)
    else:
        raise RenderError("there is no upstream that Envoy could reach")
    return made


def closed_route(route: RouteDocument) -> Json:
    """Return a route in the place of one that is out of order: it only says so."""
    return {
        "name": route.id,
        "match": match_of(route, address_of(route)),
        "direct_response": {"status": 503, "body": {"inline_string": OUT_OF_ORDER}},
    }


def _response(response: Mapping[str, Any]) -> Json:
    made: Json = {"status": int(response["status"])}
    if response.get("body"):
        made["body"] = {"inline_string": response["body"]}
    return made


def _redirect(redirect: Mapping[str, Any]) -> Json:
    made: Json = {
        key: redirect[key]
        for key in (
            *("https_redirect", "scheme_redirect", "host_redirect", "port_redirect"),
            *("path_redirect", "prefix_rewrite", "strip_query"),
        )
        if redirect.get(key)
    }
    code = str(redirect.get("response_code") or 301)
    return made | {"response_code": REDIRECT_CODES[code]}


def _forward(
    route: RouteDocument,
    settings: Mapping[str, Any],
    defaults: Mapping[str, Any],
) -> Json:
    return {
        "cluster": cluster_name(route),
        **_timeouts(settings, defaults),
        **_path_rewrite(settings),
        **_host_rewrite(settings),
        "upgrade_configs": _upgrades(settings),
        "hash_policy": [
            {"header": {"header_name": ROUTING_KEY}, "terminal": True},
            {"connection_properties": {"source_ip": True}, "terminal": True},
        ],
    }


def _timeouts(settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> Json:
    """Return the limits: none for what lives long, unless the route gives some."""
    lives_long = settings.get("allow_websockets")
    whole = settings.get("timeout")
    if whole is None:
        usual = defaults.get("default_upstream_timeout") or DEFAULT_TIMEOUT
        whole = "0s" if lives_long else usual
    idle = settings.get("idle_timeout")
    if idle is None and lives_long:
        idle = "0s"
    made = {"timeout": duration(whole)}
    return made if idle is None else made | {"idle_timeout": duration(idle)}


def _path_rewrite(settings: Mapping[str, Any]) -> Json:
    if settings.get("prefix_rewrite"):
        return {"prefix_rewrite": settings["prefix_rewrite"]}
    if settings.get("regex_rewrite_pattern"):
        return {"regex_rewrite": _substitution(settings, "regex_rewrite")}
    # The path of the first upstream takes the place of what matched, as in Core.
    path = split_url(settings["to"][0].partition(",")[0])["path"]
    is_socket = "unix" in settings["to"][0].partition(":")[0]
    return {"prefix_rewrite": path} if path and not is_socket else {}


def _host_rewrite(settings: Mapping[str, Any]) -> Json:
    if settings.get("host_rewrite"):
        made: Json = {"host_rewrite_literal": settings["host_rewrite"]}
    elif settings.get("host_rewrite_header"):
        made = {"host_rewrite_header": settings["host_rewrite_header"]}
    elif settings.get("host_path_regex_rewrite_pattern"):
        rewrite = _substitution(settings, "host_path_regex_rewrite")
        made = {"host_rewrite_path_regex": rewrite}
    elif settings.get("preserve_host_header"):
        made = {}
    else:
        made = {"auto_host_rewrite": True}
    return made


def _substitution(settings: Mapping[str, Any], stem: str) -> Json:
    return {
        "pattern": {"regex": settings[f"{stem}_pattern"]},
        "substitution": settings.get(f"{stem}_substitution") or "",
    }


def _upgrades(settings: Mapping[str, Any]) -> list[Json]:
    """Return which upgrades are let through; what isn't named is not."""
    named = {
        "websocket": bool(settings.get("allow_websockets")),
        "spdy/3.1": bool(settings.get("allow_spdy")),
    }
    for other in settings.get("allow_upgrades") or ():
        named[other.lower()] = True
    return [
        {"upgrade_type": name, "enabled": enabled} for name, enabled in named.items()
    ]
