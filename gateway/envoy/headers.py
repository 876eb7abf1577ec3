"""Headers of a route: set, removed, rewritten; and those that only we may set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .values import Json, is_filled_by_authorizer, literal, set_headers, typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LUA = "envoy.filters.http.lua"
IDENTITY_PREFIXES = (
    "x-postern-",
    "x-pomerium-jwt-assertion",
    "x-pomerium-claim-",
    "x-pomerium-routing-key",
    "x-envoy-",
)
"""Headers that say who asks, or how Envoy works: a client's own are gone at once."""
FORWARDING = ("forwarded", "x-forwarded-for", "x-real-ip")
"""What a client could say of where it comes from; kept behind trusted proxies only."""
TOKEN_HEADER = "x-pomerium-authorization"  # noqa: S105 - a name
"""For the authorizer, never for an upstream."""
CLAIM_HEADERS = "jwt_claims_headers"

REWRITE_SCRIPT = """\
function envoy_on_response(handle)
  for _, rule in ipairs(handle:metadata():get("rewrite") or {}) do
    local value = handle:headers():get(rule.header)
    if value and string.sub(value, 1, #rule.prefix) == rule.prefix then
      local rest = string.sub(value, #rule.prefix + 1)
      handle:headers():replace(rule.header, rule.value .. rest)
    end
  end
end
"""
"""Replaces the beginning of headers of an answer; asleep for routes without rules."""


def early_mutations(*, trusted_hops: int) -> list[Json]:
    """Return what is done to a request before a route is chosen for it."""
    removals = [
        {"remove_on_match": {"key_matcher": {"prefix": one, "ignore_case": True}}}
        for one in IDENTITY_PREFIXES
    ]
    if trusted_hops:
        return removals
    named = [{"remove": name} for name in (*FORWARDING, "x-forwarded-port")]
    host = set_headers({"x-forwarded-host": "%REQ(:AUTHORITY)%"})
    return [*removals, *named, *({"append": one} for one in host)]


def header_fields(settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> Json:
    """Return the parts of a route that change headers.

    `defaults` are the settings of its namespace: headers of answers are added to the
    route's own, and where identity isn't passed, nobody may claim one.
    """
    request = {
        name: literal(value)
        for name, value in (settings.get("set_request_headers") or {}).items()
        if value is not None and not is_filled_by_authorizer(value)
    }
    own = settings.get("set_response_headers") or {}
    said = {name.lower() for name in own}
    usual = (defaults.get("set_response_headers") or {}).items()
    answered = {name: value for name, value in usual if name.lower() not in said} | own
    response = {
        name: literal(value) for name, value in answered.items() if value is not None
    }
    removed = [*(settings.get("remove_request_headers") or ()), TOKEN_HEADER]
    if not _passes_identity(settings, defaults):
        removed += sorted(defaults.get(CLAIM_HEADERS) or ())
    found: Json = {"request_headers_to_remove": removed}
    if request:
        found["request_headers_to_add"] = set_headers(request)
    if response:
        found["response_headers_to_add"] = set_headers(response)
    if settings.get("rewrite_response_headers"):
        found |= _rewriting(settings["rewrite_response_headers"])
    return found


def _passes_identity(settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> bool:
    own = settings.get("pass_identity_headers")
    return bool(defaults.get("pass_identity_headers") if own is None else own)


def claim_headers(settings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of all headers in which the authorizer tells claims."""
    held = (one.get(CLAIM_HEADERS) or () for one in settings)
    return sorted({name.lower() for one in held for name in one})


def _rewriting(rules: Iterable[Mapping[str, str]]) -> Json:
    listed = [
        {name: rule.get(name, "") for name in ("header", "prefix", "value")}
        for rule in rules
    ]
    return {
        "metadata": {"filter_metadata": {LUA: {"rewrite": listed}}},
        "typed_per_filter_config": {
            LUA: typed(
                "config.route.v3.FilterConfig", {"config": {}, "disabled": False}
            )
        },
    }


def filled_by_authorizer(settings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of all headers whose values the authorizer gives."""
    return sorted(
        {
            name.lower()
            for one in settings
            for name, value in (one.get("set_request_headers") or {}).items()
            if is_filled_by_authorizer(value)
        }
    )
