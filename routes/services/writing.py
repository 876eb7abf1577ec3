"""From settings to rows: reading, sealing, and what the columns hold."""

from collections.abc import Mapping
from typing import Any

from console.core import secrets as envelopes
from routes import selectors
from routes.exceptions import RouteSettingsError
from routes.models import Route
from routes.services import rules
from routes.services.hosts import Use
from routes.validation import Address, Problem, validate
from routes.validation.paths import MATCH_KEYS, match_of
from routes.validation.secrets import (
    SEPARATOR,
    diverted_secrets,
    masked_entries,
    put_secrets,
    take_secrets,
)

IN_COLUMNS = frozenset({"name", "description", "from", *MATCH_KEYS})
MAX_SUMMARY = 2000


def unmask(
    settings: Mapping[str, Any], stored: Mapping[str, str]
) -> tuple[dict[str, Any], list[Problem]]:
    """Put stored secrets in the places of their masks.

    A mask that stands for something else is a problem: what would be saved is not
    what the writer saw.
    """
    problems, known = [], {}
    for path, mask in masked_entries(settings).items():
        secret = stored.get(path)
        if secret is not None and selectors.mask(secret) == mask:
            known[path] = secret
        else:
            problems.append(
                Problem(
                    tuple(path.split(SEPARATOR)),
                    "this mask does not stand for the secret that is stored",
                    "give the secret itself",
                )
            )
    return put_secrets(settings, known), problems


def read(
    settings: Mapping[str, Any], *, route: Route | None = None
) -> tuple[dict[str, Any], Address | None, list[Problem]]:
    """Return settings in the form that is stored, their address, and all problems.

    `route` is the one that they are for, whose secrets their masks stand for.
    """
    stored = selectors.secrets_of(route) if route else {}
    whole, problems = unmask(settings, stored)
    result = validate(whole, allowlist=rules.allowlist())
    if route is not None:
        problems += _diverted(settings, result.settings, route)
    return result.settings, result.address, [*problems, *result.problems]


def _diverted(
    given: Mapping[str, Any], values: Mapping[str, Any], route: Route
) -> list[Problem]:
    kept = masked_entries(given)
    return [
        Problem(
            tuple(path.split(SEPARATOR)),
            "the secret that is stored was given for another address",
            "give the secret again, or leave where it is sent",
        )
        for path in diverted_secrets(kept, selectors.settings_of(route), values)
    ]


def read_or_refuse(
    settings: Mapping[str, Any], *, route: Route | None = None
) -> tuple[dict[str, Any], Address]:
    """Return settings in the form that is stored, and their address.

    Raises:
        RouteSettingsError: there are problems; `details` lists them all.
    """
    values, address, problems = read(settings, route=route)
    if problems or address is None:
        raise RouteSettingsError((0, problem) for problem in problems)
    return values, address


def fill(route: Route, settings: Mapping[str, Any], address: Address) -> None:
    """Write valid settings to the columns of a route. Nothing is saved here.

    An envelope stays as it is while its secret does, so that equal rows stay equal.
    """
    rest, secrets = take_secrets(settings)
    known = selectors.secrets_of(route)
    route.sealed = {
        path: route.sealed[path]
        if known.get(path) == secret
        else envelopes.seal(secret)
        for path, secret in secrets.items()
    }
    route.name = rest["name"]
    route.description = rest.get("description", "")
    route.from_url = address.url
    route.host = address.host
    route.other_hosts = _between_spaces(hosts_of(settings, address)[1:])
    route.match = match_of(rest)
    route.to_summary = summary_of(rest)[:MAX_SUMMARY]
    route.settings = {
        key: value for key, value in rest.items() if key not in IN_COLUMNS
    }


def hosts_of(settings: Mapping[str, Any], address: Address) -> tuple[str, ...]:
    """Return every host whose traffic the route takes, that of `from` first."""
    served = settings.get("tls_downstream_server_name")
    return tuple(dict.fromkeys((*address.hosts, *([served] if served else []))))


def hosts_of_row(route: Route) -> set[str]:
    """Return the same for a stored route."""
    return {route.host, *route.other_hosts.split()}


def uses_of(settings: Mapping[str, Any], address: Address) -> list[Use]:
    """Return the same with what each host's paths are."""
    first, *others = hosts_of(settings, address)
    match = match_of(settings) if address.is_web else None
    return [Use(first, match), *map(Use, others)]


def uses_of_row(route: Route) -> list[Use]:
    """Return the same for a stored route."""
    is_web = route.from_url.startswith(("https://", "http://"))
    first = Use(route.host, route.match if is_web else None)
    return [first, *map(Use, sorted(hosts_of_row(route) - {route.host}))]


def _between_spaces(hosts: tuple[str, ...]) -> str:
    return f" {' '.join(hosts)} " if hosts else ""


def summary_of(settings: Mapping[str, Any]) -> str:
    """Say in one line where requests go; for lists and for search."""
    if "to" in settings:
        return ", ".join(settings["to"])
    if "response" in settings:
        return f"response {settings['response'].get('status', '')}".strip()
    redirect = settings.get("redirect", {})
    scheme = "https" if redirect.get("https_redirect") else None
    scheme = redirect.get("scheme_redirect", scheme)
    host = redirect.get("host_redirect", "")
    port = redirect.get("port_redirect")
    path = redirect.get("path_redirect") or redirect.get("prefix_rewrite", "")
    place = host + (f":{port}" if port else "") + path
    return f"redirect to {f'{scheme}://' if scheme else ''}{place}".strip()
