"""Small parts of Envoy's JSON: types by name, durations, addresses, headers."""

from __future__ import annotations

import base64
import ipaddress
import re
from typing import TYPE_CHECKING, Any

from routes.validation.durations import parse_duration, seconds_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Json = dict[str, Any]

_TYPE = "type.googleapis.com/envoy."
_VARIABLE = re.compile(r"\$\{pomerium\.")


class RenderError(ValueError):
    """A route says something that can't be said to Envoy; the text is for people."""


def typed(name: str, value: Mapping[str, Any] | None = None) -> Json:
    """Return a message that says its own type."""
    return {"@type": _TYPE + name, **(value or {})}


def extension(
    name: str, type_name: str, value: Mapping[str, Any] | None = None
) -> Json:
    """Return an extension of Envoy with its configuration."""
    return {"name": name, "typed_config": typed(type_name, value)}


def duration(text: str) -> str:
    """Return a Go duration (`1m30s`) as protobuf writes it (`90s`)."""
    return seconds_text(parse_duration(text))


def socket_address(host: str, port: int) -> Json:
    """Return an address; IPv6 with or without brackets."""
    return {"socket_address": {"address": host.strip("[]"), "port_value": port}}


def pem_of(text: str) -> str:
    """Return PEM, given PEM or its base64, as Core writes it.

    Raises:
        RenderError: it is neither.
    """
    if "-----BEGIN" in text:
        return text
    try:
        return base64.b64decode(text, validate=True).decode("ascii")
    except ValueError as error:
        raise RenderError("a certificate or key is neither PEM nor base64") from error


def is_address(host: str) -> bool:
    """Answer whether a host is an IP address."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_filled_by_authorizer(value: str | None) -> bool:
    """Answer whether a header's value depends on who asks."""
    return value is not None and _VARIABLE.search(value.replace("$$", "")) is not None


def literal(value: str) -> str:
    """Return a header's value for Envoy, to which `%` begins a command."""
    return value.replace("$$", "$").replace("%", "%%")


def set_headers(headers: Mapping[str, str | None]) -> list[Json]:
    """Return headers that replace what is there. A value of None is skipped."""
    return [
        {
            "header": {"key": name, "value": value},
            "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
        }
        for name, value in headers.items()
        if value is not None
    ]


def exactly(names: Iterable[str]) -> list[Json]:
    """Return matchers of header names, whatever their case."""
    return [{"exact": name.lower(), "ignore_case": True} for name in names]
