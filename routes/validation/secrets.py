"""Where in a route's settings secrets are, and how they are taken out and put back.

Settings that are stored hold None in the place of a secret, so that the order of
headers survives. Sealing is not done here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from routes.settings_table import TABLE, Kind, Setting

SEPARATOR = "/"  # no header's name can hold it
MASK = "sealed:"
_CREDENTIAL = re.compile(
    r"auth|cookie|token|secret|api-?key|password|credential|signature", re.IGNORECASE
)
_VARIABLE = "${pomerium."

Path = tuple[str, ...]


def _secret_paths(
    fields: tuple[Setting, ...] = TABLE, path: Path = ()
) -> Iterator[Path]:
    for setting in fields:
        here = (*path, setting.key)
        if setting.secret:
            yield here
        if setting.kind is Kind.OBJECT:
            yield from _secret_paths(setting.fields, here)


SECRET_PATHS: tuple[Path, ...] = tuple(_secret_paths())
SECRET_MAPS: tuple[str, ...] = tuple(s.key for s in TABLE if s.secret_entries)


def secret_paths(settings: Mapping[str, Any]) -> list[Path]:
    """Return the paths of the secrets that the settings hold (or held).

    A header counts when its name looks like a credential's and its value is not made
    up of what the proxy fills in.
    """
    found = [path for path in SECRET_PATHS if _has(settings, path)]
    for key in SECRET_MAPS:
        for name, value in settings.get(key, {}).items():
            if value is None or (_CREDENTIAL.search(name) and _VARIABLE not in value):
                found.append((key, name))
    return found


def take_secrets(settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the settings with None for each secret, and the secrets by path."""
    secrets = {
        SEPARATOR.join(path): value
        for path in secret_paths(settings)
        if isinstance(value := _get(settings, path), str)
    }
    rest = dict(settings)
    for path in secrets:
        rest = _replaced(rest, tuple(path.split(SEPARATOR)), None)
    return rest, secrets


def put_secrets(
    settings: Mapping[str, Any], secrets: Mapping[str, str]
) -> dict[str, Any]:
    """Return the settings with these texts in the places of their secrets."""
    whole = dict(settings)
    for path, text in secrets.items():
        steps = tuple(path.split(SEPARATOR))
        if _has(whole, steps):
            whole = _replaced(whole, steps, text)
    return whole


def masked_entries(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return what stands in places of secrets and looks like a mask, by path."""
    places = [*SECRET_PATHS]
    for key in SECRET_MAPS:
        held = settings.get(key)
        if isinstance(held, Mapping):
            places += [(key, str(name)) for name in held]
    found = {}
    for path in places:
        value = _get(settings, path)
        if isinstance(value, str) and value.startswith(MASK):
            found[SEPARATOR.join(path)] = value
    return found


def diverted_secrets(
    paths: Iterable[str], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[str]:
    """Return those of the secrets, by path, that would go where none went before.

    Otherwise whoever may not read a secret has it sent to an address of their own.
    """
    return [
        path
        for path in paths
        if (read := _DESTINATIONS.get(path.split(SEPARATOR)[0]))
        and read(after) - read(before)
    ]


def _upstreams(settings: Mapping[str, Any]) -> set[str]:
    """Return scheme, host and port of each upstream."""
    held = settings.get("to") or []
    entries = [held] if isinstance(held, str) else map(str, held)
    return {"/".join(entry.partition(",")[0].split("/")[:3]) for entry in entries}


def _token_url(settings: Mapping[str, Any]) -> set[str]:
    url = _get(settings, ("mcp", "server", "upstream_oauth2", "endpoint", "token_url"))
    return {"/".join(url.split("/")[:3])} if isinstance(url, str) else set()


_DESTINATIONS = {
    "set_request_headers": _upstreams,
    "kubernetes_service_account_token": _upstreams,
    "mcp": _token_url,
}


def _has(settings: Mapping[str, Any], path: Path) -> bool:
    held: Any = settings
    for step in path:
        if not isinstance(held, Mapping) or step not in held:
            return False
        held = held[step]
    return True


def _get(settings: Mapping[str, Any], path: Path) -> Any:
    held: Any = settings
    for step in path:
        if not isinstance(held, Mapping) or step not in held:
            return None
        held = held[step]
    return held


def _replaced(
    settings: Mapping[str, Any], path: Path, value: str | None
) -> dict[str, Any]:
    first, *rest = path
    inner = _replaced(settings[first], tuple(rest), value) if rest else value
    return {**settings, first: inner}
